"""Runaways, floods and slow clients: each is told what the matter is, and others are answered meanwhile."""

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from accordgraph.settings import Settings
from benchmarks.robustness import runaways
from support.live_server import serving
from support.paths import ROOT

RUNAWAYS = runaways(ROOT)
SETTINGS = Settings(
    client_seconds=0, client_errors=0, query_seconds=1, query_memory=512, client_wait_seconds=5
)


@pytest.fixture(scope="module")
def server(dataset: Path) -> Iterator[str]:
    with serving(dataset, SETTINGS) as address:
        yield address


def ask(address: str, text: str) -> httpx.Response:
    return httpx.post(f"{address}/sparql", data={"query": text}, timeout=60)


def kind(response: httpx.Response) -> str:
    return str(response.json().get("type", "")).rpartition("/")[2]


def settled(address: str) -> dict[str, int]:
    """Return the counts of processes, once the queries under way have ended."""
    for _ in range(200):
        health = httpx.get(f"{address}/health", timeout=60).json()
        if health["workers"]["busy"] == 0:
            break
    assert health["workers"]["busy"] == health["workers"]["slow"] == 0
    return dict(health["processes"])


def test_there_is_a_runaway_of_each_kind() -> None:
    kinds = "aggregate sort cross-join unbounded-path regex nested-optional huge-values memory-bomb"
    assert set(RUNAWAYS) == set(kinds.split())


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_runaway_is_stopped(server: str, name: str) -> None:
    response = ask(server, RUNAWAYS[name])
    assert response.status_code == 503
    assert kind(response) in ("query-timeout", "query-memory")
    assert ask(server, f"ASK {{}} # {name}").json()["boolean"] is True
    assert settled(server)["lost"] == 0


def test_a_hundred_at_once_leave_a_place_for_a_short_one(server: str) -> None:
    texts = [list(RUNAWAYS.values())[number % len(RUNAWAYS)] for number in range(100)]
    with ThreadPoolExecutor(101) as threads:
        asked = [threads.submit(ask, server, text) for text in texts]
        short = threads.submit(ask, server, "ASK {}")
        answers = [one.result() for one in asked]
    assert {answer.status_code for answer in answers} == {503}
    assert {kind(answer) for answer in answers} <= {"query-timeout", "query-memory", "overloaded"}
    assert all("retry-after" in answer.headers for answer in answers if kind(answer) == "overloaded")
    assert short.result().status_code in (200, 503)
    assert ask(server, "ASK {} # afterwards").json()["boolean"] is True
    assert settled(server)["lost"] == 0


def test_slow_clients_hold_nobody_up(server: str) -> None:
    """Some send a head without an end, some take nothing of an answer, some leave in the middle."""
    host, port = server.removeprefix("http://").split(":")
    path = httpx.URL("/sparql", params={"query": "SELECT * { ?s ?p ?o }"}).raw_path.decode()
    heads = ("GET / HTTP/1.1\r\nHost: x\r\n", f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n", "")

    async def clients() -> list[asyncio.StreamWriter]:
        writers = []
        for number in range(300):
            _, writer = await asyncio.open_connection(host, int(port), limit=1024)
            writer.write(heads[number % 3].encode())
            writers.append(writer)
        async with httpx.AsyncClient(timeout=60) as client:
            response = await client.get(f"{server}/health")
        assert response.status_code == 200
        for writer in writers:
            writer.close()
        return writers

    asyncio.run(clients())
    assert settled(server)["lost"] == 0
    assert ask(server, "ASK {} # after slow ones").json()["boolean"] is True


def test_who_leaves_frees_the_worker(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    body = RUNAWAYS["aggregate"]
    fields = {"Host": "x", "Content-Type": "application/sparql-query", "Content-Length": len(body)}
    head = "\r\n".join(["POST /sparql HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items()), "\r\n"])
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall((head + body).encode())
        for _ in range(1000):
            if httpx.get(f"{server}/health").json()["workers"]["busy"]:
                break
        else:
            pytest.fail("the query did not begin")
    before = httpx.get(f"{server}/health").json()["processes"]["stopped"]
    assert settled(server)["stopped"] >= before
