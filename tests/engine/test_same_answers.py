"""Every query of the library that the server asks has the same answer from every kind of store.

Where Virtuoso gives another answer, `virtuoso.tsv` says so and why, and a line there that is no longer true
fails.
"""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.library.query_file import Query, load_queries
from accordgraph.namespaces import XSD
from support.paths import ROOT
from support.stores import STORES, Served

pytestmark = pytest.mark.engines

ANSWERS = ROOT / "tests" / "queries" / "competency"
QUERIES = {
    f"{query.kind}/{query.name}": query for query in load_queries(ROOT / "queries") if query.kind != "derive"
}
with Path(__file__).with_name("virtuoso.tsv").open(encoding="utf-8", newline="") as lines:
    DEVIATIONS = dict(csv.reader(lines, delimiter="\t"))

Row = tuple[object, ...]
_NUMBERS = (XSD.integer, XSD.decimal)


def by_value(term: object) -> object:
    """Return what a term means: 1.50 is 1.5, and true is 1, as where there are no booleans."""
    if isinstance(term, ox.Literal) and term.datatype in _NUMBERS:
        return Decimal(term.value)
    if isinstance(term, ox.Literal) and term.datatype == XSD.boolean:
        return Decimal(term.value in ("true", "1"))
    return term


def rows_of(answer: bytes, form: ox.QueryResultsFormat, *, values: bool) -> tuple[list[str], list[Row]]:
    solutions = ox.parse_query_results(answer, form)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = [tuple(solution) for solution in solutions]
    return names, [tuple(map(by_value, row)) for row in rows] if values else rows


def ask(http: httpx.Client, query: Query, form: str) -> bytes:
    response = http.post("/sparql", data={"query": query.text}, params={"format": form})
    assert response.status_code == 200, response.text
    return response.content


def answer_of(http: httpx.Client, query: Query, *, values: bool) -> tuple[list[str], list[Row]]:
    if "CONSTRUCT" not in query.text:
        return rows_of(ask(http, query, "json"), ox.QueryResultsFormat.JSON, values=values)
    graph = ox.Dataset(ox.parse(ask(http, query, "nt"), ox.RdfFormat.N_TRIPLES))
    graph.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)  # each engine names blank nodes itself
    triples = [quad.triple for quad in graph]
    rows = [tuple(map(by_value, triple)) if values else tuple(triple) for triple in triples]
    return [], sorted(rows, key=str)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("name", QUERIES)
def test_same_answer(served: Served, name: str, store: str) -> None:
    query, http = QUERIES[name], served.over(store)
    values = store == "virtuoso"
    if query.kind == "competency":
        expected = rows_of(
            (ANSWERS / f"{query.name}.tsv").read_bytes(), ox.QueryResultsFormat.TSV, values=values
        )
    else:
        expected = answer_of(served.over("memory"), query, values=values)
    found = answer_of(http, query, values=values)
    assert found[0] == expected[0]
    if store == "virtuoso" and name in DEVIATIONS:
        assert Counter(found[1]) != Counter(expected[1]), "what deviated does no longer"
    else:
        assert Counter(found[1]) == Counter(expected[1])
        assert found[1] == expected[1], "the right rows in another order"


def test_every_deviation_is_of_a_query_and_has_a_reason() -> None:
    assert set(DEVIATIONS) <= set(QUERIES)
    assert all(DEVIATIONS.values())
