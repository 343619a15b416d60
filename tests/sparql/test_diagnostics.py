"""Queries that are wrong: each file says in its first line what is told of it, and where."""

from pathlib import Path
from typing import Any

import pytest

from accordgraph.errors import QueryError
from accordgraph.sparql.reference_parser import stops_at, words
from accordgraph.sparql.tokenizer import tokenize
from accordgraph.sparql.variable_scopes import variable_error
from accordgraph.store.local import MemoryStore
from support.paths import ROOT

CASES = {file.stem: file for file in sorted(Path(__file__).with_name("syntax").glob("*.rq"))}


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore(b'<urn:a> <urn:b> "c" .\n')


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_told(store: MemoryStore, name: str) -> None:
    text = CASES[name].read_text()
    with pytest.raises(QueryError) as raised:
        store.query(text)
    found = raised.value
    place = "-" if found.line is None else f"{found.line}:{found.column}"
    assert text.splitlines()[0] == f"#= {type(found).__name__} {place} {found.message}"


def test_what_is_right_breaks_no_rule() -> None:
    queries = [file.read_text() for file in (ROOT / "queries").rglob("*.rq")]
    assert len(queries) > 100
    assert [query for query in queries if variable_error(list(tokenize(query)))] == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (1 AS ?x) { MINUS { ?x ?p ?o } FILTER EXISTS { ?x ?p ?o } FILTER(?x) }",
        "SELECT (1 AS ?x) { { SELECT ?y { ?x ?p ?y } } }",
        "SELECT * { { ?s ?p ?o } UNION { BIND(1 AS ?s) } }",
        "SELECT (IF(EXISTS { ?s ?p ?o }, COUNT(*), 2) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT ?x (STR(?y) AS ?n) { ?s ?p ?o } GROUP BY (STR(?s) AS ?x) (?y) <urn:f>(?s)",
        "SELECT (?s AS ?x) { ?s ?p ?o } GROUP BY ?s HAVING (?o > 1) ORDER BY ?p LIMIT 1",
        "CONSTRUCT { _:a ?p ?o } FROM <urn:g> { _:a ?p ?o }",
        "CONSTRUCT FROM <urn:g> WHERE { _:a ?p ?o } VALUES ?o { 1 }",
        "DESCRIBE ?s { ?s ?p ?o } GROUP BY ?s",
        "SELECT ?x {" * 2000,
        "SELECT (",
    ],
)
def test_nothing_is_said_of_what_is_right_or_cannot_be_read(query: str) -> None:
    assert variable_error(list(tokenize(query))) is None


def test_what_is_right_stops_nowhere() -> None:
    assert stops_at("SELECT * { ?s ?p ?o }") is None


def test_what_is_too_long_is_not_read_twice() -> None:
    assert stops_at("#" + "x" * 20_000 + "\nSELECT {") is None


def test_the_grammar_is_left_as_it_was() -> None:
    """Another who reads queries with the same parser is not disturbed."""
    from rdflib.plugins.sparql.parser import QueryUnit, parseQuery

    grammar: Any = QueryUnit
    assert stops_at("SELECT * { ?s ?p }") == 17
    assert all(rule.failAction is None for rule in grammar.visit_all())
    parseQuery("SELECT * { ?s ?p ?o }")


def test_the_words_of_the_language_are_known() -> None:
    assert {"SELECT", "COUNT", "STRSTARTS", "ENCODE_FOR_URI"} <= words()
    assert "MEDIAN" not in words()
