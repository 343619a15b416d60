"""What programs send that were made for other endpoints: taken where its meaning is plain."""

import gzip
import re

import httpx
import pytest

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
QUERY = {"Content-Type": "application/sparql-query"}
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_an_empty_graph_is_none(http: httpx.Client, name: str) -> None:
    """As the form of Virtuoso sends it, among names that mean nothing here."""
    asked = {name: "", "query": COUNT, "format": "text/csv", "timeout": "0", "signal_void": "on"}
    assert http.get("/sparql", params=asked).text == "n\r\n4\r\n"
    assert http.post("/sparql", data=asked).text == "n\r\n4\r\n"
    assert http.get("/sparql", params=asked | {name: " "}).status_code == 400


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/graph-store?default", "text/turtle"),
        ("/api/search?q=act", "application/json"),
        ("/sparql?query=ASK{}", "text/html"),
        ("/void", "text/html"),
    ],
)
def test_the_header_of_java(http: httpx.Client, path: str, content_type: str) -> None:
    answer = http.get(path, headers={"Accept": JAVA})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == content_type


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, identity", "nonsense"])
@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_a_body_in_a_coding_is_refused(http: httpx.Client, method: str, coding: str) -> None:
    headers = QUERY | {"Content-Encoding": coding}
    answer = http.request(method, "/sparql", content=gzip.compress(COUNT.encode()), headers=headers)
    assert answer.status_code == 415
    assert answer.json()["type"].endswith("/unsupported-media-type") and coding in answer.json()["detail"]
    assert answer.headers["accept-encoding"] == "identity"


def test_a_body_in_no_coding_is_read(http: httpx.Client) -> None:
    headers = QUERY | {"Content-Encoding": "Identity", "Accept": "text/csv"}
    assert http.post("/sparql", content=COUNT, headers=headers).text == "n\r\n4\r\n"


def test_a_query_in_the_address_is_sent_by_get(http: httpx.Client) -> None:
    answer = http.post("/sparql", params={"query": COUNT})
    assert answer.status_code == 415 and answer.json()["detail"].endswith("use GET")


def test_a_spreadsheet_has_a_name(http: httpx.Client) -> None:
    answer = http.get("/sparql", params={"query": COUNT, "format": "xlsx"})
    assert answer.headers["content-disposition"] == 'attachment; filename="results.xlsx"'
    assert "content-disposition" not in http.get("/sparql", params={"query": COUNT}).headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_slash_too_many_leads_to_the_endpoint(http: httpx.Client, method: str) -> None:
    response = http.request(method, "/sparql/?query=ASK%20%7B%7D&format=json", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (
        308,
        "/sparql?query=ASK%20%7B%7D&format=json",
    )


@pytest.mark.parametrize("parameters", ["graph=urn:x", "default"])
def test_parameters_of_the_graph_store_name_the_graph_store(http: httpx.Client, parameters: str) -> None:
    response = http.get(f"/sparql?{parameters}")
    assert response.status_code == 400
    assert "/graph-store" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/doc/be/act/one", "/doc/be/act/one.jsonld", "/void"])
def test_json_ld_has_one_alternate(small: httpx.Client, path: str) -> None:
    link = small.get(path, headers={"Accept": "application/ld+json"}).headers["link"]
    assert re.findall('rel="alternate"; type="([^"]*)"', link) == ["text/html"]
