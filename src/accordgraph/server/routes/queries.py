"""`/queries`: the query library as an API. Each query has a URL; its parameters are those of the URL.

The text that is executed is the file's, with terms in the place of the defaults, and LIMIT and OFFSET at its
end where a range of the rows is requested.
"""

import csv
import io
import json
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from accordgraph.errors import shown
from accordgraph.library.catalogue import CONCEPTS, Library, iri_of, schemes_of
from accordgraph.library.parameters import Schemes
from accordgraph.library.query_file import Query
from accordgraph.library.sparql_examples import triples_of
from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.results.json_reader import Table
from accordgraph.results.result import Answer
from accordgraph.server.http import problems
from accordgraph.server.http.languages import PARAMETER, language_of
from accordgraph.server.http.negotiation import choose_form, header_of
from accordgraph.server.http.problems import Problem
from accordgraph.server.http.query_string import pairs
from accordgraph.server.http.representation import document
from accordgraph.server.pages import html
from accordgraph.server.pages.dataset_index import DatasetQueries
from accordgraph.server.query_service.cache import PerDataset
from accordgraph.server.query_service.execution import Render, ResultSpec
from accordgraph.server.query_service.service import QueryService
from accordgraph.server.routes import query_request
from accordgraph.server.routes.parameters import format_query, language_query, texts_of
from accordgraph.server.routes.query_request import QueryRequest
from accordgraph.sparql.query import SparqlQuery

PATH = "/queries"
DESCRIPTIONS = (formats.TURTLE, formats.N_TRIPLES, formats.JSON_LD, formats.RDF_XML)
"""The formats in which a query that returns rows describes itself: its IRI is its URL."""
LISTS = (formats.LIST, formats.HTML, formats.CSV, *(form for form in formats.GRAPHS if form != formats.HTML))
"""The formats of the list, preferred first."""


class QueryApi:
    """The queries of a library over HTTP."""

    def __init__(self, service: QueryService, dataset: DatasetQueries, library: Library) -> None:
        self.library = library
        self._service, self._dataset = service, dataset
        self._schemes = PerDataset(service.engine, self._ask)

    def router(self) -> APIRouter:
        """Return the routes: typed ones of the list, and one for all queries, by their files."""
        routes = APIRouter(tags=["Queries"], default_response_class=Response)
        suffixes = [form.name for form in LISTS]

        @routes.head(PATH, include_in_schema=False, dependencies=[Depends(texts_of)])
        @routes.get(PATH, operation_id="queries", dependencies=[Depends(texts_of)])
        async def index(
            request: Request,
            format: Annotated[str | None, format_query(LISTS)] = None,
            lang: Annotated[str | None, language_query()] = None,
        ) -> Response:
            """Every query of the library.

            In RDF, each is a sh:SPARQLExecutable.
            """
            return self._index(request, format)

        @routes.head(PATH + ".{suffix}", include_in_schema=False)
        @routes.get(PATH + ".{suffix}", operation_id="queries_in_a_form")
        async def index_in_a_format(
            request: Request,
            suffix: Annotated[
                str,
                Path(description="The format", examples=["csv"], json_schema_extra={"enum": suffixes}),
            ],
            lang: Annotated[str | None, language_query()] = None,
        ) -> Response:
            """The same in one format."""
            if suffix not in suffixes:
                raise Problem(problems.NOT_FOUND, f"there is nothing at {shown(request.url.path)}")
            return self._index(request, suffix)

        routes.add_route(PATH + "/{name}", self.query)
        return routes

    async def schemes(self) -> Schemes:
        """Return the codes of the concepts of the served dataset, by scheme."""
        return await self._schemes.get()

    async def _ask(self) -> Schemes:
        if CONCEPTS not in self.library.queries:
            return {}
        rows = await self._service.rows(self.library.queries[CONCEPTS].text)
        return schemes_of(row["concept"].value for row in rows)

    def _index(self, request: Request, name: str | None) -> Response:
        choice = choose_form(header_of(request, "accept"), name, LISTS)
        if choice.form == formats.HTML:
            body = html.page("queries.html", language_of(request), PATH, kinds=self.library.kinds)
            return document(request, body, choice.content_type, html.HEADERS)
        return document(request, self._list(choice.form), choice.content_type)

    def _list(self, form: Form) -> bytes:
        queries = list(self.library.queries.values())
        if form == formats.LIST:
            content = {"queries": [entry(query) for query in queries]}
            return json.dumps(content, ensure_ascii=False, indent=1).encode()
        if form == formats.CSV:
            return _csv(queries)
        return _rdf(queries, form)

    async def query(self, request: Request) -> Response:
        """Return the result of a query, or its text."""
        name, dot, suffix = request.path_params["name"].partition(".")
        query = self.library.queries.get(name)
        if query is None or (dot and suffix != formats.SPARQL.name and suffix not in formats.ALL):
            detail = f"there is no query at {shown(request.url.path)}; {PATH} lists them"
            raise Problem(problems.NOT_FOUND, detail)
        texts, most = texts_of(request), self._service.settings.answer_rows
        parsed = query_request.read(query, texts, await self.schemes(), most)
        return await self._answer(request, parsed, suffix or parsed.presentation.get("format"))

    async def _answer(self, request: Request, parsed: QueryRequest, form: str | None) -> Response:
        choice = choose_form(header_of(request, "accept"), form, all_forms_of(parsed.query))
        if choice.form == formats.SPARQL:
            return document(request, parsed.text.encode(), f"{choice.content_type}; charset=utf-8")
        if choice.form in DESCRIPTIONS and choice.form not in forms_of(parsed.query):
            return document(request, _rdf([parsed.query], choice.form), choice.content_type)
        settings, path = self._service.settings, request.url.path
        is_page = choice.form == formats.HTML
        most = settings.table_rows if is_page else settings.answer_rows
        links: Mapping[str, str] = {}
        text = parsed.url(f"{_plain(path)}.{formats.SPARQL.name}")
        headers = {"Link": f'<{text}>; rel="describedby"; type="{formats.SPARQL.media_type}"'}
        if parsed.in_parts:
            total = await self._service.count(request, parsed.text)
            links = parsed.links(path, total, most)
            headers["Link"] = ", ".join(
                [f'<{link}>; rel="{relation}"' for relation, link in links.items()] + [headers["Link"]]
            )
            headers["X-Total-Count"] = str(total)
        if choice.form == formats.XLSX:
            headers["Content-Disposition"] = f'attachment; filename="{parsed.query.name}.xlsx"'
        render, variant = None, ""
        if is_page:
            render = self._page(request, parsed, path, links, await self.schemes())
            address = str(request.url.replace(scheme="", netloc=""))
            variant = f"{address} {html.variant(language_of(request))}"
            headers |= html.HEADERS
        query = SparqlQuery.read(parsed.page(most))
        spec = ResultSpec(query, choice, render=render, headers=headers, variant=variant)
        return await self._service.respond(request, spec)

    def _page(
        self, request: Request, parsed: QueryRequest, path: str, parts: Mapping[str, str], schemes: Schemes
    ) -> Render:
        query, most = parsed.query, self._service.settings.table_rows
        others = (form for form in (*forms_of(query), formats.SPARQL) if form != formats.HTML)
        values = {
            "query": query,
            "text": parsed.text,
            "parts": parts,
            "offset": parsed.offset,
            "most_rows": self._service.settings.answer_rows,
            "following": parsed.part(path, most, most) if query.has_pages else None,
            "fields": [
                (
                    parameter,
                    parsed.values.get(parameter.name) or query.defaults(parameter),
                    parameter.choices(schemes),
                )
                for parameter in query.parameters
            ],
            "links": [(form.name, parsed.url(f"{_plain(path)}.{form.name}")) for form in others],
        }
        language, here = language_of(request), _here(request)

        async def render(content: Table) -> bytes:
            names = await html.names_in(content, language, self._dataset.labels)
            return html.page("query.html", language, here, content=content, names=names, **values)

        return render


def forms_of(query: Query) -> tuple[Form, ...]:
    """Return the formats of the result of a query, preferred first."""
    return formats.GRAPHS if query.gives == "graph" else formats.RESULTS


def all_forms_of(query: Query) -> tuple[Form, ...]:
    """Return the formats of the result, of the description of a query that returns rows, and of its text."""
    descriptions = () if query.gives == "graph" else DESCRIPTIONS
    return (*forms_of(query), *descriptions, formats.SPARQL)


def entry(query: Query) -> dict[str, object]:
    """Return a query as an entry of the list."""
    return {
        "name": query.name,
        "kind": query.kind,
        "summary": query.summary,
        "summaries": query.summaries,
        "iri": iri_of(query),
        "address": f"{PATH}/{query.name}",
        "gives": query.gives,
        "forms": [form.name for form in forms_of(query)],
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "description": parameter.description,
                "default": list(query.defaults(parameter)),
            }
            for parameter in query.parameters
        ],
    }


def _rdf(queries: list[Query], form: Form) -> bytes:
    """Return queries as SHACL describes what can be executed."""
    output = io.BytesIO()
    Answer.write_triples(triples_of(queries), output, form.format)  # type: ignore[arg-type]
    return output.getvalue()


def _csv(queries: list[Query]) -> bytes:
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow(("name", "kind", "summary", "parameters", "gives", "address"))
    for query in queries:
        names = " ".join(parameter.name for parameter in query.parameters)
        writer.writerow((query.name, query.kind, query.summary, names, query.gives, f"{PATH}/{query.name}"))
    return output.getvalue().encode()


def _plain(path: str) -> str:
    """Return an address without the suffix of a form."""
    folder, slash, name = path.rpartition("/")
    return folder + slash + name.partition(".")[0]


def _here(request: Request) -> str:
    """Return the address of a request without its language, for the switch between languages."""
    sent = pairs(request.scope["query_string"], "query string")
    rest = [(name, value) for name, value in sent if name != PARAMETER]
    return request.url.path + (f"?{urlencode(rest)}" if rest else "")
