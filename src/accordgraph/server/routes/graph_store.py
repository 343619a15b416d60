"""The SPARQL 1.1 Graph Store Protocol, for reading: `/graph-store?default`, `?graph=IRI`, and `/graph/...`.

A named graph is a document, so its IRI dereferences to it. Writing is refused: 403, with the reason.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accordgraph.errors import shown
from accordgraph.namespaces import BASE, shorten
from accordgraph.results import formats
from accordgraph.results.json_reader import URI, Table
from accordgraph.server.http import problems
from accordgraph.server.http.languages import Language, language_of
from accordgraph.server.http.problems import Problem
from accordgraph.server.http.query_string import graph_names
from accordgraph.server.pages import html, urls
from accordgraph.server.pages.dataset_index import DatasetIndex, DatasetQueries
from accordgraph.server.query_service.execution import Render, ResultSpec
from accordgraph.server.query_service.service import QueryService
from accordgraph.sparql.query import Graphs, SparqlQuery

ADDRESS = "/graph-store"
_ALL = SparqlQuery.read("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
_READ = ["GET", "HEAD", "OPTIONS"]
_WRITE = ["PUT", "POST", "PATCH", "DELETE"]
_FORMS = tuple(form for form in formats.GRAPHS if form != formats.HTML)
_READ_ONLY = "the Graph Store is read-only; the dataset changes only when a new version is published"
_IN_PARTS = (
    "the Graph Store returns whole graphs; request a smaller one (/void lists them), or a part of this one "
    f"at /sparql, with its IRI as default-graph-uri: {_ALL.text} LIMIT 1000"
)


class GraphStore:
    """The graphs of the dataset."""

    def __init__(self, service: QueryService, dataset: DatasetQueries) -> None:
        self._service, self._dataset = service, dataset

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        methods = _READ + _WRITE
        return [
            Route(ADDRESS, self.indirect, methods=methods),
            Route("/graph/{path:path}", self.direct, methods=methods),
        ]

    async def indirect(self, request: Request) -> Response:
        """Return the graph that the parameters name."""
        if (response := _options(request)) is not None:
            return response
        names = request.query_params.getlist("graph")
        if ("default" in request.query_params) + len(names) != 1:
            detail = f"name one graph: {ADDRESS}?default, or {ADDRESS}?graph= with its IRI"
            raise Problem(problems.BAD_REQUEST, detail)
        graphs = Graphs(graph_names(names))
        if names and names[0] not in (await self._dataset.index()).graphs:
            raise Problem(problems.NOT_FOUND, f"the dataset has no graph {shown(names[0])}")
        choice = urls.choose(request, None, _FORMS)
        return await self._give(request, ResultSpec(_ALL, choice, graphs))

    async def direct(self, request: Request) -> Response:
        """Return the graph whose IRI is the URL."""
        if (response := _options(request)) is not None:
            return response
        index, language = await self._dataset.index(), language_of(request)
        name = str(request.scope["path"]).removeprefix("/")
        if not request.path_params["path"]:
            detail = f"the name of a graph is missing after /{name}; /void lists the graphs"
            raise Problem(problems.NOT_FOUND, detail)
        path, suffix = urls.resolve(name, lambda path: BASE + path in index.graphs)
        choice, iri = urls.choose(request, suffix), BASE + path
        headers = urls.headers(f"/{path}", choice, language)
        if choice.form != formats.HTML:
            return await self._give(request, ResultSpec(_ALL, choice, Graphs((iri,)), headers=headers))
        text = self._dataset.query("linked/graph", graph=[iri], language=[language.code])
        render = _page(index, iri, f"/{path}", language, self._service.settings.answer_rows)
        spec = ResultSpec(
            SparqlQuery.read(text),
            choice,
            render=render,
            headers=headers,
            variant=f"{index.digest} {html.variant(language)}",
        )
        return await self._service.respond(request, spec)

    async def _give(self, request: Request, spec: ResultSpec) -> Response:
        """Return a graph; for one that is too large, the problem states where parts of it are available."""
        try:
            return await self._service.respond(request, spec)
        except Problem as problem:
            if problem.kind != problems.TOO_LARGE:
                raise
            detail = f"{problem.detail.partition(';')[0]}; {_IN_PARTS}"
            raise Problem(problem.kind, detail, problem.headers, **problem.members) from problem


def _options(request: Request) -> Response | None:
    """Return the response to OPTIONS, None for a method that reads; raises `Problem` for one that writes."""
    if request.method == "OPTIONS":
        return Response(None, 204, {"Allow": ", ".join(_READ)})
    if request.method in _WRITE:
        raise Problem(problems.REFUSED, _READ_ONLY, {"Allow": ", ".join(_READ)})
    return None


def _page(index: DatasetIndex, iri: str, address: str, language: Language, most_rows: int) -> Render:
    def render(content: Table) -> bytes:
        column = {name: place for place, name in enumerate(content.columns)}
        rows = []
        for row in content.rows:
            thing, label = row[column["thing"]], row[column["label"]]
            is_iri = thing.kind == URI
            name = index.vocabulary.label(thing.value, language, {}) if is_iri else thing.key
            count = int(row[column["statements"]].value)
            rows.append((thing.value if is_iri else "", label.value if label else name, count))
        return html.page(
            "graph.html",
            language,
            address,
            here=address,
            iri=iri,
            name=shorten(iri).strip("<>").removeprefix(BASE),
            rows=rows,
            more=content.more,
            most_rows=most_rows,
            **urls.links(address, language),
        )

    return render
