"""`/api/openapi.json` and `/api/docs`: every route of the server, for programs and for people.

FastAPI generates the typed routes; the responses that can be negotiated, the plain routes and a path for each
query of the library are added, with the concepts of the dataset that is served at that moment.
"""

import json
from functools import cached_property

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accordgraph import __version__
from accordgraph.library.catalogue import KINDS
from accordgraph.library.parameters import Parameter
from accordgraph.library.query_file import Query
from accordgraph.namespaces import CONCEPT
from accordgraph.results import formats
from accordgraph.server.http.languages import language_of
from accordgraph.server.http.representation import document
from accordgraph.server.openapi.plain_routes import LANGUAGE, plain_paths, query
from accordgraph.server.openapi.responses import components, content, responses
from accordgraph.server.openapi.schemas import VALUES, concept_of, ref
from accordgraph.server.pages import html
from accordgraph.server.routes import operations, search
from accordgraph.server.routes.parameters import FORMAT_HELP, Json
from accordgraph.server.routes.queries import PATH, QueryApi
from accordgraph.server.routes.query_request import bounds
from accordgraph.settings import Settings

ADDRESS, DOCS = "/api/openapi.json", "/api/docs"

_ABOUT = """\
How Belgium implements the European Framework Agreement on Digitalisation. Every GET is a HEAD too, and \
OPTIONS is answered everywhere. Every error is a problem of one form (RFC 9457). The queries and the search \
refuse a parameter that they do not have; the other URLs ignore it."""
_BOUNDS_HELP = {
    "limit": "The most rows to return; the header Link leads to the others",
    "offset": "The rows to leave out first",
}


def _live(description: str, schema: str) -> Json:
    """Return a JSON response that is never cached."""
    body = {formats.LIST.media_type: {"schema": ref("schemas", schema)}}
    return {"description": description, "content": body}


_TYPED: dict[str, Json] = {
    "queries": responses(ref("responses", "List"), "400 406"),
    "queries_in_a_form": responses(ref("responses", "List"), "400 404"),
    "search": responses(content(search.FORMS, "The results", "Found"), "400 406 422 429 503"),
    "settings": responses(content(operations.SETTINGS, "The settings", "Settings"), "406"),
    "health": responses(_live("The server is running", "Health"), ""),
    "ready": responses(_live("A query was answered", "Ready"), "503"),
}
"""The responses of the typed routes, by operationId."""


class OpenApiDocument:
    """The description of the app."""

    def __init__(self, app: FastAPI, api: QueryApi, settings: Settings) -> None:
        self._app, self._api, self._settings = app, api, settings

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route(ADDRESS, self.openapi), Route(DOCS, self.docs)]

    async def openapi(self, request: Request) -> Response:
        """Respond with the document."""
        body = json.dumps(await self.content(), ensure_ascii=False).encode()
        return document(request, body, "application/json")

    async def docs(self, request: Request) -> Response:
        """Respond with the page for people."""
        language, content = language_of(request), await self.content()
        body = html.page("api.html", language, DOCS, content=content, openapi=ADDRESS)
        return document(request, body, formats.HTML.content_type, html.HEADERS)

    async def content(self) -> Json:
        """Return the document."""
        library, parts = self._api.library, components()
        schemes = [one.scheme for query in library.queries.values() for one in query.parameters if one.scheme]
        for scheme, codes in (dict.fromkeys(schemes, ()) | dict(await self._api.schemes())).items():
            parts["schemas"][f"Concept-{scheme}"] = concept_of(scheme, codes, f"{CONCEPT}{scheme}/")
        most = self._settings.answer_rows
        paths = plain_paths(list(library.queries), self._settings) | self._typed_paths
        paths |= {f"{PATH}/{query.name}": {"get": _query(query, most)} for query in library.queries.values()}
        about = {"title": "AccordGraph", "version": __version__, "description": _ABOUT}
        return {"openapi": "3.1.0", "info": about, "paths": paths, "components": parts}

    @cached_property
    def _typed_paths(self) -> Json:
        """The paths that FastAPI generates, with their responses; the summary is that of the docstring."""
        paths: Json = get_openapi(title="", version="", routes=self._app.routes)["paths"]
        for operation in (operation for item in paths.values() for operation in item.values()):
            summary, _, description = operation.pop("description").partition("\n")
            operation |= {"description": description.strip()} if description else {}
            operation |= {"summary": summary.rstrip("."), "responses": _TYPED[operation["operationId"]]}
            operation["parameters"] = [_tidy(parameter) for parameter in operation.get("parameters", ())]
        return paths


def _tidy(parameter: Json) -> Json:
    """Return a parameter without titles and null, which a URL cannot state, and with its example."""
    schema = {
        key: value for key, value in parameter["schema"].items() if key != "title" and value is not None
    }
    variants = [one for one in schema.pop("anyOf", ()) if one != {"type": "null"}]
    schema |= variants[0] if len(variants) == 1 else {"anyOf": variants} if variants else {}
    examples = schema.pop("examples", ())
    return parameter | {"schema": schema} | ({"example": examples[0]} if examples else {})


def _query(query_: Query, most: int) -> Json:
    parameters = [_parameter(query_, parameter) for parameter in query_.parameters]
    for name, between in bounds(query_, most).items():
        parameters.append(query(name, between.json_schema, _BOUNDS_HELP[name]))
    kind, form = ("Graph", "FormOfGraph") if query_.gives == "graph" else ("Solutions", "FormOfRows")
    return {
        "operationId": f"query_{query_.name.replace('-', '_')}",
        "tags": [KINDS.get(query_.kind, query_.kind)],
        "summary": query_.summary,
        "parameters": [*parameters, query("format", ref("schemas", form), FORMAT_HELP), LANGUAGE],
        "responses": responses(ref("responses", kind), "400 406 413 422 429 503"),
    }


def _parameter(query_: Query, parameter: Parameter) -> Json:
    item = ref("schemas", f"Concept-{parameter.scheme}") if parameter.scheme else VALUES[parameter.type]
    texts = query_.defaults(parameter)
    is_text = item.get("type", "string") == "string"
    default = [text if is_text else json.loads(text.removeprefix("+")) for text in texts]
    return query(
        parameter.name,
        {"type": "array", "items": item, "minItems": 1} | ({"default": default} if default else {}),
        f"{parameter.description}: {parameter.right()}. Several values are alternatives.",
        style="form",
        explode=True,
        **({"example": default} if default else {}),
    )
