"""How large a query may be: each cap with a query just under it and one just over."""

from collections.abc import Callable
from dataclasses import fields

import pytest

from accordgraph.errors import LimitExceeded
from accordgraph.settings import Settings
from accordgraph.sparql.query import SparqlQuery

BYTES, DEEP, PATTERNS = 2000, 10, 20


def nested(opening: str, closing: str, n: int) -> str:
    return opening * n + "1" + closing * n


CAPS: dict[str, tuple[str, Callable[[int], str], int]] = {
    "length": ("query_bytes", lambda n: "ASK {} #" + "x" * (n - 8), BYTES),
    "length of what is not ASCII": ("query_bytes", lambda n: "ASK {}#" + "x" * (n - 9) + "é", BYTES),
    "groups": ("query_depth", lambda n: "ASK " + "{" * n + "}" * n, DEEP),
    "brackets": ("query_depth", lambda n: "ASK { FILTER" + nested("(", ")", n - 1) + "}", DEEP),
    "blank nodes": ("query_depth", lambda n: "ASK {?s ?p " + nested("[?p ", "]", n - 1) + "}", DEEP),
    "all kinds": ("query_depth", lambda n: "ASK {?s ?p " + nested("([?p ", "])", n) + "}", (DEEP - 1) // 2),
    "triples": ("query_patterns", lambda n: "ASK {" + "?s ?p ?o ." * (n - 1) + "}", PATTERNS),
    "predicates": ("query_patterns", lambda n: "ASK {" + "?s ?p ?o" + ";?p ?o" * (n - 1) + "}", PATTERNS),
    "objects": ("query_patterns", lambda n: "ASK {?s ?p ?o" + ",?o" * (n - 1) + "}", PATTERNS),
    "steps": ("query_patterns", lambda n: "ASK {?s a" + "/a" * (n - 1) + " ?o}", PATTERNS),
    "steps in brackets": ("query_patterns", lambda n: "ASK {?s (a" + "/a" * (n - 1) + ") ?o}", PATTERNS),
    "alternatives": ("query_patterns", lambda n: "ASK {?s (a" + "|a" * (n - 1) + ") ?o}", PATTERNS),
    "groups beside": ("query_patterns", lambda n: "ASK {" + "{?s ?p ?o}" * (n - 1) + "}", PATTERNS),
    "template": ("query_patterns", lambda n: "CONSTRUCT {" + "?s ?p ?o ." * (n - 2) + "} {}", PATTERNS),
}  # fmt: skip


def check(text: str) -> str | None:
    try:
        SparqlQuery.read(text).check_size(BYTES, DEEP, PATTERNS)
    except LimitExceeded as error:
        return error.limit
    return None


@pytest.mark.parametrize("name", CAPS)
def test_just_under_and_just_over(name: str) -> None:
    limit, make, most = CAPS[name]
    assert check(make(most)) is None
    assert check(make(most + 1)) == limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASK { ?s ?p '((({{{...' }", (1, 1)),
        ("ASK { # ((({{{ ...\n }", (1, 1)),
        ("ASK { ?s <http://a.example/b;c,d/(e)> ?o }", (1, 1)),
        ("ASK { FILTER(?a = 1 || ?a = 2 || ?a = 3 && ?b IN (1, 2, 3)) }", (3, 1)),
        ("SELECT (CONCAT(?a, ?b, ?c) AS ?d) {}", (2, 1)),
        ("ASK { ?s ?p ''' { ' { ''' , \"\\\" {\" }", (1, 2)),
        ("", (0, 0)),
        ("}}}{", (1, 1)),
    ],
)
def test_what_counts(text: str, expected: tuple[int, int]) -> None:
    query = SparqlQuery.read(text)
    assert (query.depth, query.patterns) == expected


def test_each_cap_is_a_setting() -> None:
    assert {limit for limit, _, _ in CAPS.values()} <= {field.name for field in fields(Settings)}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("PREFIX a: <urn:a> BASE <urn:b> SELECT * {}", "SELECT"),
        ("prefix : <urn:a>\n#x\nbase<urn:b>ask {}", "ask"),
        ("VERSION '1.2' PREFIX a:<urn:>CONSTRUCT {}", "CONSTRUCT"),
        ("PREFIX a <urn:a> ASK {}", "PREFIX"),
        ("BASE-" * 200_000, "BASE"),
        ("PREFIX\\'" * 100_000, "PREFIX"),
        ("BASE<a>" * 100_000 + "ASK{}", "ASK"),
        ("a.a" * 300_000, "a"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_the_first_word_is_found_in_one_reading(text: str, word: str) -> None:
    """The web process itself looks for it, so a long text may not keep it busy."""
    first = SparqlQuery.read(text).first
    assert first is not None and first.text == word
