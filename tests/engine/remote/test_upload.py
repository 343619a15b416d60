"""Filling real engines: what is there afterwards is the dataset, and nothing else, each time."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import httpx
import pyoxigraph as ox
import pytest
from click.testing import Result

from accordgraph.engine.engine import Job, gather
from accordgraph.engine.remote.load_record import MERGED, RECORD
from accordgraph.engine.remote.remote_engine import RemoteEngine
from accordgraph.engine.remote.upload import push
from accordgraph.engine.remote.write_protocols import WriteProtocols
from accordgraph.errors import EndpointError, InputError
from accordgraph.namespaces import ACG, GRAPH, ID, SKOS, XSD
from accordgraph.settings import Settings
from support.stores import FOR_VIRTUOSO, SETTINGS, Target

pytestmark = pytest.mark.engines

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


def answer(address: str, settings: Settings, job: Job) -> bytes:
    """Return what a server over the engine answers."""

    async def ask() -> bytes:
        engine = RemoteEngine(address, settings)
        await engine.start()
        try:
            return await gather(engine, job)
        finally:
            await engine.stop()

    return asyncio.run(ask())


def triples_of(address: str, settings: Settings, query: str) -> set[ox.Triple]:
    found = answer(address, settings, Job.of(query, "nt"))
    return {quad.triple for quad in ox.parse(found, ox.RdfFormat.N_TRIPLES)}


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
    extra = {RECORD.value} | ({filled.protocols.merged} if filled.protocols.merged else set())
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
    head, *rows = answer(address, settings, Job.of("SELECT ?s { ?s ?p ?o }", "csv")).decode().split()
    assert (head, rows) == ("s", [ID["one"].value] * len(LINES))


def test_what_the_engine_writes_otherwise_is_told(oxigraph_alone: str, virtuoso_alone: str) -> None:
    year = f'"P1Y"^^{XSD.duration}'
    content = dataset({"a": [*LINES[:6], f"{ID['one']} {ACG.recursEvery} {year}"]})
    assert push(content, oxigraph_alone, SETTINGS).altered == ()
    assert push(content, virtuoso_alone, FOR_VIRTUOSO).altered == (year,)


def test_a_merged_graph_may_be_asked_for(oxigraph_alone: str) -> None:
    filled = push(FIRST, oxigraph_alone, SETTINGS, WriteProtocols(merged=MERGED.value))
    assert filled.protocols.merged == MERGED.value
    wanted = expected(FIRST)
    assert triples_of(oxigraph_alone, SETTINGS, "CONSTRUCT WHERE { ?s ?p ?o }") == wanted[""]
    assert graphs_at(oxigraph_alone) >= {MERGED.value}
    push(FIRST, oxigraph_alone, SETTINGS)


def test_who_may_not_write_is_told(virtuoso_alone: str) -> None:
    for settings in (SETTINGS, replace(FOR_VIRTUOSO, endpoint_password="wrong")):
        with pytest.raises(EndpointError, match="ACCORDGRAPH_ENDPOINT_PASSWORD") as caught:
            push(FIRST, virtuoso_alone, settings)
        assert "wrong" not in str(caught.value)


def test_the_address_of_the_graph_store_is_not_that_of_queries(oxigraph_alone: str) -> None:
    with pytest.raises(EndpointError, match="the one where the engine answers queries"):
        push(FIRST, oxigraph_alone.replace("/query", "/store"), SETTINGS)


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


def test_the_command(
    accordgraph: Callable[..., Result], oxigraph_alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accordgraph("build")
    accordgraph("validate")
    done = accordgraph("load", oxigraph_alone, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["triples"] > 0 and said["graphs"] > 0 and len(said["digest"]) == 64
    refused = accordgraph("load", "http://127.0.0.1:9/sparql")
    assert refused.exit_code == 2 and "cannot be reached" in refused.output
