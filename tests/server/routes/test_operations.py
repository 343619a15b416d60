"""What those who run the server ask: does it live, does it answer, how is it set."""

import httpx
import pytest

from accordgraph import __version__
from accordgraph.server import running
from accordgraph.settings import Settings
from support.live_server import FREE, app_over, serving
from support.paths import DATASET


def test_health(http: httpx.Client) -> None:
    first, second = http.get("/health"), http.get("/health")
    assert first.headers["cache-control"] == "no-store"
    assert first.json()["version"] == __version__
    assert first.json()["since"] == second.json()["since"]
    assert 0 <= first.json()["uptime"] <= second.json()["uptime"]


def test_ready(http: httpx.Client) -> None:
    response = http.get("/ready")
    assert (response.status_code, response.json()["status"]) == (200, "ready")
    assert response.headers["cache-control"] == "no-store"
    assert http.head("/ready").status_code == 200


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (Settings(workers=0), "all places for queries are taken"),
        (Settings(query_bytes=1), "the limit is 1 bytes"),
    ],
)
def test_not_ready(settings: Settings, why: str) -> None:
    with running(app_over(DATASET, settings)) as address:
        response = httpx.get(f"{address}/ready")
        assert httpx.get(f"{address}/health").status_code == 200
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["type"].endswith("/problem/not-ready")
    assert why in response.json()["detail"]


def test_settings(http: httpx.Client) -> None:
    table = {row["name"]: row for row in http.get("/api/settings").json()["settings"]}
    assert table == {row["name"]: row for row in FREE.table()}
    assert table["query_seconds"] == {
        "name": "query_seconds",
        "value": 10.0,
        "unit": "seconds",
        "help": "maximum run time of a query",
    }
    assert not {"root", "build", "store", "host", "trusted_proxies"} & set(table)


def test_settings_as_a_page(http: httpx.Client) -> None:
    response = http.get("/api/settings", headers={"Accept": "text/html, */*;q=0.1"})
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    for row in FREE.table():
        assert f'<tr id="{row["name"]}">' in response.text
        assert str(row["help"]).replace("'", "&#39;") in response.text


def test_a_limit_that_is_told_is_a_setting_that_is_shown() -> None:
    with serving(DATASET, Settings(query_bytes=10)) as address:
        limit = httpx.get(f"{address}/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["limit"]
        shown = httpx.get(f"{address}/api/settings").json()["settings"]
    assert {row["name"]: row["value"] for row in shown}[limit] == 10


def test_headers_that_protect(http: httpx.Client) -> None:
    for path in ("/sparql?query=ASK{}", "/nowhere", "/sparql", "/metrics", "/health", "/api/search"):
        headers = http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert "server" not in headers and "content-security-policy" not in headers
    page = http.get("/sparql?query=ASK{}", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none';")
