"""The endpoint against the `oxigraph` server: for every query and every form the same bytes.

A query without an order has its solutions in any order, and a graph its triples.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.library.query_file import Query, load_queries
from accordgraph.results import formats
from accordgraph.results.formats import Form
from support import engines
from support.live_server import serving
from support.paths import ROOT
from support.stores import SETTINGS

pytestmark = pytest.mark.engines

QUERIES = {f"{query.kind}/{query.name}": query for query in load_queries(ROOT / "queries")}
SOLUTIONS = (formats.JSON, formats.XML, formats.CSV, formats.TSV)
GRAPHS = (formats.TURTLE, formats.N_TRIPLES, formats.JSON_LD, formats.RDF_XML, formats.TRIG, formats.N_QUADS)
CASES = [
    pytest.param(query, form, id=f"{name}.{form.name}")
    for name, query in QUERIES.items()
    for form in (GRAPHS if "CONSTRUCT" in query.text else SOLUTIONS)
]
ODD = {
    "yes": "ASK { ?s a acg:Objective }",
    "no": "ASK { ?s a acg:Nothing }",
    "nothing": "SELECT * { ?s a acg:Nothing }",
    "no columns": "SELECT * { }",
    "unbound": "SELECT ?a ?b { VALUES (?a ?b) { (1 UNDEF) (UNDEF 'x') ('2023'^^xsd:gYear 1.50) } }",
    "quotes": """SELECT ?a { VALUES ?a { 'x, "y"\\n\\t<z>'@en } }""",
    "values": "SELECT * { VALUES ?x { 1e0 -0.0 true '001'^^xsd:integer <urn:a> 'é€😀' } }",
    "relative": "SELECT ?p ?o { <be/joint-committee/200.00> ?p ?o } ORDER BY ?p ?o",
    "describe": "DESCRIBE <be/joint-committee/200.00>",
}


@pytest.fixture(scope="module")
def ours(dataset: Path) -> Iterator[httpx.Client]:
    with serving(dataset, SETTINGS) as address, httpx.Client(base_url=address, timeout=90) as client:
        yield client


@pytest.fixture(scope="module")
def oracle(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An `oxigraph` server filled by its own means."""
    folder = tmp_path_factory.mktemp("oracle")
    store = ox.Store(str(folder))
    store.bulk_extend(ox.parse(path=dataset, format=ox.RdfFormat.N_QUADS))  # keeps the labels of blank nodes
    store.optimize()
    store.flush()
    del store
    with (
        engines.oxigraph(folder) as address,
        httpx.Client(base_url=address.removesuffix("/query"), timeout=90) as client,
    ):
        yield client


def options(client: httpx.Client, path: str, query: str, form: Form) -> bytes:
    response = client.post(path, data={"query": query}, headers={"Accept": form.media_type})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == form.media_type
    return response.content


def parts(content: bytes, form: Form) -> Counter[object]:
    """Return what an answer holds, whatever its order."""
    if isinstance(form.format, ox.RdfFormat):
        return Counter({quad.triple for quad in ox.parse(content, form.format)})
    if form == formats.CSV:
        return Counter(map(tuple, csv.reader(io.StringIO(content.decode(), newline=""))))
    assert isinstance(form.format, ox.QueryResultsFormat)
    found = ox.parse_query_results(content, form.format)
    return Counter(map(tuple, found)) if isinstance(found, ox.QuerySolutions) else Counter([bool(found)])


def is_ordered(query: str) -> bool:
    return "ORDER BY" in query.rpartition("}")[2]


def check(found: bytes, expected: bytes, form: Form, *, ordered: bool) -> None:
    """Compare two answers: their bytes, or of what has no order, what they hold."""
    if ordered:
        assert found == expected
    else:
        assert parts(found, form) == parts(expected, form)
        assert not isinstance(form.format, ox.QueryResultsFormat) or len(found) == len(expected)


@pytest.mark.parametrize(("query", "form"), CASES)
def test_library(ours: httpx.Client, oracle: httpx.Client, query: Query, form: Form) -> None:
    found, expected = (
        options(ours, "/sparql", query.text, form),
        options(oracle, "/query", query.text, form),
    )
    check(found, expected, form, ordered=is_ordered(query.text))


def test_every_query_of_the_library_is_asked() -> None:
    assert len(QUERIES) == len(list((ROOT / "queries").rglob("*.rq")))


@pytest.mark.parametrize("ordered", [True, False], ids=["ordered", "unordered"])
@pytest.mark.parametrize("form", SOLUTIONS + GRAPHS, ids=lambda form: form.name)
def test_one_difference_is_seen(ours: httpx.Client, form: Form, ordered: bool) -> None:
    name = "linked/document" if form in GRAPHS else "competency/evaluations-and-who-makes-them"
    found = options(ours, "/sparql", QUERIES[name].text, form)
    check(found, found, form, ordered=ordered)
    place = found.rindex(b"be/body/nar")
    with pytest.raises(AssertionError):
        check(found, found[:place] + b"be/body/nbr" + found[place + 11 :], form, ordered=ordered)


@pytest.mark.parametrize("name", ODD)
def test_odd_answers(ours: httpx.Client, oracle: httpx.Client, name: str) -> None:
    prologue = """\
BASE <https://w3id.org/accordgraph/id/>
PREFIX acg: <https://w3id.org/accordgraph/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
    query = ODD[name]
    for form in GRAPHS if "DESCRIBE" in query else SOLUTIONS:
        found, expected = (
            options(ours, "/sparql", query, form),
            options(oracle, "/query", prologue + query, form),
        )
        assert parts(found, form) == parts(expected, form)
        assert isinstance(form.format, ox.RdfFormat) or found == expected
