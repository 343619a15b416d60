"""How long each named query takes over HTTP: computed anew each time, and out of the cache."""

import time
from collections.abc import Callable

import httpx

from accordgraph.assets import Project
from accordgraph.bench.report import Report, milliseconds, percentile
from accordgraph.bench.target import serving
from accordgraph.queries import Query, load_queries

KINDS = ("competency", "views", "quality")
_CACHE = 64 * 2**20
_JSON = {"Accept": "application/sparql-results+json, application/ld+json"}
_UNLIMITED = {"client_seconds": 0, "client_errors": 0}


def measure(project: Project, times: int, tell: Callable[[str], None]) -> Report:
    """Ask every query so many times without a cache and with one; the times are in milliseconds."""
    asked = [query for query in load_queries(project.queries) if query.kind in KINDS]
    columns: dict[str, list[list[float]]] = {}
    for name, cache in (("anew", 0), ("cached", _CACHE)):
        columns[name] = []
        with (
            serving(project, cache_bytes=cache, **_UNLIMITED) as target,
            httpx.Client(base_url=target.address, timeout=60) as client,
        ):
            for query in asked:
                tell(f"{name}: {query.name}")
                _ask(client, query)
                columns[name].append([_ask(client, query) for _ in range(times)])
    rows = [
        (f"{query.kind}/{query.name}", *(cell for name in columns for cell in _cells(columns[name][place])))
        for place, query in enumerate(asked)
    ]
    total = [_cells([time for all_times in columns[name] for time in all_times]) for name in columns]
    rows.append(("all", *(cell for cells in total for cell in cells)))
    remark = (
        "Milliseconds from the first octet of the request to the last of the answer, by one client on the "
        f"same machine; each query {times} times as JSON. Anew: the server keeps no answers, so each is "
        "computed in a process of its own."
    )
    return Report(("query", "anew p50", "anew p99", "cached p50", "cached p99"), rows, (remark,))


def _cells(times: list[float]) -> tuple[str, str]:
    return milliseconds(percentile(times, 0.5)), milliseconds(percentile(times, 0.99))


def _ask(client: httpx.Client, query: Query) -> float:
    began = time.perf_counter()
    answer = client.get(f"/queries/{query.name}", headers=_JSON)
    taken = time.perf_counter() - began
    answer.raise_for_status()
    return taken
