"""What the app says of itself, and its errors beside those of SPARQL."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI, Query

from accordgraph.engine.engine import Job
from accordgraph.engine.workers.pool import Pool
from accordgraph.errors import AccordGraphError
from accordgraph.server import create_app, run, running
from accordgraph.server.http import problems
from support.live_server import FREE, app_over
from support.paths import DATASET


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


def test_what_the_framework_refuses_is_told_in_the_same_way() -> None:
    """No address of ours leaves its parameters to the framework, but one might."""
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def root(size: Annotated[int, Query(ge=1)], name: str) -> int:
        return size

    with running(app) as address:
        response = httpx.get(address, params={"size": "0"})
        assert httpx.get(address, params={"size": "1", "name": "a"}).text == "1"
    assert (response.status_code, response.headers["content-type"]) == (422, problems.MEDIA_TYPE)
    errors = response.json()["errors"]
    assert [(error["parameter"], error["value"]) for error in errors] == [("size", "0"), ("name", "")]
    assert "greater than or equal to 1" in errors[0]["detail"]
    assert all(f"{error['parameter']}: {error['detail']}" in response.json()["detail"] for error in errors)


ADDRESSES = {
    "/": "GET, HEAD, OPTIONS",
    "/sparql": "GET, HEAD, POST, QUERY, OPTIONS",
    "/queries": "GET, HEAD, OPTIONS",
    "/queries/levels-of-a-theme.csv": "GET, HEAD, OPTIONS",
    "/id/be/act/one": "GET, HEAD, OPTIONS",
    "/ontology": "GET, HEAD, OPTIONS",
    "/graph-store": "GET, HEAD, OPTIONS",
    "/api/search": "GET, HEAD, OPTIONS",
    "/api/openapi.json": "GET, HEAD, OPTIONS",
    "/health": "GET, HEAD, OPTIONS",
    "/metrics": "GET, HEAD, OPTIONS",
}


@pytest.mark.parametrize("path", ADDRESSES)
def test_options(http: httpx.Client, path: str) -> None:
    response = http.options(path)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == ADDRESSES[path]
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/", "/queries", "/api/search", "/health"])
def test_a_method_that_is_not_used_is_told_the_others(http: httpx.Client, path: str) -> None:
    response = http.delete(path)
    assert (response.status_code, response.headers["allow"]) == (405, ADDRESSES[path])


@pytest.mark.parametrize("path", [*ADDRESSES, "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "QUERY", "PUT", "DELETE", "PATCH"])
def test_a_browser_may_ask_from_everywhere(http: httpx.Client, path: str, method: str) -> None:
    headers = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "x-of-its-own, authorization",
    }
    response = http.options(path, headers=headers)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == "*"
    assert method in response.headers["access-control-allow-methods"].split(", ")
    assert response.headers["access-control-allow-headers"] == "*, Authorization"
    assert int(response.headers["access-control-max-age"]) > 0


def test_options_of_nothing(http: httpx.Client) -> None:
    assert http.options("/nowhere").status_code == 404


@pytest.mark.parametrize(
    "path", ["/id", "/doc", "/concept", "/id/", "/doc/", "/concept/", "/queries/", "/health/"]
)
def test_a_slash_more_or_less_is_another_address(http: httpx.Client, path: str) -> None:
    response = http.get(path)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert "location" not in response.headers


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
    assert response.headers["access-control-allow-origin"] == "*"
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
