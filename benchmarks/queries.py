"""How long named queries and the longest documents take over HTTP: computed anew, and out of the cache."""

import time
from collections.abc import Callable

import httpx

from accordgraph.library.query_file import load_queries
from accordgraph.namespaces import ID
from accordgraph.project import Project
from benchmarks.report import Report, milliseconds, percentile
from benchmarks.target import serving

KINDS = ("competency", "views", "quality")
_CACHE = 64 * 2**20
_JSON = {"Accept": "application/sparql-results+json, application/ld+json, text/turtle;q=0.9"}
_BUSIEST = (
    "SELECT ?s { ?o ?p ?s FILTER(STRSTARTS(STR(?s), STR(<>))) } "
    "GROUP BY ?s ORDER BY DESC(COUNT(*)) ?s LIMIT 5"
)
"""The things that most other things point to: their documents are the longest."""
_UNLIMITED = {"client_seconds": 0, "client_errors": 0}


def measure(project: Project, times: int, tell: Callable[[str], None]) -> Report:
    """Ask for each so many times without a cache and with one; the times are in milliseconds."""
    asked = {
        f"{query.kind}/{query.name}": f"/queries/{query.name}"
        for query in load_queries(project.queries)
        if query.kind in KINDS
    }
    columns: dict[str, list[list[float]]] = {}
    for name, cache in (("anew", 0), ("cached", _CACHE)):
        columns[name] = []
        with (
            serving(project, cache_bytes=cache, **_UNLIMITED) as target,
            httpx.Client(base_url=target.address, timeout=60) as client,
        ):
            asked |= {address: address for address in _documents(client)}
            for title, address in asked.items():
                tell(f"{name}: {title}")
                _ask(client, address)
                columns[name].append([_ask(client, address) for _ in range(times)])
    rows = [
        (title, *(cell for name in columns for cell in _cells(columns[name][place])))
        for place, title in enumerate(asked)
    ]
    total = [_cells([time for all_times in columns[name] for time in all_times]) for name in columns]
    rows.append(("all", *(cell for cells in total for cell in cells)))
    remark = (
        "Milliseconds from the first octet of the request to the last of the answer, by one client on the "
        f"same machine; each query {times} times as JSON, and each of the longest documents as Turtle. Anew: "
        "the server keeps no answers, so each is computed in a process of its own."
    )
    return Report(("query", "anew p50", "anew p99", "cached p50", "cached p99"), rows, (remark,))


def _cells(times: list[float]) -> tuple[str, str]:
    return milliseconds(percentile(times, 0.5)), milliseconds(percentile(times, 0.99))


def _documents(client: httpx.Client) -> list[str]:
    found = client.get("/sparql", params={"query": _BUSIEST, "format": "json"}).raise_for_status().json()
    things = [row["s"]["value"].removeprefix(ID) for row in found["results"]["bindings"]]
    return [f"/doc/{thing}.ttl" for thing in things]


def _ask(client: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address, headers=_JSON)
    taken = time.perf_counter() - began
    answer.raise_for_status()
    return taken
