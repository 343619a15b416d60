"""Entity tags: one for each answer in each coding; what the client has is not sent, and not even asked."""

import httpx
import pytest

from support.live_server import serving
from support.paths import DATASET

QUERY = {"query": "SELECT ?o { ?s ?p ?o } ORDER BY ?o"}


@pytest.fixture
def tag(http: httpx.Client) -> str:
    tag = http.get("/sparql", params=QUERY, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    assert tag.startswith('"') and tag.endswith('"'), "it is a strong one"
    return str(tag)


@pytest.mark.parametrize("method", ["GET", "HEAD", "QUERY"])
@pytest.mark.parametrize("header", ["{}", "W/{}", '"other", {}', '"a,b",W/{} , "c"', "*"])
def test_what_the_client_has_is_not_sent(http: httpx.Client, tag: str, method: str, header: str) -> None:
    headers = {"If-None-Match": header.format(tag), "Accept-Encoding": "gzip"}
    if method == "QUERY":
        headers["Content-Type"] = "application/sparql-query"
        answer = http.request(method, "/sparql", content=QUERY["query"], headers=headers)
    else:
        answer = http.request(method, "/sparql", params=QUERY, headers=headers)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag
    assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.parametrize("header", ["", '"other"', "{}x", "x{}", '"*"'])
def test_what_it_has_not_is_sent(http: httpx.Client, tag: str, header: str) -> None:
    headers = {"If-None-Match": header.format(tag), "Accept-Encoding": "gzip"}
    assert http.get("/sparql", params=QUERY, headers=headers).status_code == 200


def test_an_unknown_answer_is_not_any(http: httpx.Client) -> None:
    headers = {"If-None-Match": "*"}
    assert http.get("/sparql", params={"query": "ASK { nonsense"}, headers=headers).status_code == 400


def test_a_post_is_always_answered(http: httpx.Client, tag: str) -> None:
    headers = {"If-None-Match": tag, "Accept-Encoding": "gzip"}
    assert http.post("/sparql", data=QUERY, headers=headers).status_code == 200


def test_304_does_not_run_the_query(http: httpx.Client, tag: str) -> None:
    """A tag is known without the answer: that of a query that would be refused a place is one too."""
    started = http.get("/health").json()["workers"]
    for _ in range(50):
        headers = {"If-None-Match": tag, "Accept-Encoding": "gzip"}
        assert http.get("/sparql", params=QUERY, headers=headers).status_code == 304
    assert http.get("/health").json()["workers"] == started


CHANGING = [
    "SELECT (NOW() AS ?x) {}",
    "SELECT (rand() AS ?x) {}",
    "SELECT (UUID() AS ?x) {}",
    "SELECT (StrUUID() AS ?x) {}",
    "SELECT (BNODE() AS ?x) {}",
    "SELECT (NOW # \n () AS ?x) {}",
    "CONSTRUCT { [] a ?t } { ?s a ?t }",
    "CONSTRUCT { _:x a ?t } { ?s a ?t }",
]


@pytest.mark.parametrize("query", CHANGING)
def test_what_changes_is_neither_tagged_nor_kept(http: httpx.Client, query: str) -> None:
    for _ in range(2):
        answer = http.get("/sparql", params={"query": query})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


@pytest.mark.parametrize("query", [CHANGING[1], CHANGING[2], CHANGING[3]])
def test_it_does_change(http: httpx.Client, query: str) -> None:
    assert len({http.get("/sparql", params={"query": query}).content for _ in range(3)}) == 3


def test_a_failure_has_no_tag(http: httpx.Client) -> None:
    assert "etag" not in http.get("/sparql", params={"query": "ASK { nonsense"}).headers


def test_what_is_not_ordered_has_another_tag_from_another_start() -> None:
    unordered, ordered = "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D", "/queries/languages.csv"
    tags: dict[str, set[str]] = {unordered: set(), ordered: set()}
    for _ in range(2):
        with serving(DATASET) as address:
            for path, found in tags.items():
                found.add(httpx.get(address + path).headers["etag"])
    assert [len(found) for found in tags.values()] == [2, 1]


@pytest.mark.parametrize(
    ("condition", "status"),
    [("{}", 200), ('"other", {}', 200), ("*", 200), ('"nope"', 412), ("W/{}", 412), ("", 412)],
)
def test_if_match_names_the_tag(http: httpx.Client, tag: str, condition: str, status: int) -> None:
    headers = {"If-Match": condition.format(tag), "Accept-Encoding": "gzip"}
    response = http.get("/sparql", params=QUERY, headers=headers)
    assert response.status_code == status
    assert response.headers["etag"] == tag
