"""Answers that are kept: within their memory, drafts included, and never two taken for each other."""

import httpx
import pytest

from accordgraph.server.query_service.cache import Cache, PendingEntry
from accordgraph.settings import Settings
from support.live_server import serving
from support.paths import DATASET

MOST = 80_000


def test_what_was_not_asked_for_longest_goes_first() -> None:
    cache = Cache(MOST)
    for number in range(1000):
        cache.put(number, b"x" * 4000)
        assert cache.size <= MOST
        cache.get(0)
    assert cache.get(0) and cache.get(999) and not cache.get(1)


def test_small_answers_have_a_cost_too() -> None:
    cache = Cache(MOST)
    for number in range(10_000):
        cache.put(number, b"")
    assert len(cache) < 200


def test_the_same_key_counts_once() -> None:
    cache = Cache(MOST)
    for length in (10, 5000, 0, 3):
        cache.put("key", b"x" * length)
    assert (cache.get("key"), len(cache)) == (b"xxx", 1)
    before = cache.size
    cache.put("key", b"yyy")
    assert cache.size == before


@pytest.mark.parametrize("most", [0, 100, MOST])
def test_what_is_too_large_is_not_kept(most: int) -> None:
    cache = Cache(most)
    cache.put("key", b"x" * (most // 8))
    assert (cache.get("key"), cache.size) == (None, 0)


def test_a_draft_is_kept_when_it_is_whole() -> None:
    cache = Cache(MOST)
    draft = PendingEntry(cache, "key")
    draft.add(b"one ")
    assert cache.get("key") is None
    draft.add(b"two")
    draft.keep()
    draft.drop()
    assert (cache.get("key"), cache.drafts) == (b"one two", 0)


def test_a_draft_that_is_dropped_leaves_nothing() -> None:
    cache = Cache(MOST)
    for draft in (PendingEntry(cache, "key"), PendingEntry(cache, None)):
        draft.add(b"x" * 100)
        draft.drop()
        draft.keep()
    assert (cache.get("key"), cache.size, cache.drafts) == (None, 0, 0)


def test_drafts_take_a_part_of_the_memory_and_no_more() -> None:
    cache = Cache(MOST)
    drafts = [PendingEntry(cache, number) for number in range(100)]
    for _ in range(20):
        for draft in drafts:
            draft.add(b"x" * 1000)
            assert cache.drafts <= MOST // 2 and cache.size <= MOST
    for draft in drafts:
        draft.keep()
    assert (cache.drafts, cache.size <= MOST) == (0, True)


QUERY = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"


def test_two_questions_are_never_one() -> None:
    """Each pair differs in one thing only, and that thing is part of the entity tag."""
    graph = "https://w3id.org/accordgraph/graph/a"
    asked = [
        {"query": QUERY},
        {"query": QUERY + " "},
        {"query": QUERY, "default-graph-uri": graph},
        {"query": QUERY, "named-graph-uri": graph},
        {"query": f"{QUERY} #\0{graph}"},
        {"query": f"{QUERY} #", "default-graph-uri": graph},
        {"query": QUERY, "format": "csv"},
        {"query": QUERY, "format": "html"},
        {"query": QUERY, "format": "html", "page": "other"},
    ]
    codings = ["identity", "gzip", "zstd"]
    with serving(DATASET, Settings(client_seconds=0)) as address:
        first = [
            httpx.get(f"{address}/sparql", params=parameters, headers={"Accept-Encoding": coding})
            for parameters in asked
            for coding in codings
        ]
        again = [httpx.get(answer.url, headers=answer.request.headers) for answer in first]
    assert {answer.status_code for answer in first} == {200}
    assert len({answer.headers["etag"] for answer in first}) == len(first)
    assert [answer.content for answer in first] == [answer.content for answer in again]
    assert [answer.headers["etag"] for answer in first] == [answer.headers["etag"] for answer in again]
