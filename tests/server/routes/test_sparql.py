"""The endpoint by real requests: every form of answers, every way to ask, and the graphs that are asked."""

import csv
import io
import json
from collections.abc import Callable
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.namespaces import BASE
from support.sparql_client import COUNT, ask, count

ROW = "SELECT ?label ?day ?none { ?s acg:publishedOn ?day ; skos:prefLabel ?label }"
LABEL, DAY = 'Wet "één", met\nregel', "2022-10-03"
GRAPH = "CONSTRUCT { ?s acg:publishedOn ?day ; a acg:Act } WHERE { ?s acg:publishedOn ?day }"
QUERY = "application/sparql-query"


def from_json(body: bytes) -> list[str | None]:
    binding = json.loads(body)["results"]["bindings"][0]
    assert binding["label"]["xml:lang"] == "nl"
    return [binding[name]["value"] if name in binding else None for name in ("label", "day", "none")]


def from_xml(body: bytes) -> list[str | None]:
    space = {"s": "http://www.w3.org/2005/sparql-results#"}
    result = ElementTree.fromstring(body).findall(".//s:result/s:binding", space)
    values: dict[str, str | None] = {found.attrib["name"]: found[0].text for found in result}
    return [values.get(name) for name in ("label", "day", "none")]


def from_csv(body: bytes) -> list[str | None]:
    head, row = csv.reader(io.StringIO(body.decode(), newline=""))
    assert head == ["label", "day", "none"]
    return [value or None for value in row]


def from_tsv(body: bytes) -> list[str | None]:
    head, row = body.decode().splitlines()
    assert head == "?label\t?day\t?none"
    label, day, none = row.split("\t")
    assert label.endswith("@nl")
    return [json.loads(label.removesuffix("@nl")), json.loads(day.partition("^^")[0]), none or None]


@pytest.mark.parametrize(
    ("accept", "content_type", "parse"),
    [
        ("*/*", "application/sparql-results+json", from_json),
        ("application/sparql-results+json", "application/sparql-results+json", from_json),
        ("application/json", "application/json", from_json),
        ("application/sparql-results+xml", "application/sparql-results+xml", from_xml),
        ("text/csv", "text/csv; charset=utf-8", from_csv),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", from_tsv),
        ("image/png, text/csv;q=0.4, text/*;q=0.3", "text/csv; charset=utf-8", from_csv),
    ],
)
def test_solutions(
    http: httpx.Client, accept: str, content_type: str, parse: Callable[[bytes], list[str | None]]
) -> None:
    response = ask(http, ROW, accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == content_type
    assert "Accept" in response.headers["vary"]
    assert parse(response.content) == [LABEL, DAY, None]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    ],
)
def test_graphs(http: httpx.Client, accept: str, form: ox.RdfFormat) -> None:
    response = ask(http, GRAPH, accept)
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == accept
    triples = {str(ox.Triple(q.subject, q.predicate, q.object)) for q in ox.parse(response.content, form)}
    assert len(triples) == 2
    assert any(DAY in triple for triple in triples)


def test_a_graph_is_turtle_with_the_prefixes_it_uses(http: httpx.Client) -> None:
    response = ask(http, "DESCRIBE <be/act/one>")
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    assert "@prefix acg:" in response.text
    assert "@prefix qb:" not in response.text
    assert "a acg:Act" in response.text


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "application/sparql-results+xml"])
def test_booleans(http: httpx.Client, accept: str) -> None:
    assert "true" in ask(http, "ASK { ?s a acg:Act }", accept).text
    assert "false" in ask(http, "ASK { ?s a acg:Plan }", accept).text


@pytest.mark.parametrize(
    "send",
    [
        lambda http: http.get("/sparql", params={"query": COUNT}),
        lambda http: http.post("/sparql", data={"query": COUNT}),
        lambda http: http.post("/sparql", content=COUNT, headers={"Content-Type": QUERY}),
        lambda http: http.post("/sparql", content=COUNT, headers={"Content-Type": f"{QUERY}; charset=UTF-8"}),
    ],
    ids=["get", "form", "direct", "direct with charset"],
)
def test_ways_to_ask(http: httpx.Client, send: Callable[[httpx.Client], httpx.Response]) -> None:
    assert count(send(http)) == 4


def test_head(http: httpx.Client) -> None:
    response = http.head("/sparql", params={"query": COUNT})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "application/sparql-results+json"


def test_the_same_question_has_the_same_bytes(http: httpx.Client) -> None:
    assert len({ask(http, "CONSTRUCT WHERE { ?s ?p ?o }").content for _ in range(5)}) == 1


A, B = f"{BASE}graph/a", f"{BASE}graph/b"
NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


@pytest.mark.parametrize(
    ("query", "parameters", "expected"),
    [
        (COUNT, {}, 4),
        (NAMED, {}, 5),
        (COUNT, {"default-graph-uri": [A]}, 2),
        (COUNT, {"default-graph-uri": [A, B]}, 4),
        (COUNT, {"default-graph-uri": [B, B]}, 3),
        (COUNT, {"named-graph-uri": [A]}, 0),
        (NAMED, {"default-graph-uri": [A, B]}, 0),
        (NAMED, {"default-graph-uri": [A, B], "named-graph-uri": [B]}, 3),
        (COUNT, {"default-graph-uri": ["urn:absent"]}, 0),
        (COUNT.replace("{", f"FROM <{A}> {{"), {}, 2),
        (COUNT.replace("{", f"FROM <{A}> FROM <{B}> {{"), {}, 4),
        (COUNT.replace("{", f"FROM NAMED <{A}> {{"), {}, 0),
        (NAMED.replace("{", f"FROM <{A}> FROM <{B}> FROM NAMED <{B}> {{", 1), {}, 3),
        (f"PREFIX g: <{BASE}graph/> " + COUNT.replace("{", "FROM g:a FROM # <urn:x>\n g:b {"), {}, 4),
        (f"BASE <{BASE}> " + COUNT.replace("{", "FROM <graph/a> FROM <graph/b> {"), {}, 4),
        (COUNT.replace("{", f"FROM <{A}> FROM <{B}> {{"), {"default-graph-uri": [A]}, 2),
        (COUNT.replace("{", f"FROM <{A}> FROM <{B}> {{"), {"named-graph-uri": [A]}, 0),
    ],
)
def test_a_triple_in_two_graphs_counts_once(
    http: httpx.Client, query: str, parameters: dict[str, list[str]], expected: int
) -> None:
    assert count(http.get("/sparql", params={"query": query, **parameters})) == expected
    assert count(http.post("/sparql", data={"query": query, **parameters})) == expected


@pytest.mark.parametrize(
    ("parameters", "media_type"),
    [
        ({"output": "csv"}, "text/csv"),
        ({"output": "csv", "format": "tsv"}, "text/tab-separated-values"),
        ({"format": "zip"}, "application/sparql-results+xml"),
        ({"format": "application/json"}, "application/json"),
    ],
)
def test_the_form_by_name(http: httpx.Client, parameters: dict[str, str], media_type: str) -> None:
    accept = {"Accept": "application/sparql-results+xml"}
    sent = {"query": COUNT} | parameters
    for response in (
        http.get("/sparql", params=sent, headers=accept),
        http.post("/sparql", data=sent, headers=accept),
    ):
        assert response.headers["content-type"].partition(";")[0] == media_type


def test_lines_of_a_header_are_one_list(http: httpx.Client) -> None:
    sent = [("Accept", "text/csv;q=0.1"), ("Accept", "text/tab-separated-values")]
    response = http.request("GET", "/sparql", params={"query": COUNT}, headers=sent)
    assert response.headers["content-type"].startswith("text/tab-separated-values")
    tag = http.get("/queries").headers["etag"]
    known = [("If-None-Match", '"another"'), ("If-None-Match", tag)]
    assert http.request("GET", "/queries", headers=known).status_code == 304
    codings = [("Accept-Encoding", "gzip;q=0.5"), ("Accept-Encoding", "zstd")]
    assert http.request("GET", "/queries", headers=codings).headers["content-encoding"] == "zstd"
    languages = [("Accept", "text/html"), ("Accept-Language", "de;q=0.1"), ("Accept-Language", "nl")]
    assert '<html lang="nl"' in http.request("GET", "/queries", headers=languages).text


def test_other_origins_may_ask(http: httpx.Client) -> None:
    headers = {"Origin": "https://example.org"}
    response = http.get("/sparql", params={"query": "ASK {}"}, headers=headers)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    headers |= {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    assert http.options("/sparql", headers=headers).status_code == 204
