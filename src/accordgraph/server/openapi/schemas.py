"""The schemas of the OpenAPI document: of values, and of the JSON of responses and problems."""

from collections.abc import Iterable
from typing import Any

from accordgraph.library.parameters import DECIMAL, INTEGERS, LANGUAGES
from accordgraph.server.http.problems import KINDS
from accordgraph.server.routes.parameters import IRI, Json

TEXT: Json = {"type": "string"}
GRAPH_NAME: Json = {
    "type": "string",
    "format": "iri",
    "minLength": 1,
    "pattern": r'^[^\x00-\x20<>"{}|\\^`]+$',
}
"""What the name of a graph matches: an absolute IRI and nothing else."""
VALUES: dict[str, Json] = {
    "iri": IRI,
    "string": TEXT,
    "integer": {"type": "integer", "minimum": INTEGERS[0], "maximum": INTEGERS[1]},
    "decimal": {"type": "string", "pattern": f"^{DECIMAL}$"},  # JSON would have an exponent
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date", "not": {"pattern": "^0000"}},  # there is no year 0
    "language": {"type": "string", "enum": list(LANGUAGES)},
}
"""The values of the types of parameters; those of concepts depend on the dataset."""


def ref(kind: str, name: str) -> Json:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def listed(item: Json) -> Json:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


def concept_of(scheme: str, codes: Iterable[str], space: str) -> Json:
    """Return the schema of a concept of a scheme whose IRIs begin with `space`: its code, or its IRI."""
    every = list(codes)
    if not every:
        return {"description": f"A concept of the scheme {scheme}, of which the data has none", "not": {}}
    either = "|".join(code.replace(".", r"\.") for code in every)
    begins = "|".join(text.replace(".", r"\.") for text in (f"{scheme}:", space))
    return {
        "description": f"A concept of the scheme {scheme}: its code, its prefixed name or its IRI",
        "anyOf": [
            {"type": "string", "enum": every},
            {"type": "string", "pattern": f"^(?:(?:{begins})(?:{either})|<(?:{begins})(?:{either})>)$"},
        ],
    }


class Schema(dict[str, Any]):
    """A schema among the examples of `like`."""


def like(example: object) -> Json:
    """Return the schema of JSON like an example; a tuple is a choice, and no member is optional."""
    match example:
        case Schema():
            return dict(example)
        case dict():
            members = {name: like(value) for name, value in example.items()}
            return {"type": "object", "required": list(members), "properties": members}
        case tuple():
            return {"anyOf": [like(one) for one in example]}
        case list():
            return listed(like(example[0]))
        case int():
            return {"type": "integer", "minimum": 0}
    return TEXT if example == "" else {"type": "null"}


def schemas() -> Json:
    """Return the schemas of the JSON of responses and problems, by name."""
    anything, number = Schema(), Schema(type="number", minimum=0)
    url, time = Schema(type="string", format="uri"), Schema(type="string", format="date-time")
    named, marks = ({"iri": "", "label": ""}, None), Schema(listed(like(0)) | {"minItems": 2, "maxItems": 2})
    match = {"field": "", "language": ("", None), "text": "", "marks": [marks]}
    hit = {"iri": "", "address": "", "label": "", "language": ("", None), "class": named, "level": named}
    query = {"name": "", "kind": "", "summary": "", "iri": "", "address": "", "forms": [""]}
    summaries = dict.fromkeys(LANGUAGES, "")
    parameter = {"name": "", "type": "", "description": "", "default": [""]}
    gives = Schema(enum=["solutions", "boolean", "graph"])
    home = ("name", "version", "about", "sparql", "ontology", "shapes", "void", "context", "health")
    health = {"status": Schema(enum=["ok"]), "version": "", "digest": "", "triples": 0, "since": time}
    page = {"query": "", "language": "", "total": 0, "limit": 0, "offset": 0}
    return {
        "Problem": _problem(),
        "Results": _results(),
        "Queries": like(
            {"queries": [query | {"summaries": summaries, "gives": gives, "parameters": [parameter]}]}
        ),
        "Home": like(dict.fromkeys(home, "") | {"triples": 0}),
        "Kind": like({"type": url, "title": "", "status": 0, "meaning": ""}),
        "Found": like(page | {"results": [hit | {"match": match}]}),
        "Settings": like({"settings": [{"name": "", "value": anything, "unit": "", "help": ""}]}),
        "Health": like(health | {"uptime": number}),
        "Ready": like({"status": Schema(enum=["ready"]), "seconds": number}),
    }


def _problem() -> Json:
    title = Schema(type="string", examples=sorted({kind.title for kind in KINDS.values()}))
    status = Schema(type="integer", minimum=400, maximum=599)
    url, fault = Schema(type="string", format="uri"), {"parameter": "", "value": "", "detail": ""}
    schema = like({"type": url, "title": title, "status": status, "detail": ""})
    schema["description"] = "What went wrong (RFC 9457)"
    schema["properties"] |= {
        "line": {"type": "integer", "description": "The line of a syntax error"},
        "column": {"type": "integer"},
        "limit": {"type": "string", "description": "The setting that was exceeded"},
        "available": like([""]) | {"description": "The media types that are available"},
        "errors": like([fault]) | {"description": "Each invalid parameter"},
        "replacedBy": like([""]) | {"description": "The successors of what was withdrawn"},
        "request": {"type": "string", "description": "The id of the request in the log"},
    }
    return schema


def _results() -> Json:
    term = like({"type": Schema(enum=["uri", "literal", "bnode", "triple"]), "value": Schema()})
    term["properties"] |= {"xml:lang": TEXT, "datatype": TEXT}
    rows = Schema(type="object", additionalProperties=term)
    schema = like({"head": Schema(type="object", properties={"vars": like([""])})})
    schema["description"] = "The JSON of SPARQL 1.1 results"
    schema["properties"] |= {"boolean": {"type": "boolean"}, "results": like({"bindings": [rows]})}
    return schema | {"oneOf": [{"required": ["boolean"]}, {"required": ["results"]}]}
