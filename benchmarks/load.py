"""Ordinary questions under load: 1, 8 and 32 clients, kept and not kept, beside the `oxigraph` server."""

import http.client
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx

from accordgraph.dataset.build import NQUADS
from accordgraph.errors import InputError
from accordgraph.library.query_file import load_queries
from accordgraph.project import Project
from benchmarks.load_client import ACCEPT, Load, load
from benchmarks.report import Report, milliseconds, percentile
from benchmarks.target import free_port, proportional_memory, serving

_CLIENTS, _ROUNDS, _MEDIAN_OF = (1, 8, 32), 3, 7
_OXIGRAPH = Path(sys.executable).with_name("oxigraph")
_UNLIMITED = {"client_seconds": 0, "client_errors": 0}
_NOT_KEPT, _KEPT, _BESIDE = "ours, not kept", "ours, kept", "oxigraph server"
Servers = Mapping[str, tuple[str, int]]
"""The address of the queries of each server, and its process."""


def measure(project: Project, requests: int, tell: Callable[[str], None]) -> Report:
    """Load each server in turn, in rounds of so many seconds; the answers are compared before."""
    texts = {query.name: query.sparql.standalone() for query in load_queries(project.queries / "competency")}
    with ExitStack() as running:
        servers: dict[str, tuple[str, int]] = {}
        for name, cache in ((_NOT_KEPT, 0), (_KEPT, 64 * 2**20)):
            target = running.enter_context(serving(project, cache_bytes=cache, **_UNLIMITED))
            servers[name] = f"{target.address}/sparql", target.pid
        servers[_BESIDE] = running.enter_context(_oxigraph(project.build / NQUADS))
        tell("comparing answers")
        compared = sum(_same(servers, text) for text in texts.values())
        medians = {name: _alone(address, texts, tell) for name, (address, _) in servers.items()}
        memory = {name: proportional_memory(pid) for name, (_, pid) in servers.items()}
        rows: list[tuple[object, ...]] = [
            ("each alone", name, "", milliseconds(median), "", "", f"{medians[_BESIDE] / median:.2f}")
            for name, median in medians.items()
        ]
        for clients in _CLIENTS:
            rows += _loaded(servers, list(texts.values()), clients, requests, tell)
        peak = {name: proportional_memory(pid) for name, (_, pid) in servers.items()}
    told = "; ".join(f"{name} {memory[name]} MiB before the load, {peak[name]} MiB after" for name in servers)
    remarks = (
        f"Milliseconds, and answers a second. Each alone: the geometric mean of the medians of {_MEDIAN_OF} "
        f"requests for each of {len(texts)} competency queries. Then so many clients, each from an address "
        f"of its own, ask them at random without a pause, in {_ROUNDS} rounds of {requests} seconds, in turn "
        "with the other servers. Ratio: to the oxigraph server in this run, above 1 where ours is faster.",
        f"The answers to {compared} of {len(texts)} queries have as many rows in each server. "
        f"Memory (PSS): {told}.",
    )
    return Report(("load", "server", "answers/s", "p50", "p95", "statuses", "ratio"), rows, remarks)


def _loaded(
    servers: Servers, texts: list[str], clients: int, seconds: float, tell: Callable[[str], None]
) -> list[tuple[object, ...]]:
    rounds: dict[str, list[Load]] = {name: [] for name in servers}
    for number in range(_ROUNDS):
        for name, (address, _) in servers.items():
            tell(f"{clients} clients, round {number + 1}: {name}")
            place, _, path = address.removeprefix("http://").partition("/")
            paths = [f"/{path}?query={quote(text, safe='')}" for text in texts]
            rounds[name].append(load(place, paths, clients, seconds))
    rates = {
        name: sum(len(one.times) for one in all_) / sum(one.seconds for one in all_)
        for name, all_ in rounds.items()
    }
    rows: list[tuple[object, ...]] = []
    for name, all_ in rounds.items():
        times = [seconds for one in all_ for seconds in one.times]
        statuses = sum((one.statuses for one in all_[1:]), all_[0].statuses)
        told = ", ".join(f"{count:,} × {status}" for status, count in statuses.most_common())
        cells = (f"{rates[name]:.0f}", *(milliseconds(percentile(times, part)) for part in (0.5, 0.95)))
        title = "1 client" if clients == 1 else f"{clients} clients"
        rows.append((title, name, *cells, told, f"{rates[name] / rates[_BESIDE]:.2f}"))
    return rows


def _alone(address: str, texts: Mapping[str, str], tell: Callable[[str], None]) -> float:
    """Return the geometric mean of the medians of the times."""
    place, _, path = address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(place, timeout=60)
    total = 0.0
    for name, text in texts.items():
        tell(f"{address}: {name}")
        times = []
        for _ in range(_MEDIAN_OF):
            began = time.perf_counter()
            connection.request("GET", f"/{path}?query={quote(text, safe='')}", headers={"Accept": ACCEPT})
            connection.getresponse().read()
            times.append(time.perf_counter() - began)
        total += math.log(percentile(times, 0.5))
    connection.close()
    return math.exp(total / len(texts))


def _same(servers: Servers, text: str) -> bool:
    """Tell whether each server gives as many rows or triples."""
    counts = set()
    for address, _ in servers.values():
        answer = httpx.get(address, params={"query": text}, headers={"Accept": ACCEPT}, timeout=60)
        answer.raise_for_status()
        json = "json" in answer.headers["Content-Type"]
        counts.add(len(answer.json()["results"]["bindings"]) if json else answer.text.count("\n"))
    return len(counts) == 1


@contextmanager
def _oxigraph(dataset: Path) -> Iterator[tuple[str, int]]:
    """Run the `oxigraph` server over the dataset in memory; raises `InputError` where there is none."""
    if not _OXIGRAPH.is_file():
        raise InputError("the oxigraph server is not installed; it comes with the extra dev")
    address = f"127.0.0.1:{free_port()}"
    command = [str(_OXIGRAPH), "serve", "--bind", address]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            transport = httpx.HTTPTransport(retries=8)
            with httpx.Client(base_url=f"http://{address}", transport=transport, timeout=60) as client:
                headers = {"Content-Type": "application/n-quads"}
                client.post("/store", content=dataset.read_bytes(), headers=headers).raise_for_status()
            yield f"http://{address}/query", process.pid
        finally:
            process.terminate()
