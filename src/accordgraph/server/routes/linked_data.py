"""Linked data: every IRI of the graph leads to a document about what it names.

Things and concepts are not documents: `/id/...` and `/concept/...` answer 303 with the address of the
document at `/doc/...`. The terms of an ontology are parts of one document, which stands at its own address.
"""

import json
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accordgraph.errors import shown
from accordgraph.namespaces import BASE, CONCEPT, ID, RDF
from accordgraph.results import formats
from accordgraph.results.json_reader import URI, Row, Table
from accordgraph.results.row_limit import too_many_rows
from accordgraph.server.http import problems
from accordgraph.server.http.languages import Language, language_of
from accordgraph.server.http.problems import Problem
from accordgraph.server.pages import html, urls
from accordgraph.server.pages.dataset_index import DatasetIndex, DatasetQueries
from accordgraph.server.pages.resource_view import ResourceView, StatementIndex
from accordgraph.server.pages.term_list import sections
from accordgraph.server.query_service.execution import Render, ResultSpec
from accordgraph.server.query_service.outcomes import as_problem
from accordgraph.server.query_service.service import QueryService
from accordgraph.sparql.query import SparqlQuery

PAGE = 50
"""How many of the things that point to it a page of a document shows."""

_MOST_REFERENCES = 10_000
_MOST_CLAIMS = 300


@dataclass(frozen=True)
class References:
    """What points to a thing: the pairs of property and thing of one page, and the claims on the thing."""

    pairs: list[tuple[str, str]]
    claims: list[str]
    page: int
    pages: int
    total: int
    more: bool

    @property
    def neighbours(self) -> dict[int, int]:
        """The numbers of the pages before (-1) and after (1) this one, where there are any."""
        return {step: self.page + step for step in (-1, 1) if 1 <= self.page + step <= self.pages}


class LinkedData:
    """Documents about things, concepts and ontologies."""

    def __init__(self, service: QueryService, dataset: DatasetQueries) -> None:
        self._service, self._dataset = service, dataset

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/id/{path:path}", self.thing),
            Route("/concept/{path:path}", self.thing),
            Route("/doc/{path:path}", self.document),
            Route("/ontology", self.ontology),
            Route("/ontology.{suffix}", self.ontology),
            Route("/ontology/{path:path}", self.ontology),
        ]

    async def thing(self, request: Request) -> Response:
        """Redirect from a resource to the document about it."""
        path = _path(request)
        _check_named(request)
        if not (await self._dataset.index()).check(BASE + path):
            raise Problem(problems.NOT_FOUND, f"the graph has nothing of the name {shown(BASE + path)}")
        address = urls.encoded(f"/doc/{path.removeprefix('id/')}")
        query = f"?{request.url.query}" if request.url.query else ""
        return Response(
            None, 303, {"Location": address + query, "Link": f'<{address + query}>; rel="describedby"'}
        )

    async def document(self, request: Request) -> Response:
        """Return the document about a resource."""
        _check_named(request)
        index = await self._dataset.index()
        path, suffix = urls.resolve(request.path_params["path"], lambda path: index.check(_named(path)))
        choice, iri, language = urls.choose(request, suffix), _named(path), language_of(request)
        references = await self._references(iri, request.query_params.get("page", "1"))
        others = dict.fromkeys(other for _, other in references.pairs)
        text = self._dataset.query("linked/document", thing=[iri], other=others, claim=references.claims)
        address, link = f"/doc/{path}", html.linker(language)
        headers = urls.headers(address, choice, language, iri, references.page)
        own, form = f"{address}.{suffix}" if suffix else address, request.query_params.get("format")
        for step, number in references.neighbours.items():
            relation = "prev" if step < 0 else "next"
            headers["Link"] += f', <{link(html.address_of(own, format=form, page=number))}>; rel="{relation}"'
        page = _resource_page(index, iri, address, references, language)
        return await self._respond(
            request, index, iri, ResultSpec(SparqlQuery.read(text), choice, headers=headers), page
        )

    async def ontology(self, request: Request) -> Response:
        """Return the whole of an ontology, or redirect from the IRI of its present version to it."""
        index = await self._dataset.index()
        path, language = _path(request), language_of(request)
        for ontology, version in index.ontologies.items():
            if version == BASE + path:
                return Response(None, 303, {"Location": f"/{ontology.removeprefix(BASE)}"})
        path, suffix = urls.resolve(path, lambda path: BASE + path in index.ontologies)
        choice, iri = urls.choose(request, suffix), BASE + path
        headers = urls.headers(f"/{path}", choice, language)
        text = self._dataset.query("linked/ontology", ontology=[iri])
        page = _ontology_page(index, iri, f"/{path}", language)
        return await self._respond(
            request, index, iri, ResultSpec(SparqlQuery.read(text), choice, headers=headers), page
        )

    async def _references(self, iri: str, page: str) -> References:
        """Return what points to a thing; raises the 404 `Problem` for a page that it does not have."""
        rows = await self._dataset.rows("linked/references", thing=[iri])
        subject, object_ = RDF.subject.value, RDF.object.value
        direct = [_pair(row) for row in rows if "claim" not in row and row["other"].kind == URI]
        claims = [(_pair(row), row["claim"].value) for row in rows if "claim" in row]
        adopted = set(direct) & {pair for pair, _ in claims}
        shown_elsewhere = {claim for pair, claim in claims if pair in adopted}
        pairs = [
            (property_, other)
            for property_, other in direct
            if property_ != subject and not (property_ == object_ and other in shown_elsewhere)
        ]
        count = max(1, -(-len(pairs) // PAGE))
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0
        if not 1 <= number <= count:
            raise Problem(problems.NOT_FOUND, f"this document has pages 1 to {count}")
        on_page = pairs[(number - 1) * PAGE : number * PAGE]
        own = [other for property_, other in direct if property_ == subject]
        about = [claim for pair, claim in claims if pair in on_page]
        claims_ = list(dict.fromkeys([*own, *about]))[:_MOST_CLAIMS]
        return References(on_page, claims_, number, count, len(pairs), len(rows) == _MOST_REFERENCES)

    def _json_ld(self, index: DatasetIndex, iri: str) -> Render:
        def render(content: Table) -> bytes:
            if content.more:
                raise as_problem(too_many_rows(self._service.settings.answer_rows))
            document = index.context.write(content.rows, first=iri)
            return json.dumps(document, ensure_ascii=False, indent=1).encode()

        return render

    async def _respond(
        self, request: Request, index: DatasetIndex, iri: str, spec: ResultSpec, page: Render
    ) -> Response:
        """Respond with triples: as a page, as JSON-LD with the dataset's names, or as the engine does."""
        form = spec.choice.form
        render = {formats.HTML.name: page, formats.JSON_LD.name: self._json_ld(index, iri)}.get(form.name)
        variant = f"{index.digest} {html.variant(language_of(request)) if form == formats.HTML else ''}"
        most_rows = self._service.settings.answer_rows
        return await self._service.respond(
            request, replace(spec, render=render, variant=variant, most_rows=most_rows)
        )


def _path(request: Request) -> str:
    """Return the path that a request asks for, without the first slash and with nothing behind % signs."""
    return str(request.scope["path"]).removeprefix("/")


def _check_named(request: Request) -> None:
    """Raise the 404 `Problem` for an address that stops before the name of a thing."""
    if not request.path_params["path"]:
        address = str(request.scope["path"])
        name = "theme/telework" if address == "/concept/" else "be/body/nar"
        detail = (
            f"{address} is followed by the name of a thing, as in {address}{name}; /api/search finds names"
        )
        raise Problem(problems.NOT_FOUND, detail)


def _pair(row: Row) -> tuple[str, str]:
    return row["property"].value, row["other"].value


def _named(path: str) -> str:
    """Return the IRI of the thing that the document at `/doc/` and this path is about."""
    if path.startswith("concept/"):
        return CONCEPT + path.removeprefix("concept/")
    return ID + path


def _resource_page(
    index: DatasetIndex, iri: str, address: str, references: References, language: Language
) -> Render:
    def render(content: Table) -> bytes:
        view = ResourceView(StatementIndex(content.rows), iri, language, index.vocabulary)
        steps = {
            step: html.address_of(f"{address}.html", page=number)
            for step, number in references.neighbours.items()
        }
        here = html.address_of(address, page=references.page if references.page > 1 else None)
        json_ld = json.dumps(index.context.write(content.rows, first=iri), ensure_ascii=False)
        return html.page(
            "thing.html",
            language,
            here,
            here=here,
            thing=view,
            references=view.references(references.pairs),
            first=(references.page - 1) * PAGE + 1,
            last=(references.page - 1) * PAGE + len(references.pairs),
            total=references.total,
            more=references.more,
            pages=references.pages,
            previous=steps.get(-1),
            next=steps.get(1),
            **urls.links(address, language, references.page),
            json_ld=json_ld.replace("<", "\\u003c"),
        )

    return render


def _ontology_page(index: DatasetIndex, iri: str, address: str, language: Language) -> Render:
    def render(content: Table) -> bytes:
        return sections(content.rows, iri, address, language, index.vocabulary)

    return render
