"""What the server will not take: too long, too slow, too much for one client; each told as a problem."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest

from accordgraph.settings import Settings
from support.live_server import serving
from support.paths import DATASET

LIMITED = Settings(
    client_seconds=0,
    client_errors=0,
    query_bytes=3000,
    query_depth=8,
    query_patterns=10,
    request_bytes=5000,
    request_seconds=0.5,
    client_wait_seconds=1,
)
QUERY = {"Content-Type": "application/sparql-query"}


@pytest.fixture(scope="module")
def limited() -> Iterator[str]:
    with serving(DATASET, LIMITED) as address:
        yield address


@pytest.mark.parametrize(
    ("query", "status", "limit"),
    [
        ("ASK {} #" + "x" * 2992, 200, None),
        ("ASK {} #" + "x" * 2993, 413, "query_bytes"),
        ("ASK {} #" + "x" * 6000, 413, "request_bytes"),
        ("ASK " + "{" * 8 + "}" * 8, 200, None),
        ("ASK " + "{" * 9 + "}" * 9, 400, "query_depth"),
        ("ASK {" + "?s ?p ?o ." * 9 + "}", 200, None),
        ("ASK {" + "?s ?p ?o ." * 10 + "}", 400, "query_patterns"),
    ],
)
def test_a_query_that_is_too_large(limited: str, query: str, status: int, limit: str | None) -> None:
    response = httpx.post(f"{limited}/sparql", content=query, headers=QUERY)
    assert response.status_code == status
    assert response.json().get("limit") == limit
    if limit:
        assert f"{getattr(LIMITED, limit):,}" in response.json()["detail"]


def talk(address: str, *parts: str, pause: float = 0.0, patience: float = 10) -> bytes:
    """Send the parts of a request with pauses between, and return all that comes until the server closes."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.settimeout(patience)
        held = bytearray()
        try:
            for part in parts:
                connection.sendall(part.encode())
                time.sleep(pause)
            while piece := connection.recv(2**16):
                held += piece
        except ConnectionError:
            held += b"(cut)"
        return bytes(held)


TYPE = "Content-Type: application/sparql-query"
HEAD = f"POST /sparql HTTP/1.1\r\nHost: x\r\n{TYPE}\r\nContent-Length: 1000\r\n\r\n"


def test_a_body_that_does_not_come(limited: str) -> None:
    answer = talk(limited, HEAD, "ASK", pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408 ") and b"request_seconds" in answer


def test_a_head_that_does_not_come(limited: str) -> None:
    assert talk(limited) in (b"", b"(cut)")
    assert talk(limited, "GET /sparql HTTP/1.1\r\n", *["X: y\r\n"] * 10, pause=0.2) == b"(cut)"


def test_a_second_head_that_does_not_come(limited: str) -> None:
    first = "GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = talk(limited, first, "GET /sparql HTTP/1.1\r\n", pause=0.3)
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith((b"true}", b"(cut)"))


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a condition, however busy the machine is."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_answer_that_is_not_taken(limited: str) -> None:
    """The worker is free long before, and the connection is cut when nothing of the answer is taken."""
    host, port = limited.removeprefix("http://").split(":")
    rows = "SELECT ?c0 ?c1 ?c2 {" + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(8)) + "}"
    path = httpx.URL("/sparql", params={"query": rows}).raw_path.decode()
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(3)
        until(lambda: httpx.get(f"{limited}/health").json()["workers"]["busy"] == 0)
        connection.settimeout(10)
        held = bytearray()
        with suppress(ConnectionError):
            while piece := connection.recv(2**20):
                held += piece
        assert held.startswith(b"HTTP/1.1 200 ") and not held.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("settings", "query"),
    [
        (Settings(client_errors=3, client_seconds=0), "ASK { nonsense"),
        (
            Settings(client_seconds=0.2, client_errors=0),
            "SELECT * {" + "?a ?b ?c . " * 3 + "?d ?e ?f . ?g ?h ?i }",
        ),
    ],
    ids=["errors", "seconds"],
)
def test_a_client_that_uses_too_much(settings: Settings, query: str) -> None:
    with serving(DATASET, settings) as address:
        for number in range(2000):
            response = httpx.get(f"{address}/sparql", params={"query": f"{query} # {number}"})
            if response.status_code == 429:
                break
        assert response.status_code == 429
        assert response.json()["type"].endswith("/problem/too-many-requests")
        assert int(response.headers["retry-after"]) >= 1
        assert httpx.get(f"{address}/health").status_code == 200


def test_searching_is_on_the_account_of_the_client() -> None:
    with serving(DATASET, Settings(client_seconds=1e-6, client_errors=0)) as address:
        first, second = (httpx.get(f"{address}/api/search", params={"q": "a"}) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 429)
        assert int(second.headers["retry-after"]) >= 1
