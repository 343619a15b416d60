"""Documents that do not come from one query: overview, VoID, shapes, context and problem types."""

import hashlib
import json
from functools import cached_property
from typing import NamedTuple

from pyoxigraph import NamedNode, Triple
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accordgraph import __version__
from accordgraph.dataset.source_files import file_triples
from accordgraph.errors import shown
from accordgraph.library.query_file import Query, load_queries
from accordgraph.namespaces import BASE
from accordgraph.project import Project
from accordgraph.rdf.canonical_turtle import write as canonical_turtle
from accordgraph.rdf.turtle import read
from accordgraph.results import formats
from accordgraph.results.json_reader import rows_of
from accordgraph.server.http import problems
from accordgraph.server.http.languages import language_of
from accordgraph.server.http.negotiation import Choice
from accordgraph.server.http.problems import KINDS, Problem
from accordgraph.server.pages import html, urls
from accordgraph.server.pages.dataset_index import DatasetQueries
from accordgraph.server.pages.jsonld import write_graph
from accordgraph.server.pages.term_list import sections
from accordgraph.server.pages.void import DATASET, describe, numbers
from accordgraph.server.query_service.service import QueryService
from accordgraph.server.routes.catalogue import LINK

HOME = (formats.LIST, formats.HTML, *urls.FORMS[:-1])
"""The formats of the overview; as a graph, it is at /void."""
_FIRST_QUERY = """SELECT ?theme ?label (COUNT(DISTINCT ?instrument) AS ?instruments) WHERE {
  ?instrument a acg:Instrument ; acg:addressesTheme ?theme .
  ?theme skos:prefLabel ?label
  FILTER(LANG(?label) = "en")
}
GROUP BY ?theme ?label
ORDER BY DESC(?instruments) ?theme"""
_EXAMPLES = 12
_VARY = {"Vary": html.HEADERS["Vary"]}
"""Of a document with a page beside its other formats."""


class Shapes(NamedTuple):
    """The shapes of all files, and the digest of those."""

    triples: list[Triple]
    digest: str


class SiteDocuments:
    """Documents about the graph and its server."""

    def __init__(self, service: QueryService, dataset: DatasetQueries, project: Project) -> None:
        self._service, self._dataset, self._project = service, dataset, project

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/", self.home),
            Route("/void", self.void),
            Route("/void.{suffix}", self.void),
            Route("/.well-known/void", self.void),
            Route("/shapes", self.shapes),
            Route("/shapes.{suffix}", self.shapes),
            Route("/context.jsonld", self.context),
            Route("/problem/{name}", self.problem),
        ]

    async def home(self, request: Request) -> Response:
        """Return the overview: JSON for programs, a page for people; as a graph, redirect to /void."""
        choice = urls.choose(request, None, HOME)
        if choice.form in urls.FORMS and choice.form != formats.HTML:
            return Response(None, 303, {"Location": f"/void.{choice.form.name}"} | _VARY)
        language = language_of(request)
        if choice.form == formats.HTML:
            digest = (await self._dataset.index()).digest
            statistics = await numbers(self._dataset)
            labels = await self._dataset.labels(statistics.examples)
            texts = [(iri, html.best_text(labels.get(iri, {}), language)[0]) for iri in statistics.examples]
            things = [(iri, text) for iri, text in texts if text]
            triples = self._service.engine.triples

            def make() -> bytes:
                return html.page("home.html", language, "/", triples=triples, things=things)

            name = f"home {html.variant(language)}"
            return self._service.give(request, choice, name, make, html.HEADERS | {"Link": LINK}, digest)
        content = {
            "name": "AccordGraph",
            "version": __version__,
            "about": "how Belgium implements the European Framework Agreement on Digitalisation",
            "sparql": "/sparql",
            "ontology": "/ontology",
            "shapes": "/shapes",
            "void": "/.well-known/void",
            "catalog": "/catalog",
            "statistics": "/stat",
            "context": "/context.jsonld",
            "health": "/health",
            "triples": self._service.engine.triples,
        }
        headers = _VARY | {"Link": LINK}
        return self._service.give(request, choice, "home", lambda: json.dumps(content).encode(), headers)

    async def service(self, request: Request) -> Response:
        """Return the service description; for browsers, a page with a form for a query."""
        return await self._describe(request, "/sparql", urls.choose(request, None))

    async def void(self, request: Request) -> Response:
        """Return the VoID description of the dataset."""
        suffix = _suffix(request)
        return await self._describe(request, "/void", urls.choose(request, suffix))

    async def _describe(self, request: Request, address: str, choice: Choice) -> Response:
        index, statistics = await self._dataset.index(), await numbers(self._dataset)
        endpoint = _endpoint(request)
        language = language_of(request)
        headers = urls.headers("/void", choice, language)
        if choice.form != formats.HTML:
            return self._service.give(
                request,
                choice,
                f"description {endpoint}",
                lambda: write_graph(
                    describe(statistics, endpoint), choice.form, index.context, DATASET + "dataset"
                ),
                headers,
                index.digest,
            )

        def make() -> bytes:
            classes = sorted(statistics.classes.items(), key=lambda pair: (-pair[1], pair[0]))
            return html.page(
                "description.html",
                language,
                address,
                endpoint=endpoint,
                query=_FIRST_QUERY,
                examples=self._examples,
                triples=statistics.totals["triples"],
                entities=statistics.totals["entities"],
                classes=[(iri, index.vocabulary.label(iri, language, {}), n) for iri, n in classes],
                graphs=[(iri, iri.removeprefix(BASE + "graph/"), n) for iri, n in statistics.graphs.items()],
                **urls.links("/void", language),
            )

        name = f"description {address} {endpoint} {html.variant(language)}"
        return self._service.give(request, choice, name, make, headers, index.digest)

    @cached_property
    def _examples(self) -> list[Query]:
        questions = load_queries(self._project.queries / "competency")
        return questions[:: max(1, len(questions) // _EXAMPLES)]

    @cached_property
    def _shapes(self) -> Shapes:
        texts = {path: read(path) for path in self._project.turtle_files("shapes")}
        triples: list[Triple] = []
        for path, text in texts.items():
            triples += file_triples(text, self._project.relative(path))
        return Shapes(triples, hashlib.sha256("\0".join(texts.values()).encode()).hexdigest())

    async def shapes(self, request: Request) -> Response:
        """Return all shapes as one document."""
        index, language = await self._dataset.index(), language_of(request)
        choice, iri = urls.choose(request, _suffix(request)), BASE + "shapes"
        triples, digest = self._shapes

        def make() -> bytes:
            if choice.form == formats.HTML:
                title = language.words["shapes"]
                return sections(rows_of(triples), iri, "/shapes", language, index.vocabulary, title)
            if choice.form == formats.TURTLE:
                return canonical_turtle(triples).encode()
            return write_graph(triples, choice.form, index.context)

        name = f"shapes {digest} {html.variant(language) if choice.form == formats.HTML else ''}"
        return self._service.give(
            request, choice, name, make, urls.headers("/shapes", choice, language), index.digest
        )

    async def context(self, request: Request) -> Response:
        """Return the JSON-LD context."""
        index = await self._dataset.index()
        choice = Choice(formats.JSON_LD, formats.JSON_LD.media_type)

        def make() -> bytes:
            return json.dumps(index.context.document(), ensure_ascii=False, indent=1).encode()

        return self._service.give(request, choice, "context", make, {"Vary": "Accept-Encoding"}, index.digest)

    async def problem(self, request: Request) -> Response:
        """State what a problem type means: JSON for programs, a page for people."""
        name, language = request.path_params["name"], language_of(request)
        kind = KINDS.get(name)
        if kind is None:
            raise Problem(problems.NOT_FOUND, f"there is no kind of problem of the name {shown(name)}")
        choice = urls.choose(request, None, (formats.LIST, formats.HTML))
        iri, is_page = f"{BASE}problem/{name}", choice.form == formats.HTML

        def make() -> bytes:
            if is_page:
                about = {"kind": kind, "iri": iri, "meaning": kind.meaning}
                return html.page("problem.html", language, f"/problem/{name}", **about)
            content = {"type": iri, "title": kind.title, "status": kind.status, "meaning": kind.meaning}
            return json.dumps(content).encode()

        headers, variant = (html.HEADERS, html.variant(language)) if is_page else (_VARY, "")
        return self._service.give(request, choice, f"problem {name} {variant}", make, headers)


def _endpoint(request: Request) -> str:
    """Return the URL of the endpoint as the client knows it; raises `Problem` for an invalid Host."""
    endpoint = f"{str(request.base_url).rstrip('/')}/sparql"
    try:
        return NamedNode(endpoint).value
    except ValueError as error:
        raise Problem(problems.BAD_REQUEST, "the header Host names no host") from error


def _suffix(request: Request) -> str | None:
    """Return the suffix of the URL; raises the 404 `Problem` for one that names no format."""
    suffix: str | None = request.path_params.get("suffix")
    if suffix is not None and suffix not in [form.name for form in urls.FORMS]:
        raise Problem(problems.NOT_FOUND, f"there is nothing at {shown(request.url.path)}")
    return suffix
