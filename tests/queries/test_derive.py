"""Each rule of derivation: `tests/queries/derive/<rule>/in.ttl` gives exactly `expected.ttl`."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, Store, Triple

from accordgraph.dataset.derivation import construct, derive, rule_graph, rule_name
from accordgraph.errors import QueryFileError
from accordgraph.library.query_file import load_queries, load_query
from accordgraph.rdf.turtle import parse_text, read
from support.paths import ROOT

CASES = ROOT / "tests" / "queries" / "derive"
RULES = {rule_name(rule): rule for rule in load_queries(ROOT / "queries" / "derive")}


def triples(path: Path) -> frozenset[Triple]:
    return frozenset(parse_text(read(path), path))


def test_every_rule_has_a_case() -> None:
    assert RULES.keys() == {path.name for path in CASES.iterdir()}


@pytest.mark.parametrize("name", RULES)
def test_rule(name: str) -> None:
    (graph,) = derive(triples(CASES / name / "in.ttl"), [RULES[name]]).values()
    expected = triples(CASES / name / "expected.ttl")
    assert expected
    assert graph == expected


@pytest.mark.parametrize("name", RULES)
def test_nothing_gives_nothing(name: str) -> None:
    assert construct(Store(), RULES[name]) == frozenset()


@pytest.mark.parametrize("name", RULES)
def test_rule_is_not_quadratic(name: str) -> None:
    assert "NOT EXISTS" not in RULES[name].text, "MINUS does the same in a fraction of the time"


def test_a_rule_sees_what_earlier_rules_derived() -> None:
    rules = [RULES["claims"], RULES["parts"]]
    facts = """
        @base <https://w3id.org/accordgraph/id/> .
        @prefix acg: <https://w3id.org/accordgraph/ontology#> .
        @prefix eli: <http://data.europa.eu/eli/ontology#> .
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
        <c> a acg:Claim ; rdf:subject <a> ; rdf:predicate acg:implements ; rdf:object <act/part> .
        <act/part> eli:is_part_of <act> .
    """
    derived = derive(parse_text(facts, Path("facts")), reversed(rules))
    assert len(derived[rule_graph(RULES["parts"])]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [("SELECT ?s WHERE { ?s ?p ?o }", "a rule is a CONSTRUCT query"), ("CONSTRUCT { ?s", "line 2, column")],
)
def test_a_rule_is_a_construct_query(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "10-rule.rq"
    path.write_text(f"#+ summary: A rule\n{text}", encoding="utf-8")
    with pytest.raises(QueryFileError, match=message):
        derive([], [load_query(path)])


def test_numbers_keep_their_digits() -> None:
    """The store would give back 20 for 20.00, which is another triple."""
    facts = """
        @prefix acg: <https://w3id.org/accordgraph/ontology#> .
        acg:amount a acg:ClauseProperty .
        acg:clause acg:isProvisionOf acg:agreement ; acg:amount 20.00 , 144.31 .
    """
    (derived,) = derive(parse_text(facts, Path("facts")), [RULES["clause-values"]]).values()
    assert {triple.object.value for triple in derived if isinstance(triple.object, Literal)} == {
        "20.00",
        "144.31",
    }
