"""The parts of the OpenAPI document that are the same for every dataset and library.

What operations have in common (answers, problems, their schemas) stands once, as components.
"""

from collections.abc import Iterable
from typing import Any

from accordgraph import forms
from accordgraph.forms import Form
from accordgraph.server import problems
from accordgraph.server.library import LISTS

Json = dict[str, Any]

_ERRORS = {
    "400": "The request or the query cannot be read, or is more than a setting allows",
    "403": "An update, or a call of another endpoint, which this one does not do",
    "404": "There is nothing at this address",
    "406": "None of the forms of the answer fits",
    "422": "A parameter does not fit",
    "429": "This client has used what one may; Retry-After says when to come again",
    "503": "The query took too long, or there is no place for it now; Retry-After says when to come again",
    "default": "Another problem",
}
_DOCUMENTS = (*(form for form in forms.GRAPHS if form not in (forms.TRIG, forms.N_QUADS)),)
_QUERY_PROBLEMS = ("400", "404", "406", "422", "429", "503", "default")


def ref(kind: str, name: str) -> Json:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def responses(answer: str, statuses: Iterable[str] = _QUERY_PROBLEMS) -> Json:
    """Return the responses of an operation: the answer, a component, or one of the problems."""
    return {
        "200": ref("responses", answer),
        "304": {"description": "The client has this answer"},
        **problem_responses(statuses),
    }


def problem_responses(statuses: Iterable[str] = ("404", "default")) -> Json:
    """Return the responses for problems of these statuses."""
    return {status: ref("responses", f"Problem-{status}") for status in statuses}


def format_of(found: Iterable[Form]) -> Json:
    """Return the parameter that names the form."""
    return {
        "name": "format",
        "in": "query",
        "description": "The form of the answer; without it, the header Accept decides",
        "schema": {"type": "string", "enum": list(dict.fromkeys(form.name for form in found))},
    }


def components() -> Json:
    """Return the schemas and the responses that operations refer to."""
    problem = {"content": {problems.MEDIA_TYPE: {"schema": ref("schemas", "Problem")}}}
    everything = (forms.SPARQL, *forms.RESULTS, *forms.GRAPHS)
    answers = {
        "Solutions": _answer((*forms.RESULTS, forms.SPARQL), "The answer, or the query"),
        "Graph": _answer((*forms.GRAPHS, forms.SPARQL), "The answer, or the query"),
        "Answer": _answer((forms.JSON_LD, *everything), "The answer, of a form that fits the query"),
        "List": _answer(LISTS, "The list", "Queries"),
    }
    found = {f"Problem-{status}": {"description": text, **problem} for status, text in _ERRORS.items()}
    return {
        "schemas": {"Problem": _PROBLEM, "Results": _RESULTS, "Queries": _QUERIES},
        "responses": answers | found,
    }


def _answer(found: Iterable[Form], description: str, schema: str = "Results") -> Json:
    """Describe an answer; of a spreadsheet and of JSON-LD no more is said than that they are that."""
    content: Json = {}
    for form in found:
        if form in (forms.JSON, forms.LIST):
            body = ref("schemas", schema)
        else:
            body = {} if form in (forms.XLSX, forms.JSON_LD) else {"type": "string"}
        for media_type in (form.media_type, *form.others):
            content.setdefault(media_type, {"schema": body})
    return {"description": description, "content": content}


def fixed_paths() -> Json:
    """Return the paths that are there whatever the library holds, but are no routes of FastAPI."""
    return {
        "/sparql": {"get": _sparql(), "post": _sparql(post=True)},
        "/queries": {"get": _list()},
        "/queries/{name}": {"get": _named()},
        "/": {"get": _document("home", "What this is and where the rest stands", (forms.LIST, forms.HTML))},
        "/graph-store": {"get": _graph()},
    } | {
        address: {"get": _document(name, summary, _DOCUMENTS)}
        for address, name, summary in (
            ("/ontology", "ontology", "The classes, properties and their alignments"),
            ("/shapes", "shapes", "What a node must carry, in SHACL"),
            ("/void", "void", "The dataset in numbers, and the service"),
        )
    }


def _document(name: str, summary: str, kinds: tuple[Form, ...]) -> Json:
    content: Json = {form.media_type: {} for form in kinds}
    return {
        "operationId": name,
        "tags": ["Linked data"],
        "summary": summary,
        "parameters": [format_of(kinds)],
        "responses": responses("Answer", ("406", "default"))
        | {"200": {"description": "The document", "content": content}},
    }


def _graph() -> Json:
    """Describe reading a graph by the Graph Store Protocol."""
    operation = _document("graph_store", "A named graph, or the default graph", _DOCUMENTS[:-1])
    names = {"default": {"type": "string"}, "graph": {"type": "string", "format": "iri"}}
    named = [{"name": name, "in": "query", "schema": schema} for name, schema in names.items()]
    return operation | {"parameters": [*named, *operation["parameters"]]}


def _list() -> Json:
    return {
        "operationId": "queries",
        "tags": ["Queries"],
        "summary": "Every query of the library",
        "description": "In RDF, each is a sh:SPARQLExecutable.",
        "parameters": [format_of(LISTS)],
        "responses": responses("List", ("406", "422", "default")),
    }


def _named() -> Json:
    return {
        "operationId": "query_in_a_form",
        "tags": ["Queries"],
        "summary": "A query by name and form, such as `levels-of-a-theme.csv`; `.rq` gives its text",
        "parameters": [
            {
                "name": "name",
                "in": "path",
                "required": True,
                "description": "The name of a query, and where wanted a dot and a form",
                "schema": {"type": "string"},
                "example": "levels-of-a-theme.rq",
            }
        ],
        "responses": responses("Answer"),
    }


def _sparql(*, post: bool = False) -> Json:
    """Describe the query operation of the SPARQL 1.1 Protocol, for GET or POST."""
    graphs = {"type": "array", "items": {"type": "string", "format": "iri"}}
    members = {"query": {"type": "string"}, "default-graph-uri": graphs, "named-graph-uri": graphs}
    operation: Json = {
        "operationId": "sparql_post" if post else "sparql_get",
        "tags": ["SPARQL"],
        "summary": "The query operation of the SPARQL 1.1 Protocol",
        "parameters": [format_of((*forms.RESULTS, *forms.GRAPHS))],
        "responses": responses("Answer", ("400", "403", "406", "429", "503", "default")),
    }
    if post:
        form = {"schema": {"type": "object", "properties": members, "required": ["query"]}}
        operation["requestBody"] = {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": form,
                "application/sparql-query": {"schema": {"type": "string"}, "example": "ASK {}"},
            },
        }
    else:
        named = [{"name": name, "in": "query", "schema": schema} for name, schema in members.items()]
        named[0] |= {"required": True, "example": "ASK {}"}
        operation["parameters"] = named + operation["parameters"]
    return operation


_PROBLEM: Json = {
    "type": "object",
    "description": "What went wrong (RFC 9457)",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "limit": {"type": "string", "description": "The setting that was passed"},
        "available": {"type": "array", "items": {"type": "string"}},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["parameter", "detail"],
                "properties": {
                    "parameter": {"type": "string"},
                    "value": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_RESULTS: Json = {
    "type": "object",
    "description": "The JSON of SPARQL 1.1 results",
    "required": ["head"],
    "properties": {
        "head": {"type": "object", "properties": {"vars": {"type": "array", "items": {"type": "string"}}}},
        "boolean": {"type": "boolean"},
        "results": {
            "type": "object",
            "required": ["bindings"],
            "properties": {
                "bindings": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "required": ["type", "value"],
                            "properties": {
                                "type": {"enum": ["uri", "literal", "bnode", "triple"]},
                                "xml:lang": {"type": "string"},
                                "datatype": {"type": "string"},
                            },
                        },
                    },
                }
            },
        },
    },
}
_QUERIES: Json = {
    "type": "object",
    "required": ["queries"],
    "properties": {
        "queries": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "kind", "summary", "iri", "address", "gives", "forms", "parameters"],
                "properties": {
                    **{name: {"type": "string"} for name in ("name", "kind", "summary", "iri", "address")},
                    "gives": {"enum": ["solutions", "boolean", "graph"]},
                    "forms": {"type": "array", "items": {"type": "string"}},
                    "parameters": {"type": "array", "items": {"type": "object"}},
                },
            },
        }
    },
}
