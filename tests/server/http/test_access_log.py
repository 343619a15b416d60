"""The log: one line a request, with its id, and without what would tell who asked what."""

import json
import logging
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from accordgraph.engine.engine import Job
from accordgraph.engine.workers.pool import Pool
from accordgraph.errors import InputError
from accordgraph.server import create_app, running
from accordgraph.server.http import access_log
from support.live_server import FREE, serving
from support.paths import DATASET

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROWS = "SELECT * { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9)) + " }"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, "accordgraph"):
        yield caplog


def named(id_: str) -> dict[str, str]:
    """Return the header that gives a request an id of ours, since other servers write to the log too."""
    return {"X-Request-ID": id_}


def lines(log: pytest.LogCaptureFixture, *ids: str) -> list[dict[str, Any]]:
    """Return the line of each of these requests, as JSON has it; a line comes just after the response."""
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + 10
    while len(found) < len(ids):
        assert time.monotonic() < deadline, "no line was written"
        time.sleep(0.02)
        written = [
            access_log.LogFormatter("json").format(record)
            for record in log.records
            if record.msg == "request"
        ]
        assert not any("\n" in line for line in written)
        found = [line for line in map(json.loads, written) if line["id"] in ids]
    assert [line["id"] for line in found] == list(ids), "each once, and in order"
    return found


def test_a_line_says_what_happened_and_not_what_was_asked(
    http: httpx.Client, log: pytest.LogCaptureFixture
) -> None:
    query = "ASK { ?s ?p 'a secret' }"
    response = http.get(
        "/sparql", params={"query": query, "who": "me"}, headers={"X-Request-ID": "mine-1234.5"}
    )
    (line,) = lines(log, "mine-1234.5")
    assert line["time"] and line["level"] == "info"
    assert (line["id"], line["method"], line["path"]) == ("mine-1234.5", "GET", "/sparql")
    assert (line["status"], line["bytes"], line["whole"]) == (200, response.num_bytes_downloaded, True)
    assert line["outcome"] == "answered" and line["seconds"] > 0
    assert not {"secret", "query=", "who", "127.0.0.1"} & set(re.findall(r"[\w.=]+", json.dumps(line)))
    assert response.headers["x-request-id"] == "mine-1234.5"


def test_the_same_query_has_the_same_fingerprint(http: httpx.Client, log: pytest.LogCaptureFixture) -> None:
    ids = ("same-one-1", "same-one-2", "another-3")
    for id_, query in zip(ids, ("ASK { ?s ?p 1 }", "ASK { ?s ?p 1 }", "ASK { ?s ?p 2 }"), strict=True):
        http.post("/sparql", data={"query": query}, headers=named(id_))
    first, second, third = (line["query"] for line in lines(log, *ids))
    assert first == second != third and re.fullmatch(r"[0-9a-f]{12}", first)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f", "abcdefgh\u00e9", "id=1234567"])
def test_an_id_that_is_not_well_formed_is_not_taken(http: httpx.Client, given: str) -> None:
    response = http.get("/health", headers={b"X-Request-ID": given.encode("latin-1")})
    assert ID.fullmatch(response.headers["x-request-id"])


def test_a_problem_has_the_id(http: httpx.Client) -> None:
    response = http.get("/sparql", params={"query": "ASK {"}, headers={"X-Request-ID": "mine-1234"})
    assert response.json()["request"] == "mine-1234" == response.headers["x-request-id"]


def test_clients_are_told_apart_but_not_named(log: pytest.LogCaptureFixture) -> None:
    settings = replace(FREE, trusted_proxies="127.0.0.1")
    with serving(DATASET, settings) as one, serving(DATASET, settings) as other:
        asked = {
            "client-one": (one, "192.0.2.1"),
            "client-two": (one, "192.0.2.2"),
            "client-one-again": (one, "192.0.2.1"),
            "client-elsewhere": (other, "192.0.2.1"),
        }
        for id_, (address, client) in asked.items():
            httpx.get(f"{address}/health", headers=named(id_) | {"X-Forwarded-For": client})
        first, second, third, elsewhere = (line["client"] for line in lines(log, *asked))
    assert first == third
    assert len({first, second, elsewhere}) == 3


@pytest.mark.parametrize(("trusted", "spent"), [("127.0.0.1", False), ("192.0.2.9", True), ("", True)])
def test_budgets_are_of_the_client_behind_the_proxy(trusted: str, spent: bool) -> None:
    settings = replace(FREE, client_errors=1, trusted_proxies=trusted)
    with serving(DATASET, settings) as address:
        assert forwarded(address, "ASK {", "192.0.2.1") == 400
        assert (forwarded(address, "ASK {}", "192.0.2.3") == 429) == spent


def forwarded(address: str, query: str, client: str) -> int:
    return httpx.get(
        f"{address}/sparql", params={"query": query}, headers={"X-Forwarded-For": client}
    ).status_code


@pytest.mark.parametrize("path", ["/a%0Ab", "/a%20status=200", "/%22%5Cx", "/\u00e9", "/" + "x" * 500])
def test_a_path_cannot_write_lines_of_its_own(
    http: httpx.Client, log: pytest.LogCaptureFixture, path: str
) -> None:
    assert http.get(path, headers=named("a-strange-path")).status_code == 404
    (line,) = lines(log, "a-strange-path")
    assert re.fullmatch(r"/[!-~]{0,199}", line["path"])
    (record,) = [
        record for record in log.records if "a-strange-path" in access_log.LogFormatter("text").format(record)
    ]
    assert len(access_log.LogFormatter("text").format(record).split("path=")[1].split(" status=")) == 2


def test_an_answer_that_is_cut_off_is_told_quietly(log: pytest.LogCaptureFixture) -> None:
    with (
        serving(DATASET, replace(FREE, answer_rows=20_000)) as address,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        headers = named("cut-off-1") | {"Accept": "text/csv"}
        httpx.get(f"{address}/sparql", params={"query": ROWS}, headers=headers)
    (line,) = lines(log, "cut-off-1")
    assert (line["status"], line["whole"], line["outcome"]) == (200, False, "limit")
    assert [record.getMessage() for record in log.records if record.levelno > logging.INFO] == []


def test_a_client_that_leaves_is_told_quietly(log: pytest.LogCaptureFixture) -> None:
    with serving(DATASET) as address:
        parts = urlsplit(address)
        with socket.create_connection((str(parts.hostname), int(parts.port or 0))) as connection:
            text = ROWS.replace(" ", "+").replace("?", "%3F")
            head = f"GET /sparql?query={text} HTTP/1.1\r\nHost: x\r\nX-Request-ID: who-left-1\r\n\r\n"
            connection.sendall(head.encode())
            connection.recv(1000)
        (line,) = lines(log, "who-left-1")
    assert (line["whole"], line["outcome"]) == (False, "left")
    assert [record.getMessage() for record in log.records if record.levelno > logging.INFO] == []


class BrokenPool(Pool):
    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        raise OSError("the disk is gone")
        yield


def test_an_unexpected_error_is_logged_once_with_its_traceback(log: pytest.LogCaptureFixture) -> None:
    with running(create_app(lambda: BrokenPool(DATASET, FREE), FREE)) as address:
        log.clear()
        response = httpx.get(f"{address}/sparql", params={"query": "ASK {}"})
    (line,) = lines(log, response.headers["x-request-id"])
    assert (line["status"], line["outcome"]) == (500, "failed")
    (record,) = [record for record in log.records if record.levelno >= logging.ERROR]
    assert line["id"] in record.getMessage()
    assert response.json()["request"] == line["id"] == response.headers["x-request-id"]
    told = json.loads(access_log.LogFormatter("json").format(record))
    assert "OSError: the disk is gone" in told["traceback"]
    assert "\nTraceback" in access_log.LogFormatter("text").format(record)


def test_the_form_of_the_log_is_one_of_two() -> None:
    with pytest.raises(InputError, match="log_format is 'xml'; it should be text or json"):
        access_log.configure("xml")
