"""Patterns of `GRAPH ?g`: each has the solutions that rdflib gives, or is refused with a form that works."""

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from accordgraph.errors import EvaluationError
from accordgraph.sparql.graph_scopes import check_graph_scopes
from accordgraph.sparql.query import SparqlQuery
from accordgraph.store.local import MemoryStore

DATASET = """<urn:a> <urn:p> <urn:b> <urn:g1> .
<urn:c> <urn:p> <urn:d> <urn:g1> .
<urn:a> <urn:q> <urn:b> <urn:g2> .
<urn:g1> <urn:p> <urn:x> <urn:g1> .
<urn:x> <urn:p> "1" <urn:g3> .
<urn:a> <urn:p> <urn:b> .
"""
TERMS = (ox.NamedNode, ox.BlankNode, ox.Literal)
PROLOGUE = "PREFIX : <urn:>\n"
Solutions = list[tuple[tuple[str, str], ...]]


def cases() -> list[tuple[str, str, str]]:
    path = Path(__file__).with_name("graph_scopes.tsv")
    with path.open(encoding="utf-8", newline="") as lines:
        _, *rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(pattern, refused, right) for pattern, refused, right in rows]


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore(DATASET.encode())


@pytest.fixture(scope="module")
def reference() -> rdflib.Dataset:
    return rdflib.Dataset().parse(data=DATASET, format="nquads")


def ours(store: MemoryStore, text: str) -> Solutions:
    answer = store.query(PROLOGUE + text)
    rows = [zip(answer.variables, row, strict=True) for row in answer.rows()]
    return sorted(
        tuple(sorted((name, term.value) for name, term in row if isinstance(term, TERMS))) for row in rows
    )


def theirs(reference: rdflib.Dataset, text: str) -> Solutions:
    rows = reference.query(PROLOGUE + text).bindings
    return sorted(tuple(sorted((str(name), str(term)) for name, term in row.items())) for row in rows)


@pytest.mark.parametrize(("pattern", "refused", "right"), cases())
def test_the_solutions_are_right_or_there_are_none(
    store: MemoryStore, reference: rdflib.Dataset, pattern: str, refused: str, right: str
) -> None:
    text = f"SELECT * {{ GRAPH ?g {{ {pattern} }} }}"
    solutions = theirs(reference, text)
    if not refused:
        assert ours(store, text) == solutions
        return
    with pytest.raises(EvaluationError) as caught:
        store.query(PROLOGUE + text)
    assert f"`{refused}` inside of GRAPH ?g" in str(caught.value) or "GRAPH ?h" in str(caught.value)
    assert (caught.value.line, caught.value.column) == (2, text.index(refused, text.index("{ ", 12)) + 1)
    if right:
        assert ours(store, right) == solutions != []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { GRAPH <urn:g1> { SELECT ?s { ?s ?p ?o } } }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(?g = <urn:g1>) MINUS { ?s <urn:q> ?o } }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "SELECT * { ?s ?p 'GRAPH ?g { SELECT' } # GRAPH ?g { SELECT",
        "SELECT * { GRAPH ?g { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o FILTER(",
        "SELECT * { GRAPH ?g",
        "GRAPH ?g { { } UNION",
    ],
)
def test_what_stands_elsewhere_and_what_is_no_query_is_let_through(text: str) -> None:
    check_graph_scopes(SparqlQuery.read(text))
