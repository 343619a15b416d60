"""`/api/openapi.json` and `/api/docs`: what stands at which address, for programs and for people.

The document is made of the routes of the app and of the library: a path for each query, with the concepts
that its parameters choose from. HEAD, which every address with GET has, is not repeated in it.
"""

import json
import warnings

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accordgraph import forms
from accordgraph.library import KINDS
from accordgraph.parameters import Parameter, Schemes
from accordgraph.queries import Query
from accordgraph.server import asked, pages
from accordgraph.server.documents import document
from accordgraph.server.languages import language_of
from accordgraph.server.library import PATH, QueryApi, forms_of
from accordgraph.server.openapi_parts import (
    Json,
    components,
    fixed_paths,
    format_of,
    problem_responses,
    responses,
)
from accordgraph.settings import Settings

ADDRESS, DOCS = "/api/openapi.json", "/api/docs"

_SCHEMA: dict[str, Json] = {
    "iri": {"type": "string", "minLength": 1},
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "language": {"type": "string"},
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
        language, content = language_of(request), await self.content()
        body = pages.page("api.html", language, DOCS, content=content, openapi=ADDRESS)
        return document(request, body, forms.HTML.content_type, pages.HEADERS)

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
                invalid = ("422",) if "422" in operation["responses"] else ()
                operation["responses"] |= problem_responses(("404", *invalid, "default"))
        schemes = await self._api.schemes()
        paths |= fixed_paths()
        for query in self._api.library.queries.values():
            paths[f"{PATH}/{query.name}"] = {"get": _query(query, schemes, self._settings.answer_rows)}
        for kind, found in components().items():
            content.setdefault("components", {}).setdefault(kind, {}).update(found)
        return content


def _query(query: Query, schemes: Schemes, most: int) -> Json:
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
        "parameters": [*parameters, format_of((*forms_of(query), forms.SPARQL))],
        "responses": responses("Graph" if query.gives == "graph" else "Solutions"),
    }


def _parameter(query: Query, parameter: Parameter, schemes: Schemes) -> Json:
    item = dict(_SCHEMA.get(parameter.type, {"type": "string"}))
    if choices := parameter.choices(schemes):
        item = {"type": item["type"]} | ({} if item["type"] == "boolean" else {"enum": list(choices)})
    default = [_typed(text, item["type"]) for text in query.defaults(parameter)]
    known = {"default": default} if default else {}
    return {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.description}: {parameter.right()}. Several values are alternatives.",
        "schema": {"type": "array", "items": item, "minItems": 1} | known,
        "style": "form",
        "explode": True,
    } | ({"example": default} if default else {})


def _typed(text: str, type_: str) -> object:
    """Return a value as JSON has it."""
    return text if type_ == "string" else json.loads(text.removeprefix("+"))


def _number(name: str, description: str, lowest: int, highest: int) -> Json:
    schema = {"type": "integer", "minimum": lowest, "maximum": highest}
    return {"name": name, "in": "query", "description": description, "schema": schema}
