"""`/metrics`: what the server does, in the text format of Prometheus; every app counts for itself."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from accordgraph import __version__
from accordgraph.engine.engine import CurrentEngine
from accordgraph.server.query_service.cache import Cache

OUTCOMES = (
    "answered",
    "cached",
    "not-modified",
    "malformed",
    "evaluation",
    "refused",
    "limit",
    "overloaded",
    "budget",
    "left",
    "failed",
)
"""How a query can end: each is there from the start, with 0."""

_METHODS = frozenset(("GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "DELETE", "PATCH"))
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counts of one app."""

    def __init__(self, engine: CurrentEngine, cache: Cache) -> None:
        self._registry = CollectorRegistry()
        self._queries = Counter(
            "accordgraph_queries", "Queries by how they ended", ["outcome"], registry=self._registry
        )
        self._query_seconds = Histogram(
            "accordgraph_query_seconds",
            "Seconds that queries took, by how they ended",
            ["outcome"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._rows = Counter(
            "accordgraph_answer_rows",
            "Rows and triples of the answers of queries, without those that were kept",
            registry=self._registry,
        )
        self._requests = Counter(
            "accordgraph_requests",
            "Requests by method, address as the app declares it, and status",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._reloads = Counter(
            "accordgraph_reloads",
            "Attempts to put a new dataset in place",
            ["outcome"],
            registry=self._registry,
        )
        for outcome in OUTCOMES:
            self._queries.labels(outcome)
            self._query_seconds.labels(outcome)
        for outcome in ("replaced", "kept"):
            self._reloads.labels(outcome)
        self._registry.register(_State(engine, cache))
        ProcessCollector(registry=self._registry)

    def query(self, outcome: str, seconds: float, rows: int) -> None:
        """Count a query that ended, and the rows that it gave."""
        self._rows.inc(rows)
        self._queries.labels(outcome).inc()
        self._query_seconds.labels(outcome).observe(seconds)

    def request(self, scope: Scope, status: int) -> None:
        """Count a request that ended, by the address as it was declared: there are only so many of these."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(method, declared(scope), str(status)).inc()

    def reload(self, outcome: str) -> None:
        """Count an attempt to put a new dataset in place: `replaced` or `kept`."""
        self._reloads.labels(outcome).inc()

    def route(self) -> BaseRoute:
        """Return the route that shows the counts."""

        async def show(_: Request) -> Response:
            headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"}
            return Response(generate_latest(self._registry), headers=headers)

        return Route("/metrics", show, methods=["GET"], include_in_schema=False)


def declared(scope: Scope) -> str:
    """Return the address of a request as its route declares it, such as `/queries/{name}`.

    `other` where there is no route, and `/static/*` for what is mounted as a whole.
    """
    if "endpoint" not in scope:
        return "other"
    if mounted := scope.get("root_path"):
        return f"{mounted}/*"
    path, template = scope["path"], ""
    for name, value in reversed(scope.get("path_params", {}).items()):
        path, lookups, after = path.rpartition(str(value)) if value != "" else (path, True, "")
        if not lookups:
            return "other"
        template = f"{{{name}}}{after}{template}"
    return str(path) + template


class _State(Collector):
    """What is read off when the counts are asked for."""

    def __init__(self, engine: CurrentEngine, cache: Cache) -> None:
        self._engine, self._cache = engine, cache

    def collect(self) -> Iterable[Metric]:
        """Give what the engine and the cache say now."""
        yield _gauges("accordgraph_workers", "Processes of queries", "state", self._engine.sizes())
        ended = CounterMetricFamily(
            "accordgraph_worker_events",
            "Processes of queries that started, or ended and how",
            labels=["event"],
        )
        for event, count in self._engine.counts().items():
            ended.add_metric([event], count)
        yield ended
        cache = self._cache
        yield GaugeMetricFamily("accordgraph_cache_bytes", "Octets of answers that are kept", cache.size)
        yield GaugeMetricFamily("accordgraph_cache_entries", "Answers that are kept", len(cache))
        lookups = CounterMetricFamily(
            "accordgraph_cache_lookups", "Look-ups of answers, by what came of them", labels=["outcome"]
        )
        lookups.add_metric(["hit"], cache.hits)
        lookups.add_metric(["miss"], cache.misses)
        yield lookups
        yield GaugeMetricFamily("accordgraph_dataset_triples", "Triples of the dataset", self._engine.triples)
        yield InfoMetricFamily(
            "accordgraph_dataset",
            "The version of the server and the digest of the dataset",
            {"version": __version__, "digest": self._engine.digest},
        )


def _gauges(name: str, help_: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
