"""`/metrics`: each way in which a query can end is made to happen, and counted; nothing else is."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote, urlsplit

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from accordgraph import __version__
from accordgraph.server.query_service.metrics import OUTCOMES, declared
from accordgraph.settings import Settings
from support.live_server import FREE, serving
from support.paths import DATASET

LONG = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(14)) + " }"

Sample = tuple[str, frozenset[tuple[str, str]]]


def samples(client: httpx.Client) -> dict[Sample, float]:
    response = client.get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def value(client: httpx.Client, name: str, **labels: str) -> float:
    return samples(client)[name, frozenset(labels.items())]


@contextmanager
def client_of(settings: Settings = FREE) -> Iterator[httpx.Client]:
    with serving(DATASET, settings) as address, httpx.Client(base_url=address) as client:
        yield client


def ask(client: httpx.Client, query: str = "ASK {}", **headers: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers=headers)


def leave(client: httpx.Client) -> None:
    """Ask something long and go away."""
    parts = urlsplit(str(client.base_url))
    with socket.create_connection((str(parts.hostname), int(parts.port or 0))) as connection:
        connection.sendall(f"GET /sparql?query={quote(LONG)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.1)


def spend(client: httpx.Client) -> None:
    for query in ("ASK {", "ASK {}"):
        ask(client, query)


def twice(client: httpx.Client) -> None:
    ask(client)
    ask(client)


def again(client: httpx.Client) -> None:
    ask(client, **{"If-None-Match": ask(client).headers["etag"]})


WAYS: list[tuple[str, Settings, Callable[[httpx.Client], object]]] = [
    ("answered", FREE, ask),
    ("cached", FREE, twice),
    ("not-modified", FREE, again),
    ("malformed", FREE, lambda client: ask(client, "ASK {")),
    ("evaluation", FREE, lambda client: ask(client, "ASK { FILTER(<urn:f>(1)) }")),
    ("refused", FREE, lambda client: ask(client, "ASK { SERVICE <urn:x> {} }")),
    ("limit", replace(FREE, query_patterns=1), lambda client: ask(client, LONG)),
    ("overloaded", replace(FREE, workers=0), ask),
    ("budget", replace(FREE, client_errors=1), spend),
    ("left", FREE, leave),
]


@pytest.mark.parametrize(("outcome", "settings", "happen"), WAYS, ids=[way[0] for way in WAYS])
def test_an_outcome_is_counted(
    outcome: str, settings: Settings, happen: Callable[[httpx.Client], object]
) -> None:
    with client_of(settings) as client:
        assert value(client, "accordgraph_queries_total", outcome=outcome) == 0
        happen(client)
        deadline = time.monotonic() + 5
        while not value(client, "accordgraph_queries_total", outcome=outcome):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert value(client, "accordgraph_queries_total", outcome=outcome) == 1
        assert value(client, "accordgraph_query_seconds_count", outcome=outcome) == 1


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv", "xlsx", "html"])
def test_rows_are_counted(form: str) -> None:
    with client_of() as client:
        client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }", "format": form}).raise_for_status()
        ask(client)
        assert value(client, "accordgraph_answer_rows_total") == 4


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld"])
def test_triples_are_counted(form: str) -> None:
    with client_of() as client:
        query = "CONSTRUCT WHERE { ?s ?p ?o }"
        client.get("/sparql", params={"query": query, "format": form}).raise_for_status()
        assert value(client, "accordgraph_answer_rows_total") == 4


def test_every_outcome_is_made_to_happen_but_failures() -> None:
    assert {way[0] for way in WAYS} | {"failed"} == set(OUTCOMES)


def test_requests_are_counted_by_declared_address() -> None:
    with client_of() as client:
        for path in ("/nowhere/1", "/nowhere/2", "/api/search?q=wet", "/api/search?q=xyz"):
            client.get(path)
        client.request("BREW", "/health")
        ask(client)
        name = "accordgraph_requests_total"
        assert value(client, name, method="GET", route="other", status="404") == 2
        assert value(client, name, method="GET", route="/api/search", status="200") == 2
        assert value(client, name, method="other", route="other", status="501") == 1
        assert value(client, name, method="GET", route="/sparql", status="200") == 1
        known = {dict(labels)["route"] for (found, labels) in samples(client) if found == name}
        assert known == {"other", "/api/search", "/sparql", "/metrics"}


@pytest.mark.parametrize(
    ("path", "values", "expected"),
    [
        ("/a", {}, "/a"),
        ("/queries/a", {"name": "a"}, "/queries/{name}"),
        ("/doc/be/act/one.ttl", {"path": "be/act/one", "form": "ttl"}, "/doc/{path}.{form}"),
        ("/a/a/a", {"a": "a", "b": "a"}, "/a/{a}/{b}"),
        ("/n/12", {"n": 12}, "/n/{n}"),
        ("/doc/", {"path": ""}, "/doc/{path}"),
        ("/n/012", {"n": 13}, "other"),
    ],
)
def test_declared_addresses(path: str, values: dict[str, object], expected: str) -> None:
    assert declared({"path": path, "path_params": values, "endpoint": None}) == expected
    assert declared({"path": path}) == "other"
    assert declared({"path": path, "endpoint": None, "root_path": "/static"}) == "/static/*"


def test_the_state_is_shown() -> None:
    with client_of() as client:
        digest = client.get("/health").json()["digest"]
        twice(client)
        assert value(client, "accordgraph_dataset_info", version=__version__, digest=digest) == 1
        assert value(client, "accordgraph_dataset_triples") == 4
        assert value(client, "accordgraph_workers", state="busy") == 0
        assert value(client, "accordgraph_workers", state="idle") > 0
        assert value(client, "accordgraph_worker_events_total", event="started") >= FREE.spare_workers
        assert value(client, "accordgraph_worker_events_total", event="lost") == 0
        assert value(client, "accordgraph_cache_entries") == 1
        assert value(client, "accordgraph_cache_bytes") > 0
        assert value(client, "accordgraph_cache_lookups_total", outcome="hit") == 1
        assert value(client, "accordgraph_cache_lookups_total", outcome="miss") == 1
        assert value(client, "accordgraph_reloads_total", outcome="replaced") == 0
        assert value(client, "process_resident_memory_bytes") > 0


def test_two_apps_do_not_count_for_each_other() -> None:
    with client_of() as one, client_of() as other:
        ask(one)
        assert value(one, "accordgraph_queries_total", outcome="answered") == 1
        assert value(other, "accordgraph_queries_total", outcome="answered") == 0
