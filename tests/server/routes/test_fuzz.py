"""Broken queries and made-up requests: no process is lost, and the server says what is wrong.

`FUZZ_REQUESTS=10000` sends as many of both; the usual is a small part, of every operation of the document.
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import httpx
import pytest

from accordgraph.library.query_file import load_queries
from accordgraph.project import Project
from accordgraph.settings import Settings
from benchmarks import requests, target
from benchmarks.mutator import mutations
from support.live_server import serving
from support.paths import DATASET, ROOT

pytestmark = pytest.mark.fuzz

TEXTS = [query.text for query in load_queries(ROOT / "queries" / "competency")]
SENT = int(os.environ.get("FUZZ_REQUESTS", "200"))
"""How many of each; more takes longer and finds more."""
BRIEF = Settings(client_seconds=0, client_errors=0, quick_seconds=0.05, slow_places=0, queue_length=0)
STATUSES = {200, 400, 403, 405, 406, 408, 413, 415, 503}
MOST_GROWTH = 24
"""MiB that a process may have grown between the first requests and the last."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving(DATASET, BRIEF) as address:
        yield address


def check(response: httpx.Response) -> None:
    assert response.status_code in STATUSES, response.text
    if response.status_code != 200:
        assert response.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail"} <= response.json().keys()


def test_broken_queries(server: str) -> None:
    found: Counter[int] = Counter()
    with httpx.Client(base_url=server, timeout=30) as client:
        for text in islice(mutations(TEXTS, 2023), SENT):
            response = client.post("/sparql", data={"query": text})
            check(response)
            found[response.status_code] += 1
    assert found[200] > 5 and found[400] > SENT // 20, "some are broken, some are not"
    health = httpx.get(f"{server}/health").json()
    assert health["processes"]["lost"] == health["recovered"] == 0
    assert httpx.get(f"{server}/sparql", params={"query": "ASK {} # still there"}).status_code == 200


def test_the_same_seed_breaks_the_same_way() -> None:
    assert list(islice(mutations(TEXTS, 1), 50)) == list(islice(mutations(TEXTS, 1), 50))
    assert list(islice(mutations(TEXTS, 1), 50)) != list(islice(mutations(TEXTS, 2), 50))


def test_requests_made_up_from_the_whole_document(built: Project) -> None:
    with target.serving(built, **requests.SETTINGS) as served:
        outcome = requests.ask(served, TEXTS, SENT, lambda stage: None)
        document = httpx.get(f"{served.address}/api/openapi.json").json()
        assert httpx.get(f"{served.address}/sparql", params={"query": "ASK {}"}).json()["boolean"]
    assert not outcome.faults, f"{len(outcome.faults)} faults, the first: {outcome.faults[0]}"
    assert outcome.lost == 0
    assert {path for path, _ in outcome.answers} == set(document["paths"]), "every address was asked"
    assert {200, 400, 404, 406, 422} <= {status for _, status in outcome.answers}
    assert outcome.answers.total() >= SENT
    for name, first in outcome.memory[0].items():
        assert outcome.memory[-1][name] - first <= MOST_GROWTH, outcome.memory
