"""The endpoint asked wrongly: each fault is told by a problem of its kind, and where it stands."""

from typing import Any

import httpx
import pytest

from support.sparql_client import COUNT, ask, count, problem

GRAPH = "CONSTRUCT WHERE { ?s ?p ?o }"
FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELEC * { ?s ?p ?o }", 1, 1),
        ("PREFIX a: <urn:a>\n SELEC * { ?s ?p ?o }", 2, 2),
        ("SELECT *\nWHERE {\n  ?s a acg:Act .\n  ?s ?p }", 4, 9),
        ("SELECT * {\n ?été nope:x ?o }", 2, 7),
        ("SELECT ?s FROM nope:x FROM <urn:b> { ?s ?p ?o }", 1, 16),
        ("SELECT *\n\t{ ?s\t?p\t?o FILTER ?o > 3 }", 2, 20),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 1, 8),
        ("SELECT * {", 1, 11),
        ("ASK {} ASK {}", 1, 8),
        ("# nothing", 1, 10),
    ],
)
def test_a_bad_query_is_told_its_place(http: httpx.Client, query: str, line: int, column: int) -> None:
    body = problem(ask(http, query), 400, "malformed-query")
    assert (body["line"], body["column"]) == (line, column)
    assert f"line {line}, column {column}: " in str(body["detail"])


@pytest.mark.parametrize(
    "query",
    [
        "ASK {} LIMIT 99999999999999999999",
        "#" + "x" * 30000 + "\nASK { ! }",
        "#" + "x" * 30000 + "\nSELECT ?x ?x {}",
    ],
    ids=["a rule of the engine", "too long to be read twice", "a rule, and too long"],
)
def test_where_the_place_is_not_known_none_is_told(http: httpx.Client, query: str) -> None:
    body = problem(ask(http, query), 400, "malformed-query")
    assert not {"line", "column"} & set(body)
    assert str(body["detail"]).startswith("syntax error: ")


def test_an_undeclared_prefix_is_named(http: httpx.Client) -> None:
    body = problem(ask(http, "ASK { ?s nope:x ?o }"), 400, "malformed-query")
    assert "prefix nope: of nope:x is not declared" in str(body["detail"])


@pytest.mark.parametrize("form", ["ASK", "SELECT *", "CONSTRUCT { ?s ?p ?o }"])
def test_an_unknown_function_is_a_bad_request(http: httpx.Client, form: str) -> None:
    query = f"{form} WHERE {{ FILTER(<urn:f>(1)) }}"
    assert "urn:f" in str(problem(ask(http, query), 400, "evaluation")["detail"])


UPDATE = "application/sparql-update"
INSERT = "# x\nPREFIX a: <b:> insert data { a:b a:c a:d }"
WRONG: list[tuple[int, str, str, dict[str, Any]]] = [
    (400, "missing-query", "GET", {"params": {"query": " "}}),
    (400, "missing-query", "POST", {"data": {"other": "x"}}),
    (400, "bad-request", "GET", {"params": {"query": ["ASK {}", "ASK {}"]}}),
    (400, "bad-request", "GET", {"params": {"query": "ASK {}", "default-graph-uri": "here"}}),
    (400, "bad-request", "POST", {"content": b"query=%FF", "headers": {"Content-Type": FORM}}),
    (400, "bad-request", "POST", {"content": b"\xff", "headers": {"Content-Type": QUERY}}),
    (403, "refused", "GET", {"params": {"update": "CLEAR ALL"}}),
    (403, "refused", "POST", {"data": {"update": "CLEAR ALL"}}),
    (403, "refused", "POST", {"data": {"query": INSERT}}),
    (403, "refused", "POST", {"data": {"query": "LOAD <http://127.0.0.1/>"}}),
    (403, "refused", "POST", {"content": "CLEAR ALL", "headers": {"Content-Type": UPDATE}}),
    (405, "method-not-allowed", "PUT", {"params": {"query": "ASK {}"}}),
    (415, "unsupported-media-type", "POST", {"content": "ASK {}"}),
    (415, "unsupported-media-type", "POST", {"content": "ASK {}", "headers": {"Content-Type": "text/plain"}}),
    (
        415,
        "unsupported-media-type",
        "POST",
        {"content": "ASK {}", "headers": {"Content-Type": f"{QUERY};charset=UTF-16"}},
    ),
]


@pytest.mark.parametrize(("status", "kind", "method", "request_"), WRONG)
def test_wrong_requests(
    http: httpx.Client, status: int, kind: str, method: str, request_: dict[str, Any]
) -> None:
    problem(http.request(method, "/sparql", **request_), status, kind)
    assert count(ask(http, COUNT)) == 4


def test_other_addresses_have_the_same_problems(http: httpx.Client) -> None:
    problem(http.get("/nowhere"), 404, "not-found")
    problem(http.delete("/health"), 405, "method-not-allowed")


def test_the_methods_are_told(http: httpx.Client) -> None:
    allowed = http.put("/sparql").headers["allow"]
    assert {method.strip() for method in allowed.split(",")} == {"GET", "HEAD", "POST", "QUERY", "OPTIONS"}


@pytest.mark.parametrize(("query", "form"), [(COUNT, "text/csv"), (GRAPH, "application/ld+json")])
def test_no_form_fits(http: httpx.Client, query: str, form: str) -> None:
    response = ask(http, query, "image/png")
    available = problem(response, 406, "not-acceptable")["available"]
    assert isinstance(available, list) and form in available
    assert "Accept" in response.headers["vary"]
