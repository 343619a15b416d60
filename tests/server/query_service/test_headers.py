"""What the headers of an answer tell: how long its query took, and where the limits stand."""

import re

import httpx
import pytest

from accordgraph.settings import Settings
from support.live_server import serving
from support.paths import DATASET

MANY = "SELECT * {" + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(8)) + "}"
"""65,536 rows, which take longer than the first part is waited for."""


@pytest.mark.parametrize("form", ["json", "csv", "html"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_time_is_told(http: httpx.Client, form: str, method: str) -> None:
    asked = {"query": f"ASK {{}} # {method} {form}", "format": form}
    first, second = (http.request(method, "/sparql", params=asked) for _ in range(2))
    took = re.fullmatch(r"query;dur=(\d+\.\d)", first.headers["server-timing"])
    assert took and 0 < float(took[1]) < 10_000
    assert second.headers["server-timing"] == "cache;desc=hit"
    assert first.headers["etag"] == second.headers["etag"]
    again = http.get("/sparql", params=asked, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and again.headers["etag"] == first.headers["etag"]
    assert "server-timing" not in again.headers, "a cache would take it for that of the answer it holds"


def test_a_streamed_answer_tells_what_its_first_part_took(http: httpx.Client) -> None:
    with http.stream("GET", "/sparql", params={"query": MANY, "format": "tsv"}) as answer:
        assert re.fullmatch(r"first;dur=\d+\.\d", answer.headers["server-timing"])


def test_a_query_that_fails_tells_no_time(http: httpx.Client) -> None:
    assert "server-timing" not in http.get("/sparql", params={"query": "ASK {"}).headers


def test_pages_of_other_origins_read_it(http: httpx.Client) -> None:
    headers = http.get("/sparql", params={"query": "ASK {}"}).headers
    assert "Server-Timing" in headers["access-control-expose-headers"].split(", ")
    assert headers["timing-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("method", "path", "others"),
    [
        ("GET", "/sparql?query=ASK%7B%7D", set()),
        ("GET", "/sparql?query=ASK%7B%7D&format=html", set()),
        ("OPTIONS", "/sparql", set()),
        ("GET", "/graph-store?default", set()),
        ("GET", "/queries/levels-of-a-theme.csv", {"describedby"}),
    ],
)
def test_the_limits_can_be_found_beforehand(method: str, path: str, others: set[str]) -> None:
    with serving(DATASET, Settings(answer_rows=77, answer_bytes=88_888)) as address:
        answer = httpx.request(method, address + path)
        assert answer.links.keys() == {"service-meta"} | others
        url = httpx.URL(address).join(answer.links["service-meta"]["url"])
        settings = {row["name"]: row["value"] for row in httpx.get(url).json()["settings"]}
    assert (settings["answer_rows"], settings["answer_bytes"]) == (77, 88_888)
    assert "x-sparql-maxrows" not in answer.headers, "clients take it for a sign that rows are left out"
