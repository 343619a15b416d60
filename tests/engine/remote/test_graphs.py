"""The graphs of a query over engines elsewhere: what is counted is what memory counts, or it is refused."""

import re
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.engine.remote.upload import push
from accordgraph.namespaces import GRAPH
from accordgraph.sparql.query import Graphs
from accordgraph.store.local import MemoryStore
from support.live_server import serving
from support.stores import FOR_VIRTUOSO, SETTINGS

pytestmark = pytest.mark.engines

A, B, C, NONE = (GRAPH[name].value for name in ("a", "b", "c", "none"))
CONTENTS = {A: "123", B: "34", C: "56789"}
"""3 stands in two graphs."""
DATASET = "".join(
    [f"<urn:{name}> <urn:p> <urn:o> .\n" for name in sorted(set("".join(CONTENTS.values())))]
    + [f"<urn:{name}> <urn:p> <urn:o> <{graph}> .\n" for graph, names in CONTENTS.items() for name in names]
).encode()
MEMORY = MemoryStore(DATASET)
QUERIES = {
    "count": "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}",
    "rows": "SELECT ?s {} WHERE {{ ?s ?p ?o }} ORDER BY ?s",
    "subselect": "SELECT ?n {} {{ {{ SELECT (COUNT(?s) AS ?n) {{ ?s <urn:p> ?o }} }} }}",
    "named": "SELECT ?g (COUNT(*) AS ?n) {} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g ORDER BY ?g",
}
ONCE = [
    ((A,), ()),
    ((A, A), ()),
    ((A, C), ()),
    ((C, B, C), (A,)),
    ((A, NONE), (NONE,)),
    ((NONE,), ()),
    ((A,), (C, C, B)),
    ((), (A, B)),
]
SEVERAL_TIMES = [((A, B), ()), ((A, B, C), (A,)), ((B, A, A), (NONE,))]
Given = tuple[tuple[str, ...], tuple[str, ...]]


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def http(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A server of ours over an engine."""
    address: str = request.getfixturevalue(f"{request.param}_alone")
    settings = FOR_VIRTUOSO if request.param == "virtuoso" else SETTINGS
    push(DATASET, address, settings)
    with serving(address, settings) as ours, httpx.Client(base_url=ours, timeout=60) as client:
        yield client


def ways(query: str, given: Given) -> list[tuple[str, dict[str, list[str]]]]:
    """Return the ways to name graphs: in the query, in the request, and both, where the request counts."""
    default, named = given
    clauses = [*(f"FROM <{graph}>" for graph in default), *(f"FROM NAMED\n<{graph}>" for graph in named)]
    fields = {"default-graph-uri": list(default), "named-graph-uri": list(named)}
    both = [(QUERIES[query].format(f"FROM <{C}> FROM NAMED <{C}>"), fields)] if clauses else []
    return [(QUERIES[query].format(" ".join(clauses)), {}), (QUERIES[query].format(""), fields), *both]


def values(answer: bytes) -> list[list[str | None]]:
    solutions = ox.parse_query_results(answer, ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    return [[getattr(term, "value", None) for term in solution] for solution in solutions]


@pytest.mark.parametrize("given", ONCE, ids=str)
@pytest.mark.parametrize("query", QUERIES)
def test_the_same_as_in_memory(http: httpx.Client, query: str, given: Given) -> None:
    rows = MEMORY.query(QUERIES[query].format(""), Graphs(*given)).rows()
    expected = [[getattr(term, "value", None) for term in row] for row in rows]
    for text, fields in ways(query, given):
        response = http.post("/sparql", data={"query": text, **fields}, params={"format": "json"})
        assert response.status_code == 200, response.text
        assert values(response.content) == expected


@pytest.mark.parametrize("given", SEVERAL_TIMES, ids=str)
@pytest.mark.parametrize("query", QUERIES)
def test_what_would_count_several_times_is_refused(http: httpx.Client, query: str, given: Given) -> None:
    for text, fields in ways(query, given):
        response = http.post("/sparql", data={"query": text, **fields}, params={"format": "json"})
        assert response.status_code == 400
        assert response.json()["type"].endswith("/problem/evaluation")
        assert "without graphs the merged dataset is asked" in response.json()["detail"]


def test_the_place_of_a_fault_stays(http: httpx.Client) -> None:
    response = http.post("/sparql", data={"query": f"SELECT ?s\nFROM <{A}>\n{{ ?s ?p }}"})
    assert response.status_code == 400
    assert re.search(r"(at|line) 3\b", response.json()["detail"]), "the line of the query as it was sent"


def test_a_broken_clause_is_told_by_the_engine(http: httpx.Client) -> None:
    for clause in ("FROM none:a", "FROM", "FROM NAMED"):
        response = http.post("/sparql", data={"query": f"SELECT ?s {clause} {{ ?s ?p ?o }}"})
        assert response.status_code == 400, response.text
