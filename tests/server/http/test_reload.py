"""The server as a process: a new dataset in place by SIGHUP, and a graceful stop by SIGTERM."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from support.published_dataset import dataset, publish

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
SLOW = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6)) + " }"


@dataclass
class Server:
    address: str
    folder: Path
    process: subprocess.Popen[str]
    lines: list[dict[str, object]]

    def health(self) -> dict[str, object]:
        found: dict[str, object] = httpx.get(f"{self.address}/health").json()
        return found

    def said(self, event: str) -> list[dict[str, object]]:
        return [line for line in self.lines if event in str(line["event"])]


def until(what: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def server(folder: Path, **settings: object) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {f"ACCORDGRAPH_{name.upper()}": str(value) for name, value in settings.items()}
    environment |= {"ACCORDGRAPH_BUILD": str(folder), "ACCORDGRAPH_LOG_FORMAT": "json"}
    process = subprocess.Popen(
        [sys.executable, "-m", "accordgraph", "serve", "--port", str(port)],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    found = Server(f"http://127.0.0.1:{port}", folder, process, [])
    stderr = process.stderr

    def read() -> None:
        found.lines.extend(json.loads(line) for line in stderr)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        until(lambda: found.said("startup complete"))
        yield found
    finally:
        process.kill()
        process.wait()
        reader.join()
        stderr.close()


def test_a_new_dataset_is_put_in_place_without_dropping_a_request(tmp_path: Path) -> None:
    first = publish(tmp_path, dataset(3))
    answers, done = [], threading.Event()
    replaced = 'accordgraph_reloads_total{outcome="replaced"} 1.0'
    with server(tmp_path, client_seconds=0) as served:
        assert served.health()["digest"] == first

        def ask() -> None:
            with httpx.Client(base_url=served.address) as client:
                while not done.is_set():
                    body = client.get("/sparql", params={"query": COUNT}).raise_for_status().json()
                    answers.append(int(body["results"]["bindings"][0]["n"]["value"]))

        asking = threading.Thread(target=ask)
        asking.start()
        until(lambda: len(answers) > 20)
        second = publish(tmp_path, dataset(5))
        served.process.send_signal(signal.SIGHUP)
        until(lambda: served.health()["digest"] == second)
        seen = len(answers)
        until(lambda: len(answers) > seen + 20)
        done.set()
        asking.join()
        assert answers == sorted(answers) and set(answers) == {4, 6}
        until(lambda: served.said("was put in the place of"))
        assert [line["level"] for line in served.said("was put in the place of")] == ["info"]
        (result,) = httpx.get(f"{served.address}/api/search", params={"q": "version"}).json()["results"]
        assert result["label"] == "Version 5"
        until(lambda: replaced in httpx.get(f"{served.address}/metrics").text)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: publish(folder, dataset(4), conforms=False), "does not conform"),
        (
            lambda folder: (folder / "accordgraph.nq").write_bytes(dataset(4)),
            "has changed since it was validated",
        ),
        (lambda folder: publish(folder, b"<urn:a> nonsense .\n"), "cannot be held"),
        (lambda folder: (folder / "accordgraph.nq").unlink(), "there is no dataset"),
    ],
    ids=["not conforming", "not validated", "not readable", "not there"],
)
def test_what_is_not_valid_is_not_put_in_place(
    tmp_path: Path, spoil: Callable[[Path], object], why: str
) -> None:
    first = publish(tmp_path, dataset(3))
    with server(tmp_path) as served:
        spoil(tmp_path)
        served.process.send_signal(signal.SIGHUP)
        until(lambda: served.said("the dataset stays as it is"))
        (line,) = served.said("the dataset stays as it is")
        assert line["level"] == "error" and why in str(line["event"])
        assert served.health()["digest"] == first
        assert httpx.get(f"{served.address}/ready").status_code == 200
        kept = 'accordgraph_reloads_total{outcome="kept"} 1.0'
        until(lambda: kept in httpx.get(f"{served.address}/metrics").text)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_query_under_way_ends_before_the_server_does(tmp_path: Path, stop: signal.Signals) -> None:
    publish(tmp_path, dataset(13))
    status = []
    with server(tmp_path, query_seconds=60, stop_seconds=60) as served:
        asking = threading.Thread(
            target=lambda: status.append(
                httpx.get(f"{served.address}/sparql", params={"query": SLOW}, timeout=60).status_code
            )
        )
        asking.start()
        until(lambda: busy(served))
        served.process.send_signal(stop)
        assert served.process.wait(60) == 0
        asking.join()
        assert status == [200]
        with pytest.raises(httpx.ConnectError):
            served.health()


def test_a_query_that_does_not_end_is_ended(tmp_path: Path) -> None:
    publish(tmp_path, dataset(60))
    with server(tmp_path, query_seconds=60, stop_seconds=1) as served:
        asking = threading.Thread(target=lambda: pytest.raises(httpx.HTTPError, ask_slowly, served))
        asking.start()
        until(lambda: busy(served))
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(20) == 0
        assert 0.9 < time.monotonic() - began < 15
        asking.join()


def ask_slowly(served: Server) -> None:
    httpx.get(f"{served.address}/sparql", params={"query": SLOW}, timeout=30).raise_for_status()


def busy(served: Server) -> bool:
    workers = served.health()["workers"]
    assert isinstance(workers, dict)
    return bool(workers["slow"])
