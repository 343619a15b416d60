"""Reading SPARQL results in JSON: every kind of term, what is unbound, and what is no result."""

import json

import pyoxigraph as ox
import pytest

from accordgraph.results.json_reader import Table, Term, read_rows, read_table, rows_of
from accordgraph.results.result import Answer
from accordgraph.results.writers import table

QUERY = """SELECT ?iri ?text ?tagged ?number ?none WHERE {
  VALUES (?iri ?text ?tagged ?number ?none) { (<http://a.example/> "text" "mot"@fr 20 UNDEF) }
}"""
STRING, INTEGER = (f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("string", "integer"))


def solutions() -> ox.QuerySolutions:
    result = ox.Store().query(QUERY)
    assert isinstance(result, ox.QuerySolutions)
    return result


def test_terms_of_an_engine() -> None:
    body = solutions().serialize(format=ox.QueryResultsFormat.JSON)
    assert body is not None
    (row,) = read_rows(body)
    assert row == {
        "iri": Term("uri", "http://a.example/"),
        "text": Term("literal", "text"),
        "tagged": Term("literal", "mot", language="fr"),
        "number": Term("literal", "20", datatype=INTEGER),
    }


def test_terms_of_a_table() -> None:
    content = read_table(table(Answer(solutions())).encode())
    assert content.columns == ["iri", "text", "tagged", "number", "none"] and not content.more
    assert content.rows[0][1:] == [
        Term("literal", "text", datatype=STRING),
        Term("literal", "mot", language="fr"),
        Term("literal", "20", datatype=INTEGER),
        None,
    ]
    assert read_table(b'{"boolean": false}') == Table(boolean=False)


def test_triples_each_once_and_a_triple_term() -> None:
    iri, blank = ox.NamedNode("http://a.example/"), ox.BlankNode("b")
    inner = ox.Triple(iri, iri, ox.Literal("x"))
    found = rows_of([ox.Triple(blank, iri, inner)] * 2)
    parts = (Term("uri", iri.value), Term("uri", iri.value), Term("literal", "x", datatype=STRING))
    assert found == [[Term("bnode", "b"), Term("uri", iri.value), Term("triple", "", parts=parts)]]
    assert found[0][0].key == "_:b" and found[0][1].key == iri.value


def test_the_old_name_of_a_typed_literal() -> None:
    cell = {"type": "typed-literal", "value": "1", "datatype": INTEGER}
    body = json.dumps({"results": {"bindings": [{"n": cell}]}})
    assert read_rows(body) == [{"n": Term("literal", "1", datatype=INTEGER)}]


@pytest.mark.parametrize("body", ["", "[]", '{"boolean": true}', '{"results": {"bindings": [{"n": "1"}]}}'])
def test_what_is_no_result_of_a_select(body: str) -> None:
    with pytest.raises(ValueError):
        read_rows(body)
