"""`/api/openapi.json` and `/api/docs`: what stands at which address, for programs and for people.

The document is made of the fixed addresses and of the library: a path for each query, with the concepts that
its parameters choose from. A test holds it against the routes of the app.
"""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accordgraph import __version__
from accordgraph.library.catalogue import KINDS
from accordgraph.library.parameters import LANGUAGES, Parameter
from accordgraph.library.query_file import Query
from accordgraph.namespaces import CONCEPT
from accordgraph.results import formats
from accordgraph.server.http.languages import language_of
from accordgraph.server.http.representation import document
from accordgraph.server.openapi.components import QUERIED, components, format_of, lang, number, responses
from accordgraph.server.openapi.paths import fixed_paths
from accordgraph.server.openapi.schemas import DAY, DECIMAL, INTEGER, IRI, TEXT, Json, concept_of, ref
from accordgraph.server.pages import html
from accordgraph.server.routes import query_parameters
from accordgraph.server.routes.queries import PATH, QueryApi
from accordgraph.settings import Settings

ADDRESS, DOCS = "/api/openapi.json", "/api/docs"

_ABOUT = """\
How Belgium implements the European Framework Agreement on Digitalisation. Every GET is a HEAD too, and \
OPTIONS is answered everywhere. Every error is a problem of one form (RFC 9457). The queries and the search \
refuse a parameter that they do not have; the other addresses pass it over."""
_PROBLEMS = ("400", "406", "413", "422", *QUERIED)
_SCHEMA: dict[str, Json] = {
    "iri": IRI,
    "string": TEXT,
    "integer": INTEGER,
    "decimal": DECIMAL,
    "boolean": {"type": "boolean"},
    "date": DAY,
    "language": {"type": "string", "enum": list(LANGUAGES)},
}


class Description:
    """The description of the app as OpenAPI."""

    def __init__(self, api: QueryApi, settings: Settings) -> None:
        self._api, self._settings = api, settings

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
        body = html.page("api.html", language, DOCS, content=content, openapi=ADDRESS)
        return document(request, body, formats.HTML.content_type, html.HEADERS)

    async def content(self) -> Json:
        """Return the document."""
        library, parts = self._api.library, components()
        chosen = [one.scheme for query in library.queries.values() for one in query.parameters if one.scheme]
        for scheme, codes in ({scheme: () for scheme in chosen} | dict(await self._api.schemes())).items():
            parts["schemas"][f"Concept-{scheme}"] = concept_of(scheme, codes, f"{CONCEPT}{scheme}/")
        paths = fixed_paths(library, self._settings)
        for query in library.queries.values():
            paths[f"{PATH}/{query.name}"] = {"get": _query(query, self._settings.answer_rows)}
        return {
            "openapi": "3.1.0",
            "info": {"title": "AccordGraph", "version": __version__, "description": _ABOUT},
            "paths": paths,
            "components": parts,
        }


def _query(query: Query, most: int) -> Json:
    parameters = [_parameter(query, parameter) for parameter in query.parameters]
    if query.has_pages:
        parameters += [
            number("limit", "The most rows to give; the header Link leads to the others", 1, most),
            number("offset", "The rows to leave out first", 0, query_parameters.MOST_OFFSET),
        ]
    kind = "Graph" if query.gives == "graph" else "Solutions"
    form = format_of("FormOfGraph" if query.gives == "graph" else "FormOfRows")
    return {
        "operationId": f"query_{query.name.replace('-', '_')}",
        "tags": [KINDS.get(query.kind, query.kind)],
        "summary": query.summary,
        "parameters": [*parameters, form, lang()],
        "responses": responses(ref("responses", kind), _PROBLEMS),
    }


def _parameter(query: Query, parameter: Parameter) -> Json:
    if parameter.scheme is not None:
        item = ref("schemas", f"Concept-{parameter.scheme}")
    else:
        item = _SCHEMA[parameter.type]
    default = [_typed(text, item.get("type", "string")) for text in query.defaults(parameter)]
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
