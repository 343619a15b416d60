"""What the app says of itself, and its errors beside those of SPARQL."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.engine import Job
from accordgraph.errors import AccordGraphError
from accordgraph.server import create_app, run, running
from accordgraph.workers.pool import Pool
from serving import FREE, app_over

DATASET = Path(__file__).with_name("dataset.nq")


def test_health(http: httpx.Client) -> None:
    digest = hashlib.sha256(DATASET.read_bytes()).hexdigest()
    health = http.get("/health").json()
    assert (health["status"], health["triples"], health["digest"]) == ("ok", 4, digest)
    assert health["walls"] and health["workers"]["idle"] > 0
    assert http.head("/health").status_code == 200


def test_the_greeting_names_the_endpoint(http: httpx.Client) -> None:
    greeting = http.get("/").json()
    assert http.get(greeting["sparql"], params={"query": "ASK {}"}).json()["boolean"] is True
    assert http.get(greeting["health"]).status_code == 200


class BrokenPool(Pool):
    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        raise OSError("the disk is gone: /secret")
        yield


def test_a_failure_of_the_server_is_a_problem_without_its_cause() -> None:
    with running(create_app(lambda: BrokenPool(DATASET, FREE), FREE)) as address:
        response = httpx.get(f"{address}/sparql", params={"query": "ASK {}"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith("/problem/internal-error")
    assert "secret" not in response.text


def test_a_parameter_that_does_not_fit_is_a_problem() -> None:
    app = app_over(DATASET)

    @app.get("/double")
    async def double(number: int) -> int:
        return 2 * number

    with running(app) as address:
        assert httpx.get(f"{address}/double?number=2").json() == 4
        response = httpx.get(f"{address}/double?number=x")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == ["number"]


def test_a_taken_port_is_told(address: str) -> None:
    port = int(address.rpartition(":")[2])
    with pytest.raises(AccordGraphError, match=rf"cannot listen on 127\.0\.0\.1, port {port}: [\w ]+$"):
        run(app_over(DATASET), "127.0.0.1", port)


def test_the_engine_is_the_one_that_was_measured() -> None:
    """The refusal of SERVICE follows how this engine reads; another version has to be looked at anew."""
    assert ox.__version__.startswith("0.5.")
