"""Requests as they go over the wire, octet by octet: what RFC 9112 asks of a server, and what it gets."""

import json
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest

from support.live_server import FREE, serving
from support.paths import DATASET

HOST, ID = "Host: a.example", "X-Request-ID: mine-1234"
ASK = "/sparql?query=ASK%7B%7D"
GET = f"GET {ASK} HTTP/1.1"
POST = ("POST /sparql HTTP/1.1", HOST, "Content-Type: application/sparql-query")
CHUNKED = (*POST, "Transfer-Encoding: chunked", "")
HEAD_BYTES = 8000
MANY = "SELECT * {" + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6)) + "}"
"""4,096 rows, which are more than the system takes at once."""
TURTLE = ("Accept: text/turtle", "Connection: close", "", "")
LAST = (GET, HOST, "Connection: close", "", "")
"""A request after the others, on a connection that is to stay open."""
OPEN, CLOSED = False, True

Case = tuple[tuple[str, ...], tuple[int, ...], bool]
CASES: dict[str, Case] = {
    # the target: RFC 9112 section 3.2
    "a path": ((GET, HOST, "", ""), (200,), OPEN),
    "a whole address": ((f"GET http://a.example{ASK} HTTP/1.1", HOST, "", ""), (200,), OPEN),
    "of another host": ((f"GET HTTP://b.example:80{ASK} HTTP/1.1", HOST, "", ""), (200,), OPEN),
    "of an old client": ((f"GET http://a.example{ASK} HTTP/1.0", "", ""), (200,), CLOSED),
    "without a path": (("GET http://a.example HTTP/1.1", HOST, "", ""), (200,), OPEN),
    "without a path but a query": (("GET http://a.example?lang=nl HTTP/1.1", HOST, "", ""), (200,), OPEN),
    "by https": ((f"GET https://a.example{ASK} HTTP/1.1", HOST, "", ""), (421,), CLOSED),
    "without a host": ((f"GET http://{ASK} HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    "with a user": ((f"GET http://me@a.example{ASK} HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    "by ftp": (("GET ftp://a.example/ HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    "a host and a port": (("GET a.example:80 HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    "a fragment": ((f"GET {ASK}#x HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    "all of the server": (("OPTIONS * HTTP/1.1", HOST, "", ""), (204,), OPEN),
    "the same by its address": (("OPTIONS http://a.example HTTP/1.1", HOST, "", ""), (204,), OPEN),
    "its first page": (("OPTIONS http://a.example/ HTTP/1.1", HOST, "", ""), (204,), OPEN),
    "a star without OPTIONS": (("GET * HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    # the line: sections 2.2, 2.3 and 3
    "lines that end in LF alone": ((GET, HOST + "\n\n"), (200,), OPEN),
    "an empty line before it": (("", "", GET, HOST, "", ""), (200,), OPEN),
    "an empty line after a body": (
        (*POST, "Content-Length: 5", "", "ASK{}", GET, HOST, "", ""),
        (200,) * 2,
        OPEN,
    ),
    "two spaces": ((f"GET  {ASK} HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    "a space in the target": (("GET /sparql?query=ASK {} HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    "octets beyond ASCII": (("GET /\u00e9 HTTP/1.1", HOST, "", ""), (400,), CLOSED),
    "a later version": ((f"GET {ASK} HTTP/1.9", HOST, "", ""), (200,), OPEN),
    "a later version without a host": ((f"GET {ASK} HTTP/1.9", "", ""), (400,), CLOSED),
    "another version": ((f"GET {ASK} HTTP/3.0", HOST, "", ""), (505,), CLOSED),
    "the first line of HTTP/2": (("PRI * HTTP/2.0", "", "SM", "", ""), (505,), CLOSED),
    "the line of HTTP/0.9": (("GET /", "", ""), (400,), CLOSED),
    "the beginning of TLS": (("\x16\x03\x01", "", ""), (400,), CLOSED),
    # the method: RFC 9110 section 9.1
    "a method in small letters": ((f"get {ASK} HTTP/1.1", HOST, "", ""), (501,), CLOSED),
    "a tunnel": (("CONNECT a.example:80 HTTP/1.1", HOST, "", ""), (501,), CLOSED),
    "a method that is known but not used": (("TRACE /sparql HTTP/1.1", HOST, "", ""), (405,), OPEN),
    # the headers: sections 3.2 and 5
    "no host": ((GET, "", ""), (400,), CLOSED),
    "an empty host": ((GET, "Host:", "", ""), (200,), OPEN),
    "two hosts": ((GET, HOST, HOST, "", ""), (400,), CLOSED),
    "a host that is none": ((GET, "Host: a/b", "", ""), (400,), CLOSED),
    "a host by number": ((GET, "Host: [::1]:8000", "", ""), (200,), OPEN),
    "a header of two lines": ((GET, HOST, "X-A: b", " c", "", ""), (200,), OPEN),
    "a space before the colon": ((GET, HOST, "X-A : b", "", ""), (400,), CLOSED),
    "a null octet": ((GET, HOST, "X-A: \0", "", ""), (400,), CLOSED),
    "a CR alone": ((GET, HOST, "X-A: b\rX-B: c", "", ""), (400,), CLOSED),
    "another protocol": ((GET, HOST, "Connection: Upgrade", "Upgrade: websocket", "", ""), (200,), OPEN),
    # the body: sections 6 and 7
    "a length": ((*POST, "Content-Length: 5", "", "ASK{}"), (200,), OPEN),
    "a length that differs": ((*POST, "Content-Length: 5", "Content-Length: 6", "", "ASK{}"), (400,), CLOSED),
    "a length twice": ((*POST, "Content-Length: 5", "Content-Length: 5", "", "ASK{}"), (200,), OPEN),
    "a length below nothing": ((*POST, "Content-Length: -5", "", "ASK{}"), (400,), CLOSED),
    "a length beyond all": ((*POST, f"Content-Length: {'9' * 30}", "", "ASK{}"), (400,), CLOSED),
    "chunks": ((*CHUNKED, "5;a=b", "ASK{}", "0", "", ""), (200,), OPEN),
    "chunks and a length": (
        (*CHUNKED[:-1], "Content-Length: 3", "", "5", "ASK{}", "0", "", ""),
        (400,),
        CLOSED,
    ),
    "chunks twice": ((*CHUNKED[:-1], "Transfer-Encoding: chunked", "", "0", "", ""), (501,), CLOSED),
    "another coding": ((*POST, "Transfer-Encoding: gzip, chunked", "", "0", "", ""), (501,), CLOSED),
    "chunks of an old client": (
        (f"POST {ASK} HTTP/1.0", POST[2], "Transfer-Encoding: chunked", "", "0", "", ""),
        (400,),
        CLOSED,
    ),
    "no size of a chunk": ((*CHUNKED, "x5", "ASK{}", "0", "", ""), (400,), CLOSED),
    "a longer chunk than it says": ((*CHUNKED, "4", "ASK{}", "0", "", ""), (400,), CLOSED),
    "a size of a chunk beyond all": ((*CHUNKED, "f" * 30, "ASK{}", "0", "", ""), (400,), CLOSED),
    "a line of a chunk without end": ((*CHUNKED, "5;" + "a" * 20_000), (400,), CLOSED),
    "a body of GET": ((GET, HOST, "Content-Length: 5", "", "abcde" + GET, HOST, "", ""), (200, 200), OPEN),
    "a body of GET that goes wrong": ((GET, HOST, CHUNKED[3], "", "x", ""), (400,), CLOSED),
    "a body that waits and is too long": (
        (*POST, "Content-Length: 9999999", "Expect: 100-continue", "", ""),
        (413,),
        CLOSED,
    ),
    "an expectation that is not known": ((GET, HOST, "Expect: wonders", "", ""), (200,), OPEN),
    # the connection: section 9
    "three at once": ((GET, HOST, "") * 3 + ("",), (200, 200, 200), OPEN),
    "one, and then none": ((GET, HOST, "", "\x01", "", ""), (200, 400), CLOSED),
    "the last one": ((GET, HOST, "Connection: close", "", GET, HOST, "", ""), (200,), CLOSED),
    "an old client that would stay": (
        (f"GET {ASK} HTTP/1.0", "Connection: keep-alive", "", ""),
        (200,),
        CLOSED,
    ),
    # the limit of the head
    "a head that fits": ((GET, HOST, "X-A: " + "a" * 7800, "", ""), (200,), OPEN),
    "a long field": ((GET, HOST, "X-A: " + "a" * 8000, "", ""), (431,), CLOSED),
    "many fields": ((GET, HOST, *["A: b"] * 1400, "", ""), (431,), CLOSED),
    "fields without end": ((GET, HOST, "X-A: " + "a" * 400_000), (431,), CLOSED),
    "a long address": ((f"GET {ASK}%23{'a' * 8000} HTTP/1.1", HOST, "", ""), (414,), CLOSED),
    "an address without end": ((f"GET {ASK}%23{'a' * 400_000}",), (414,), CLOSED),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving(DATASET, replace(FREE, head_bytes=HEAD_BYTES)) as address:
        yield address


def talk(address: str, lines: tuple[str, ...], piece: int = 2**30) -> list[httpx.Response]:
    """Send lines, so many octets at a time; returns the responses that come until the server closes."""
    host, port = address.removeprefix("http://").split(":")
    octets, held = "\r\n".join(lines).encode("latin-1"), b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for start in range(0, len(octets), piece):
            connection.sendall(octets[start : start + piece])
            time.sleep(0.001)
        while found := connection.recv(2**16):
            held += found
    return list(parsed(held))


def parsed(octets: bytes) -> Iterator[httpx.Response]:
    while octets:
        head, _, rest = octets.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        headers = dict(field.split(": ", 1) for field in fields)
        length = 0 if line.startswith("HTTP/1.1 204") else int(headers["content-length"])
        yield httpx.Response(int(line.split()[1]), headers=headers, content=rest[:length])
        octets = rest[length:]


@pytest.mark.parametrize("name", CASES)
def test_what_comes_over_the_wire(server: str, name: str) -> None:
    lines, statuses, closes = CASES[name]
    responses = talk(server, lines if closes else (*lines[:-1], lines[-1] + LAST[0], *LAST[1:]))
    assert tuple(response.status_code for response in responses) == statuses + (() if closes else (200,))
    last = responses[len(statuses) - 1]
    if last.status_code >= 400:
        assert last.headers["content-type"] == "application/problem+json"
        assert last.json()["status"] == last.status_code and last.json()["detail"]
        assert last.json()["request"] == last.headers["x-request-id"]
    assert last.headers["x-content-type-options"] == "nosniff" and last.headers["date"]
    assert last.headers["access-control-allow-origin"] == "*"
    if closes:
        assert last.headers["connection"] == "close"
    if last.status_code in (414, 431):
        assert "POST" in last.json()["detail"] and last.json()["limit"] == "head_bytes"
    if last.status_code == 204:
        assert last.headers["allow"].startswith("GET, HEAD")


@pytest.mark.parametrize("name", ["a head that fits", "fields without end", "an address without end"])
def test_the_limit_does_not_depend_on_how_the_head_comes(server: str, name: str) -> None:
    lines, statuses, closes = CASES[name]
    short = tuple(line[:9000] for line in lines)
    responses = talk(server, short if closes else (*short, *LAST), piece=500)
    assert responses[0].status_code == statuses[0]


def test_a_client_that_still_sends_reads_why(server: str) -> None:
    """The server lets go what still comes for a while: to close at once would take the answer away."""
    lines, statuses, _ = CASES["an address without end"]
    for _ in range(3):
        (response,) = talk(server, lines, piece=9000)
        assert response.status_code == statuses[0]


def test_the_host_of_the_address_is_the_one_that_counts(server: str) -> None:
    (response,) = talk(server, ("GET http://b.example/sparql HTTP/1.1", HOST, *TURTLE))
    assert "a.example" not in response.text
    (other,) = talk(server, ("GET /sparql HTTP/1.1", "Host: b.example", *TURTLE))
    assert response.text == other.text


def test_what_is_refused_has_its_line_and_its_count(caplog: pytest.LogCaptureFixture) -> None:
    with serving(DATASET) as address, caplog.at_level(logging.INFO):
        caplog.clear()  # a line comes after its answer: here those of other servers end
        talk(address, ("GET a.example:80?secret HTTP/1.1", HOST, ID, "", ""))
        talk(address, ("nonsense", "", ""))
        talk(address, (*CASES["another protocol"][0][:-1], *LAST))
        counts = httpx.get(f"{address}/metrics").text
    lines = [record.fields for record in caplog.records if record.msg == "request"]  # type: ignore[attr-defined]
    found = [(line["method"], line["path"], line["status"], line["whole"]) for line in lines[:3]]
    assert found == [("GET", "a.example:80", 400, True), ("", "", 400, True), ("GET", "/sparql", 200, True)]
    assert lines[0]["id"] == "mine-1234" and "secret" not in json.dumps(lines)
    assert re.search(r'requests_total\{method="other",route="other",status="400"\} 1\.0', counts)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_body_that_waits_is_asked_for(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    head = "\r\n".join((*POST, "Content-Length: 5", "Expect: 100-continue", "", ""))
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(2**16).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"ASK{}")
        assert connection.recv(2**16).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("path", "end"),
    [("/nothing", b"}"), (f"/sparql?query={quote(MANY)}&format=csv", b"0\r\n\r\n")],
    ids=["over", "under way"],
)
def test_a_body_that_goes_wrong_when_the_answer_has_begun(
    server: str, caplog: pytest.LogCaptureFixture, path: str, end: bytes
) -> None:
    """The answer stays as it is, and is the last of its connection."""
    host, port = server.removeprefix("http://").split(":")
    head = "\r\n".join((f"POST {path} HTTP/1.1".replace("POST /s", "GET /s"), *CHUNKED[1:], ""))
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode())
        held = connection.recv(2**10)
        connection.sendall(b"x5\r\n" + "\r\n".join(LAST).encode())
        with suppress(ConnectionResetError):
            while piece := connection.recv(2**20):
                held += piece
    assert held.endswith(end) and held.count(b"HTTP/1.1 ") == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
