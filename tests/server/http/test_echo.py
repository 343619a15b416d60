"""What an error repeats of a request is short, however long the request is."""

from typing import Any

import httpx
import pytest

LONG = "y" * 5_000
SPARQL: list[dict[str, Any]] = [
    {"query": f"{LONG} {{}}"},
    {"query": f"SELECT * {{ ?s {LONG}:a ?o }}"},
    {"query": f"SELECT * {{ ?s a:{LONG} ?o }}"},
    {"query": f"SELECT * {{ ?s ?p ?o }} {LONG}"},
    {"query": f"SELECT * {{ ?s <{LONG} > ?o }}"},
    {"query": "ASK {}", "default-graph-uri": LONG},
]
PATHS = [
    f"/{LONG}",
    f"/id/{LONG}",
    f"/doc/{LONG}",
    f"/concept/{LONG}",
    f"/ontology.{LONG}",
    f"/shapes.{LONG}",
    f"/problem/{LONG}",
    f"/graph/{LONG}",
    f"/graph-store?graph=urn:{LONG}",
    f"/graph-store?graph={LONG}",
    f"/queries/{LONG}",
    f"/queries/levels-of-a-theme?{LONG}={LONG}",
    f"/queries/levels-of-a-theme?theme={LONG}",
    f"/queries/levels-of-a-theme?limit={LONG}",
    f"/api/search?q=a&class={LONG}%20{LONG}:%20",
]


def check(response: httpx.Response) -> None:
    assert response.status_code in (400, 404, 422), response.text[:300]
    assert "yyyyy" in response.text
    assert LONG[:101] not in response.text


@pytest.mark.parametrize("sent", SPARQL)
def test_queries(http: httpx.Client, sent: dict[str, Any]) -> None:
    check(http.post("/sparql", data=sent, timeout=30))


@pytest.mark.parametrize("path", PATHS)
def test_addresses(http: httpx.Client, path: str) -> None:
    check(http.get(path))
