"""Filling real engines: what is there afterwards is the dataset, and nothing else, each time."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pyoxigraph as ox
import pytest
from click.testing import Result
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from accordgraph.engine import Job, gather
from accordgraph.errors import EndpointError, InputError
from accordgraph.namespaces import ACG, GRAPH, ID, SKOS, XSD
from accordgraph.push import push
from accordgraph.record import MERGED, RECORD
from accordgraph.remote import RemoteEngine
from accordgraph.server import running
from accordgraph.settings import Settings
from accordgraph.ways import UNSAID, Ways
from storage import FOR_VIRTUOSO, SETTINGS

LINES = [
    f'{ID["one"]} {SKOS.prefLabel} "Wet \\"één\\",\\nmet\\tregel \\\\ \U0001f600"@nl',
    f'{ID["one"]} {SKOS.prefLabel} "Loi <b>; & co"@fr',
    f'{ID["one"]} {ACG.publishedOn} "2022-10-03"^^{XSD.date}',
    f'{ID["one"]} {ACG.startsOn} "2021"^^{XSD.gYear}',
    f'{ID["one"]} {ACG.startsOn} "2021-03"^^{XSD.gYearMonth}',
    f'{ID["one"]} {ACG.minimumWorkers} "20"^^{XSD.integer}',
    f'{ID["one"]} {ACG.amount} "144.31"^^{XSD.decimal}',
    f'{ID["one"]} {ACG.code} "026"',
    f"{ID['one']} {ACG.level} {ID['two']}",
]


def dataset(graphs: dict[str, list[str]]) -> bytes:
    merged = sorted({line for lines in graphs.values() for line in lines})
    quads = [f"{line} .\n" for line in merged]
    quads += [f"{line} {GRAPH[name]} .\n" for name, lines in graphs.items() for line in lines]
    return "".join(quads).encode()


FIRST = dataset({"a": LINES[:5], "b": LINES[3:]})
SECOND = dataset({"b": LINES[:2], "c": LINES[1:4]})


Target = tuple[str, Settings, Ways]


@pytest.fixture(params=["oxigraph", "oxigraph by update", "virtuoso", "virtuoso by update"])
def target(request: pytest.FixtureRequest) -> Target:
    """An engine, how it is spoken to, and the way that is asked for."""
    if "virtuoso" in request.param:
        address: str = request.getfixturevalue("virtuoso_alone")
        by_update = Ways(update=address.replace("/sparql", "/sparql-auth"))
        return address, FOR_VIRTUOSO, by_update if "update" in request.param else UNSAID
    address = request.getfixturevalue("oxigraph_alone")
    by_update = Ways(update=address.replace("/query", "/update"))
    return address, SETTINGS, by_update if "update" in request.param else UNSAID


def triples_of(address: str, settings: Settings, query: str) -> set[ox.Triple]:
    async def ask() -> bytes:
        engine = RemoteEngine(address, settings)
        await engine.start()
        try:
            return await gather(engine, Job(query, "nt"))
        finally:
            await engine.stop()

    return {quad.triple for quad in ox.parse(asyncio.run(ask()), ox.RdfFormat.N_TRIPLES)}


def expected(content: bytes) -> dict[str, set[ox.Triple]]:
    found: dict[str, set[ox.Triple]] = {}
    for quad in ox.parse(content, ox.RdfFormat.N_QUADS):
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        found.setdefault(name, set()).add(quad.triple)
    return found


def graphs_at(address: str) -> set[str]:
    query = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    answer = httpx.post(address, data={"query": query}, headers={"Accept": "application/sparql-results+json"})
    found = {row["g"]["value"] for row in answer.json()["results"]["bindings"]}
    return {name for name in found if name.startswith(GRAPH)}


@pytest.mark.parametrize("contents", [[FIRST], [FIRST, FIRST], [FIRST, SECOND], [SECOND, FIRST]])
def test_what_is_there_is_the_dataset(target: Target, contents: list[bytes]) -> None:
    address, settings, ways = target
    seen: list[tuple[int, int]] = []
    for content in contents:
        filled = push(content, address, settings, ways, lambda *numbers: seen.append(numbers), at_once=2)
    wanted = expected(contents[-1])
    assert seen[-1] == (sum(map(len, wanted.values())),) * 2
    assert len(seen) > 3 * len(contents)
    assert (filled.triples, filled.graphs) == (len(wanted[""]), len(wanted) - 1)
    default = triples_of(address, settings, "CONSTRUCT WHERE { ?s ?p ?o }")
    assert default == wanted[""]
    for name in set(wanted) - {""}:
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"
        assert triples_of(address, settings, query) == wanted[name]
    extra = {RECORD.value} | ({filled.ways.merged} if filled.ways.merged else set())
    assert graphs_at(address) == set(wanted) - {""} | extra


def test_a_server_over_it_knows_its_digest(target: Target) -> None:
    address, settings, ways = target

    async def started() -> tuple[str, int]:
        engine = RemoteEngine(address, settings)
        await engine.start()
        await engine.stop()
        return engine.digest, engine.triples

    filled = push(FIRST, address, settings, ways)
    assert asyncio.run(started()) == (filled.digest, filled.triples)


def test_a_triple_in_two_graphs_counts_once(target: Target) -> None:
    address, settings, ways = target
    push(FIRST, address, settings, ways)

    async def rows() -> list[str]:
        engine = RemoteEngine(address, settings)
        await engine.start()
        try:
            return (await gather(engine, Job("SELECT ?s { ?s ?p ?o }", "csv"))).decode().split()[1:]
        finally:
            await engine.stop()

    assert asyncio.run(rows()) == [ID["one"].value] * len(LINES)


def test_what_the_engine_writes_otherwise_is_told(oxigraph_alone: str, virtuoso_alone: str) -> None:
    year = f'"P1Y"^^{XSD.duration}'
    content = dataset({"a": [*LINES[:6], f"{ID['one']} {ACG.recursEvery} {year}"]})
    assert push(content, oxigraph_alone, SETTINGS).altered == ()
    assert push(content, virtuoso_alone, FOR_VIRTUOSO).altered == (year,)


def test_a_merged_graph_may_be_asked_for(oxigraph_alone: str) -> None:
    filled = push(FIRST, oxigraph_alone, SETTINGS, Ways(merged=MERGED.value))
    assert filled.ways.merged == MERGED.value
    wanted = expected(FIRST)
    assert triples_of(oxigraph_alone, SETTINGS, "CONSTRUCT WHERE { ?s ?p ?o }") == wanted[""]
    assert graphs_at(oxigraph_alone) >= {MERGED.value}
    push(FIRST, oxigraph_alone, SETTINGS)


def test_who_may_not_write_is_told(virtuoso_alone: str) -> None:
    for settings in (SETTINGS, replace(FOR_VIRTUOSO, endpoint_password="wrong")):
        with pytest.raises(EndpointError, match="ACCORDGRAPH_ENDPOINT_PASSWORD") as caught:
            push(FIRST, virtuoso_alone, settings)
        assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "right"),
    [
        (401, "ACCORDGRAPH_ENDPOINT_TOKEN"),
        (403, "ACCORDGRAPH_ENDPOINT_TOKEN"),
        (404, "--"),
        (405, "--"),
        (415, "--"),
        (301, "leads to /elsewhere"),
        (400, None),
    ],
)
@pytest.mark.parametrize(
    ("ways", "tried", "option"),
    [
        ({}, r"/none: POST of a query \(SPARQL Protocol\)", "graph-store and --update"),
        (
            {"graph_store": "/none"},
            r"/none\?\S+: POST of a graph \(Graph Store Protocol\)",
            "graph-store names",
        ),
        ({"update": "/none"}, r"/none: POST of an update \(SPARQL Protocol\)", "update names"),
    ],
    ids=["query", "graph store", "update"],
)
def test_a_bare_refusal_is_told_with_what_was_tried(
    ways: dict[str, str], tried: str, option: str, status: int, right: str | None
) -> None:
    """The engine says nothing but a status, or a page that is not for the person at the terminal."""
    app = Forgetful().app()

    async def refuse(_: Request) -> Response:
        page = "<h1>No</h1>" if status == 404 else None
        return Response(page, status, {"Location": "/elsewhere"} if status == 301 else None, "text/html")

    app.router.add_route("/none", refuse, methods=["POST", "PUT"])
    with running(app) as address, pytest.raises(EndpointError) as caught:
        given = Ways(**{name: address + path for name, path in ways.items()})
        push(FIRST, address + ("/sparql" if ways else "/none"), SETTINGS, given)
    wanted = right.replace("--", f"--{option}") if right else "no reason given$"
    assert re.search(rf"{tried} was answered with {status} [\w ]+: no reason given", str(caught.value))
    assert re.search(wanted, str(caught.value)) and caught.value.status == status


def test_the_address_of_the_graph_store_is_not_that_of_queries(oxigraph_alone: str) -> None:
    with pytest.raises(EndpointError, match="the one where the engine answers queries"):
        push(FIRST, oxigraph_alone.replace("/query", "/store"), SETTINGS)


def test_an_engine_that_is_not_there() -> None:
    with pytest.raises(EndpointError, match="cannot be reached"):
        push(FIRST, "http://127.0.0.1:9/sparql", SETTINGS)


def test_blank_nodes_stay_together(target: Target) -> None:
    address, settings, ways = target
    chain = ["<urn:a> <urn:p> _:b", "_:b <urn:p> _:c", "_:c <urn:p> _:d", "_:d <urn:p> <urn:e>", *LINES[:3]]
    push(dataset({"a": chain}), address, settings, ways, at_once=2)
    query = "CONSTRUCT {{ ?x <urn:reaches> ?y }} WHERE {{ {} }}"
    path = "?x <urn:p> ?b . ?b <urn:p> ?c . ?c <urn:p> ?d . ?d <urn:p> ?y"
    for where in (path, f"GRAPH <{GRAPH}a> {{ {path} }}"):
        found = triples_of(address, settings, query.format(where))
        assert {str(triple) for triple in found} == {"<urn:a> <urn:reaches> <urn:e>"}


def test_what_cannot_be_sent(oxigraph_alone: str) -> None:
    for line in ("<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> .\n", "<urn:a> <urn:b> <urn:c> _:d .\n"):
        with pytest.raises(InputError, match="nameless graphs nor triple terms"):
            push(line.encode(), oxigraph_alone, SETTINGS)


class Forgetful:
    """An engine of no known make, which takes everything and holds nothing."""

    def __init__(self) -> None:
        self.signed: list[str | None] = []

    async def query(self, request: Request) -> Response:
        rows = [] if b"GRAPH" in await request.body() else [{"n": {"type": "literal", "value": "0"}}]
        content = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": rows}})
        return Response(content, media_type="application/sparql-results+json")

    async def store(self, request: Request) -> Response:
        self.signed.append(request.headers.get("authorization"))
        if self.signed[-1] is None:
            return Response("who are you?", 401, {"WWW-Authenticate": 'Basic realm="store"'})
        return Response(None, 204)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.state.settings = SETTINGS
        app.router.add_route("/sparql", self.query, methods=["POST"])
        app.router.add_route("/data", self.store, methods=["PUT", "POST"])
        return app


def test_an_engine_that_is_not_known_has_to_be_explained() -> None:
    with running(Forgetful().app()) as address, pytest.raises(InputError, match="--graph-store"):
        push(FIRST, f"{address}/sparql", SETTINGS)


@pytest.mark.parametrize(
    ("settings", "signed"),
    [
        (replace(SETTINGS, endpoint_user="me", endpoint_password="secret"), [None, "Basic bWU6c2VjcmV0"]),
        (replace(SETTINGS, endpoint_token="abc"), ["Bearer abc"]),
    ],
)
def test_what_has_not_arrived_is_told(settings: Settings, signed: list[str | None]) -> None:
    engine = Forgetful()
    with running(engine.app()) as address, pytest.raises(EndpointError, match="has 0 triples after the load"):
        push(FIRST, f"{address}/sparql", settings, Ways(graph_store=f"{address}/data"))
    assert engine.signed[: len(signed)] == signed
    assert set(engine.signed[len(signed) :]) <= {signed[-1]}, "what was asked for once is sent at once"


def test_the_command(
    accordgraph: Callable[..., Result], oxigraph_alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accordgraph("build")
    accordgraph("validate")
    done = accordgraph("load", oxigraph_alone, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["triples"] > 0 and said["graphs"] > 0 and len(said["digest"]) == 64
    refused = accordgraph("load", "http://127.0.0.1:9/sparql")
    assert refused.exit_code == 2 and "cannot be reached" in refused.output


def test_the_secrets_are_not_printed() -> None:
    settings = Settings(endpoint_user="me", endpoint_password="secret", endpoint_token="token")
    assert "secret" not in repr(settings) and "'token'" not in repr(settings)
    assert not {"secret", "token"} & {str(row["value"]) for row in settings.table()}
