"""Whether anything brings the server down: runaways, floods, slow clients, long bodies and broken queries."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection, HTTPException
from itertools import islice
from pathlib import Path

import httpx

from accordgraph.library.query_file import load_queries
from accordgraph.project import Project
from accordgraph.server.http import problems
from benchmarks.mutator import mutations
from benchmarks.prober import probing
from benchmarks.report import Report, milliseconds, percentile
from benchmarks.target import Target, serving

LIMIT = 3.0
"""The seconds that a query may take in this benchmark."""
RUNAWAYS = "benchmarks/runaways"
_BROKEN_LIMIT = 0.5
Load = Callable[[Target], list[tuple[str, float]]]
_SETTINGS = {"client_seconds": 0, "client_errors": 0, "client_wait_seconds": 10}
_AT_ONCE, _SLOW_CLIENTS, _SLOW_SECONDS, _BODIES, _THREADS = 100, 1000, 5.0, 50, 4
_LONG_BODY = 8 * 2**20
_LARGE = "SELECT * { ?s ?p ?o }"


def runaways(root: Path) -> dict[str, str]:
    """Return the queries that no server can answer, by name."""
    return {query.name: query.text for query in load_queries(root / RUNAWAYS)}


def measure(project: Project, requests: int, tell: Callable[[str], None]) -> Report:
    """Do all that to one server, while another client asks `ASK {}`; the times are in milliseconds."""
    rows: list[tuple[object, ...]] = []
    remarks = [
        f"Milliseconds. The limit of a query is {LIMIT:g} seconds here, of broken ones {_BROKEN_LIMIT:g}. "
        "Longest: the slowest answer of those that were asked for. `ASK {}` beside: what another client "
        "waits meanwhile, each time for a process; inf where it was told to come again."
    ]
    texts = runaways(project.root)
    one_by_one: dict[str, Load] = {name: partial(_alone, text=text) for name, text in texts.items()}
    together: dict[str, Load] = {
        f"{_AT_ONCE} runaways at once": partial(_flood, texts=list(texts.values())),
        f"{_SLOW_CLIENTS} slow clients": lambda target: asyncio.run(_slow(target)),
        f"{_BODIES} bodies of {_LONG_BODY // 2**20} MiB": _bodies,
    }
    broken: dict[str, Load] = {
        f"{requests:,} broken queries": partial(_fuzz, project=project, requests=requests)
    }
    parts: list[tuple[float, dict[str, Load]]] = [(LIMIT, one_by_one | together), (_BROKEN_LIMIT, broken)]
    for limit, loads in parts:
        with serving(project, query_seconds=limit, **_SETTINGS) as target:
            before = _warm(target)
            for name, work in loads.items():
                tell(name)
                rows.append(_row(name, target, work))
            after, processes = target.memory(), target.health()["processes"]
        memory = "; ".join(f"{name} {before[name]} MiB before, {after[name]} MiB after" for name in before)
        ended = ", ".join(f"{count} {name}" for name, count in processes.items())
        remarks.append(f"{', '.join(loads)}: {memory}; processes: {ended}.")
    columns = ("load", "answers", "longest", "`ASK {}` beside: p50", "p99", "longest", "processes lost")
    return Report(columns, rows, tuple(remarks))


def _warm(target: Target) -> dict[str, int]:
    """Ask a little, so that what is loaded once is loaded; returns the memory after it."""
    for number in range(300):
        httpx.get(f"{target.address}/sparql", params={"query": f"{_LARGE} LIMIT {number}"}).raise_for_status()
    return target.memory()


def _row(name: str, target: Target, work: Load) -> tuple[object, ...]:
    """Do a work beside the prober; returns the row of the table."""
    lost = target.health()["processes"]["lost"]
    with probing(target.address) as beside:
        answers = work(target)
    lost = target.health()["processes"]["lost"] - lost
    counted = Counter(how for how, _ in answers)
    told = ", ".join(f"{count} × {how}" if len(answers) > 1 else how for how, count in counted.most_common())
    longest = max(seconds for _, seconds in answers)
    waits = (percentile(beside, 0.5), percentile(beside, 0.99), max(beside))
    return (name, told, milliseconds(longest), *map(milliseconds, waits), lost)


def _alone(target: Target, text: str) -> list[tuple[str, float]]:
    with _connection(target) as connection:
        return [_ask(connection, text)]


def _connection(target: Target) -> "closing[HTTPConnection]":
    return closing(HTTPConnection(target.address.removeprefix("http://"), timeout=60))


def _ask(connection: HTTPConnection, body: str | bytes) -> tuple[str, float]:
    """Post a query; returns how it was answered, and after how many seconds."""
    began = time.perf_counter()
    octets = body if isinstance(body, bytes) else body.encode()
    try:
        connection.request("POST", "/sparql", octets, {"Content-Type": "application/sparql-query"})
        answer = connection.getresponse()
        content = answer.read()
    except (ConnectionError, HTTPException):  # the rest of a body is not taken, or of an answer not given
        connection.close()
        return "cut off", time.perf_counter() - began
    how = str(answer.status)
    if answer.status >= 500 and answer.getheader("Content-Type") == problems.MEDIA_TYPE:
        how += f" {json.loads(content)['type'].rpartition('/')[2]}"
    return how, time.perf_counter() - began


def _flood(target: Target, texts: list[str]) -> list[tuple[str, float]]:
    asked = [texts[number % len(texts)] for number in range(_AT_ONCE)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(partial(_alone, target), asked)
        return [answer for answers in found for answer in answers]


async def _slow(target: Target) -> list[tuple[str, float]]:
    """Half of the clients send a head that does not end, half take nothing of a long answer."""
    host, port = target.address.removeprefix("http://").split(":")
    path = httpx.URL("/sparql", params={"query": _LARGE}).raw_path.decode()
    heads = ("GET / HTTP/1.1\r\nHost: x\r\n", f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")

    async def client(number: int) -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(heads[number % 2].encode())
        await writer.drain()
        return writer

    began = time.perf_counter()
    writers = await asyncio.gather(*(client(number) for number in range(_SLOW_CLIENTS)))
    await asyncio.sleep(_SLOW_SECONDS)
    for writer in writers:
        writer.close()
    return [("held open", time.perf_counter() - began)]


def _bodies(target: Target) -> list[tuple[str, float]]:
    found = []
    for _ in range(_BODIES):
        with _connection(target) as connection:
            found.append(_ask(connection, b" " * _LONG_BODY))
    return found


def _fuzz(target: Target, project: Project, requests: int) -> list[tuple[str, float]]:
    texts = [query.text for query in load_queries(project.queries / "competency")]

    def ask_all(queries: Iterator[str]) -> list[tuple[str, float]]:
        with _connection(target) as connection:
            return [_ask(connection, text) for text in queries]

    shares = [islice(mutations(texts, seed), requests // _THREADS) for seed in range(_THREADS)]
    with ThreadPoolExecutor(_THREADS) as threads:
        return [answer for share in threads.map(ask_all, shares) for answer in share]
