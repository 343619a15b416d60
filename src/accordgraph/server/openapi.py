"""`/api/openapi.json` and `/api/docs`: what stands at which address, for programs and for people.

The document is made of the routes of the app and of the library: a path for each query, with the concepts
that its parameters choose from. HEAD, which every address with GET has, is not repeated in it.
"""

import json
import warnings
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accordgraph import forms
from accordgraph.forms import Form
from accordgraph.library import KINDS
from accordgraph.parameters import Parameter, Schemes
from accordgraph.queries import Query
from accordgraph.server import asked, pages, problems
from accordgraph.server.documents import document
from accordgraph.server.library import LISTS, PATH, QueryApi, forms_of
from accordgraph.settings import Settings

ADDRESS, DOCS = "/api/openapi.json", "/api/docs"

Json = dict[str, Any]

_SCHEMA: dict[str, Json] = {
    "iri": {"type": "string", "minLength": 1},
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "language": {"type": "string"},
}
_ERRORS = {
    "400": "The request or the query cannot be read, or is more than a setting allows",
    "404": "There is nothing at this address",
    "406": "None of the forms of the answer fits",
    "422": "A parameter does not fit",
    "429": "This client has used what one may; Retry-After says when to come again",
    "503": "The query took too long, or there is no place for it now; Retry-After says when to come again",
}


class Description:
    """The description of the app as OpenAPI."""

    def __init__(self, app: FastAPI, api: QueryApi, settings: Settings) -> None:
        self._app, self._api, self._settings = app, api, settings

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [Route(ADDRESS, self.openapi), Route(DOCS, self.docs)]

    async def openapi(self, request: Request) -> Response:
        """Answer with the document."""
        body = json.dumps(await self.content(), ensure_ascii=False).encode()
        return document(request, body, "application/json")

    async def docs(self, request: Request) -> Response:
        """Answer with the page for people."""
        template = pages.environment().get_template("api.html")
        body = template.render(content=await self.content(), openapi=ADDRESS).encode()
        return document(request, body, forms.HTML.content_type)

    async def content(self) -> Json:
        """Return the document."""
        with warnings.catch_warnings():  # the GET and the HEAD of a route have one name
            warnings.filterwarnings("ignore", "Duplicate Operation ID")
            content = get_openapi(
                title=self._app.title,
                version=self._app.version,
                openapi_version="3.1.0",
                description="How Belgium implements the European Framework Agreement on Digitalisation.",
                routes=self._app.routes,
            )
        paths: dict[str, Json] = content.setdefault("paths", {})
        for item in paths.values():
            item.pop("head", None)
            for operation in item.values():
                operation["responses"] = _errors() | operation["responses"]
        schemes = await self._api.schemes()
        paths["/sparql"] = {"get": _sparql(), "post": _sparql(post=True)}
        paths[PATH] = {"get": _list()}
        for query in self._api.library.queries.values():
            paths[f"{PATH}/{query.name}"] = {"get": _query(query, schemes, self._settings.answer_rows)}
        paths[PATH + "/{name}"] = {"get": _named()}
        schemas = content.setdefault("components", {}).setdefault("schemas", {})
        schemas |= {"Problem": _PROBLEM, "Results": _RESULTS, "Queries": _QUERIES}
        return content


def _query(query: Query, schemes: Schemes, most: int) -> Json:
    found = forms_of(query)
    parameters = [_parameter(query, parameter, schemes) for parameter in query.parameters]
    if query.has_pages:
        parameters += [
            _number("limit", "The most rows to give; the header Link leads to the others", 1, most),
            _number("offset", "The rows to leave out first", 0, asked.MOST_OFFSET),
        ]
    return {
        "operationId": f"query_{query.name.replace('-', '_')}",
        "tags": [KINDS.get(query.kind, query.kind)],
        "summary": query.summary,
        "parameters": [*parameters, _format(found)],
        "responses": _responses(found, "The answer"),
    }


def _parameter(query: Query, parameter: Parameter, schemes: Schemes) -> Json:
    item = dict(_SCHEMA.get(parameter.type, {"type": "string"}))
    if choices := parameter.choices(schemes):
        item = {"type": item["type"]} | ({} if item["type"] == "boolean" else {"enum": list(choices)})
    default = [_typed(text, item["type"]) for text in query.defaults(parameter)]
    return {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.description}: {parameter.right()}. Several values are alternatives.",
        "schema": {"type": "array", "items": item, "minItems": 1, "default": default},
        "style": "form",
        "explode": True,
        "example": default,
    }


def _typed(text: str, type_: str) -> object:
    """Return a value as JSON has it."""
    return text if type_ == "string" else json.loads(text.removeprefix("+"))


def _number(name: str, description: str, lowest: int, highest: int) -> Json:
    schema = {"type": "integer", "minimum": lowest, "maximum": highest}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _format(found: tuple[Form, ...]) -> Json:
    names = list(dict.fromkeys(form.name for form in found))
    return {
        "name": "format",
        "in": "query",
        "description": "The form of the answer; without it, the header Accept decides",
        "schema": {"type": "string", "enum": names},
    }


def _responses(found: tuple[Form, ...], description: str, schema: str = "Results") -> Json:
    content: Json = {}
    for form in found:
        for media_type in (form.media_type, *form.others):
            is_json = form in (forms.JSON, forms.LIST)
            content.setdefault(
                media_type,
                {"schema": _ref(schema) if is_json else {"type": "string"} if form != forms.XLSX else {}},
            )
    return {
        "200": {"description": description, "content": content},
        "304": {"description": "The client has this answer"},
        **_errors(),
    }


def _errors() -> Json:
    problem = {"content": {problems.MEDIA_TYPE: {"schema": _ref("Problem")}}}
    found = {status: {"description": description, **problem} for status, description in _ERRORS.items()}
    return found | {"default": {"description": "Another problem", **problem}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list() -> Json:
    return {
        "operationId": "queries",
        "tags": ["Queries"],
        "summary": "Every query of the library",
        "description": "In RDF, each is a sh:SPARQLExecutable.",
        "parameters": [_format(LISTS)],
        "responses": _responses(LISTS, "The list", "Queries"),
    }


def _named() -> Json:
    found = (forms.SPARQL, *forms.RESULTS, *forms.GRAPHS)
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
        "responses": _responses(found, "The answer, or the text of the query"),
    }


def _sparql(*, post: bool = False) -> Json:
    """Describe the query operation of the SPARQL 1.1 Protocol, for GET or POST."""
    graphs = {"type": "array", "items": {"type": "string", "format": "iri"}}
    members = {"query": {"type": "string"}, "default-graph-uri": graphs, "named-graph-uri": graphs}
    found = (*forms.RESULTS, *forms.GRAPHS)
    operation: Json = {
        "operationId": "sparql_post" if post else "sparql_get",
        "tags": ["SPARQL"],
        "summary": "The query operation of the SPARQL 1.1 Protocol",
        "parameters": [_format(found)],
        "responses": _responses(found, "The answer") | {"403": _errors()["default"]},
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
