"""What fails after its first part is cut off, never ended; what fails before it has its true status."""

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import httpx
import pytest

from accordgraph.server.query_service.execution import unless_left
from accordgraph.settings import Settings
from support.live_server import serving
from support.paths import DATASET

ALL = " ".join(f"?a{place} ?b{place} ?c{place} ." for place in range(14))
ROWS = f"SELECT ?c0 ?c1 ?c2 {{ {ALL} }}"
"""Four to the power of fourteen rows."""
DIGITS = " ".join(f"VALUES ?d{place} {{ 0 1 2 3 4 5 6 7 8 9 }}" for place in range(4))
WORDS = ", ".join(["'" + "x" * 2000 + "'", *(f"STR(?d{place})" for place in range(4))])
TRIPLES = f"CONSTRUCT {{ <urn:s> <urn:p> ?o }} {{ {DIGITS} BIND(CONCAT({WORDS}) AS ?o) }}"
"""Ten thousand triples, of twenty million octets."""
PATIENT = Settings(client_seconds=0, client_errors=0, query_seconds=60, queue_seconds=60)
"""On a busy machine a query may take long, and none is to fail for that."""
FEW_ROWS = replace(PATIENT, answer_rows=60_000)
FEW_BYTES = replace(PATIENT, answer_bytes=10_000_000)
SHORT = Settings(client_seconds=0, client_errors=0, query_seconds=3)
RESULTS, GRAPHS = ("json", "xml", "csv", "tsv"), ("ttl", "nt", "nq", "trig", "jsonld")


def not_whole(form: str, body: bytes) -> bool:
    """Tell whether a body cannot be taken for a whole answer, where its form has an end."""
    try:
        if form in ("json", "jsonld"):
            json.loads(body)
        elif form in ("xml", "rdf"):
            ElementTree.fromstring(body)
        else:
            return True
    except (ValueError, ElementTree.ParseError):
        return True
    return False


def cut(address: str, query: str, form: str, **headers: str) -> bytes:
    """Ask for an answer that is cut off; returns the part that came."""
    parameters = {"query": query, "format": form}
    held = bytearray()
    with httpx.stream("GET", f"{address}/sparql", params=parameters, headers=headers, timeout=30) as answer:
        assert answer.status_code == 200
        assert "content-length" not in answer.headers
        with pytest.raises(httpx.RemoteProtocolError):
            for piece in answer.iter_raw():
                held += piece
    assert held, "there was a first part"
    return bytes(held)


@pytest.fixture(scope="module", params=[FEW_ROWS, FEW_BYTES, SHORT], ids=["rows", "bytes", "time"])
def limited(request: pytest.FixtureRequest) -> Iterator[str]:
    with serving(DATASET, request.param) as address:
        yield address


@pytest.mark.parametrize("form", RESULTS)
def test_solutions_are_cut_off(limited: str, form: str) -> None:
    assert not_whole(form, cut(limited, ROWS, form, **{"Accept-Encoding": "identity"}))
    assert httpx.get(f"{limited}/sparql", params={"query": "ASK {}"}).json()["boolean"] is True


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_compression_changes_nothing(limited: str, coding: str) -> None:
    cut(limited, ROWS, "csv", **{"Accept-Encoding": coding})


@pytest.fixture(scope="module")
def short() -> Iterator[str]:
    with serving(DATASET, FEW_BYTES) as address:
        yield address


@pytest.mark.parametrize("form", GRAPHS)
def test_graphs_are_cut_off(short: str, form: str) -> None:
    assert not_whole(form, cut(short, TRIPLES, form, **{"Accept-Encoding": "identity"}))


def test_a_graph_that_is_written_whole_is_refused(short: str) -> None:
    response = httpx.get(f"{short}/sparql", params={"query": TRIPLES, "format": "rdf"}, timeout=30)
    assert (response.status_code, response.json()["limit"]) == (400, "answer_bytes")


EARLY = [
    (Settings(answer_rows=3), "SELECT * { ?s ?p ?o }", 400, "limit-exceeded", "answer_rows"),
    (Settings(answer_rows=3), "CONSTRUCT WHERE { ?s ?p ?o }", 400, "limit-exceeded", "answer_rows"),
    (Settings(answer_bytes=10), "SELECT * { ?s ?p ?o }", 400, "limit-exceeded", "answer_bytes"),
    (Settings(waiting_bytes=10), "SELECT * { ?s ?p ?o }", 503, "overloaded", None),
    (Settings(query_seconds=0.3), ROWS + " ORDER BY ?c0", 503, "query-timeout", "query_seconds"),
    (Settings(query_memory=100), ROWS + " ORDER BY ?c0", 503, "query-memory", "query_memory"),
    (Settings(slow_places=0), ROWS + " ORDER BY ?c0", 503, "overloaded", None),
    (Settings(workers=0), "ASK {}", 503, "overloaded", None),
]


@pytest.mark.parametrize(("settings", "query", "status", "kind", "limit"), EARLY)
def test_an_early_failure_has_its_true_status(
    settings: Settings, query: str, status: int, kind: str, limit: str | None
) -> None:
    with serving(DATASET, settings) as address:
        response = httpx.get(f"{address}/sparql", params={"query": query}, timeout=30)
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (status, kind)
    assert response.json().get("limit") == limit
    assert ("retry-after" in response.headers) == (kind == "overloaded")


def ask_in_http_1_0(address: str, query: str) -> tuple[bytes, bytes]:
    host, port = address.removeprefix("http://").split(":")
    path = httpx.URL("/sparql", params={"query": query, "format": "csv"}).raw_path.decode()
    with socket.create_connection((host, int(port))) as connection:
        connection.settimeout(30)
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        held = bytearray()
        while piece := connection.recv(2**20):
            held += piece
    head, _, body = bytes(held).partition(b"\r\n\r\n")
    return head, body


def test_http_1_0_has_no_parts_so_its_status_is_always_true(limited: str) -> None:
    head, body = ask_in_http_1_0(limited, ROWS)
    assert re.match(rb"HTTP/1.1 (400|503) ", head), head
    assert json.loads(body)["type"].rpartition("/")[2] in ("limit-exceeded", "query-timeout")


def test_a_long_answer_in_http_1_0_is_whole(short: str) -> None:
    query = "SELECT ?c0 ?c1 ?c2 { " + " .".join(ALL.split(" .")[:7]) + "}"
    head, body = ask_in_http_1_0(short, query)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert body == httpx.get(f"{short}/sparql", params={"query": query, "format": "csv"}).content
    assert body.count(b"\r\n") > 4**7


def test_head_of_a_long_answer(short: str) -> None:
    response = httpx.head(f"{short}/sparql", params={"query": ROWS, "format": "csv"})
    assert (response.status_code, response.content) == (200, b"")
    assert httpx.get(f"{short}/health").json()["workers"]["busy"] == 0


def test_what_fails_leaves_no_task_behind() -> None:
    """Else each such answer would wait for a client that says nothing more."""

    async def silent() -> dict[str, object]:
        await asyncio.get_running_loop().create_future()
        return {}

    async def fails() -> None:
        raise OSError("no more")

    async def test() -> None:
        with pytest.raises(OSError, match="no more"):
            await unless_left(silent, fails())
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(test())
