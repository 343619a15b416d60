"""Broken queries and broken requests: no process is lost, and the server says what is wrong."""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.core.result import Ok

from accordgraph import forms
from accordgraph.bench.mutator import mutations
from accordgraph.queries import load_queries
from accordgraph.settings import Settings
from serving import serving

ROOT = Path(__file__).resolve().parents[2]
DATASET = Path(__file__).with_name("dataset.nq")
TEXTS = [query.text for query in load_queries(ROOT / "queries" / "competency")]
SENT = int(os.environ.get("FUZZ_REQUESTS", "600"))
"""How much is sent in all; more than the usual takes longer and finds more."""
QUERIES, REQUESTS = SENT * 2 // 3, SENT // 3
BRIEF = Settings(client_seconds=0, client_errors=0, quick_seconds=0.05, slow_places=0, queue_length=0)
STATUSES = {200, 400, 403, 405, 406, 408, 413, 415, 503}
TEXT = {"type": "string"}
PARAMETERS = ["query", "update", "default-graph-uri", "named-graph-uri", "format", "using-graph-uri"]
NAMES = [*(form.name for form in forms.ALL.values()), "", "nonsense"]
ASKED = {"type": "string", "enum": ["ASK {}", "SELECT * { ?s ?p ?o }", "DESCRIBE <urn:a>", "CLEAR ALL"]}
BODY = {
    "type": "object",
    "properties": {name: TEXT for name in PARAMETERS} | {"query": {"anyOf": [ASKED, TEXT]}},
}
RESPONSES = {"default": {"description": "an answer or a problem"}}
SCHEMA = {
    "openapi": "3.1.0",
    "info": {"title": "SPARQL 1.1 Protocol", "version": "1"},
    "paths": {
        "/sparql": {
            "get": {
                "parameters": [
                    {"name": "query", "in": "query", "required": True, "schema": {"anyOf": [ASKED, TEXT]}},
                    {"name": "format", "in": "query", "schema": {"anyOf": [{"enum": NAMES}, TEXT]}},
                    {"name": "default-graph-uri", "in": "query", "schema": TEXT},
                    {"name": "Accept", "in": "header", "schema": TEXT},
                    {"name": "Accept-Encoding", "in": "header", "schema": TEXT},
                    {"name": "If-None-Match", "in": "header", "schema": TEXT},
                ],
                "responses": RESPONSES,
            },
            "post": {
                "requestBody": {
                    "content": {
                        "application/x-www-form-urlencoded": {"schema": BODY},
                        "application/sparql-query": {"schema": TEXT},
                        "text/plain": {"schema": TEXT},
                    }
                },
                "responses": RESPONSES,
            },
        }
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving(DATASET, BRIEF) as address:
        yield address


def check(server: str, response: httpx.Response) -> None:
    assert response.status_code in STATUSES, response.text
    if response.status_code not in (200, 304):
        assert response.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail"} <= response.json().keys()


def nothing_is_lost(server: str) -> None:
    health = httpx.get(f"{server}/health").json()
    assert health["processes"]["lost"] == health["recovered"] == 0
    assert httpx.get(f"{server}/sparql", params={"query": "ASK {} # still there"}).status_code == 200


def test_broken_queries(server: str) -> None:
    found: Counter[int] = Counter()
    with httpx.Client(base_url=server, timeout=30) as client:
        for text in islice(mutations(TEXTS, 2023), QUERIES):
            response = client.post("/sparql", data={"query": text})
            check(server, response)
            found[response.status_code] += 1
    assert found[200] > 5 and found[400] > QUERIES // 20, "some are broken, some are not"
    nothing_is_lost(server)


def test_the_same_seed_breaks_the_same_way() -> None:
    assert list(islice(mutations(TEXTS, 1), 50)) == list(islice(mutations(TEXTS, 1), 50))
    assert list(islice(mutations(TEXTS, 1), 50)) != list(islice(mutations(TEXTS, 2), 50))


def test_broken_requests(server: str) -> None:
    schema = schemathesis.openapi.from_dict(SCHEMA)
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) == 2
    asked = 0
    for operation in operations:

        @seed(2023)
        @settings(
            max_examples=REQUESTS // 2,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            response = case.call(base_url=server)
            assert response.status_code in STATUSES, response.text

        ask()
    assert asked >= REQUESTS // 2
    nothing_is_lost(server)
