"""`/api/search` over HTTP: forms, parameters, parts, entity tags, and a dataset that changes."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accordgraph.namespaces import ACG, BASE, ID, RDF, SKOS
from accordgraph.server import running
from accordgraph.settings import Settings
from serving import app_over, serving


def lines(*numbers: int) -> str:
    found = ""
    for number in numbers:
        thing = ID[f"be/opinion/nar-{number}"]
        found += f'{thing} {SKOS.prefLabel} "Avis n° {number} à l\'étude"@fr .\n'
        found += f'{thing} {SKOS.prefLabel} "Opinion {number}"@en .\n'
        found += f'{thing} {ACG.officialNumber} "{number}" .\n'
        found += f"{thing} {RDF.type} {ACG.Opinion} .\n"
    return found


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    dataset = tmp_path_factory.mktemp("search") / "dataset.nq"
    dataset.write_text(lines(*range(100, 125)), encoding="utf-8")
    with serving(dataset) as address, httpx.Client(base_url=address) as client:
        yield client


def search(client: httpx.Client, **parameters: object) -> httpx.Response:
    given = {name.rstrip("_"): str(value) for name, value in parameters.items()}
    return client.get("/api/search", params=given)


def test_a_result(opinions: httpx.Client) -> None:
    body = search(opinions, q="etude 107", language="fr").json()
    assert (body["query"], body["language"], body["total"]) == ("etude 107", "fr", 1)
    assert body["results"] == [
        {
            "iri": f"{BASE}id/be/opinion/nar-107",
            "address": "/id/be/opinion/nar-107",
            "label": "Avis n° 107 à l'étude",
            "language": "fr",
            "class": {"iri": ACG.Opinion.value, "label": "ontology#Opinion"},
            "level": None,
            "match": {
                "field": "label",
                "language": "fr",
                "text": "Avis n° 107 à l'étude",
                "marks": [[8, 11], [16, 21]],
            },
        }
    ]


def test_labels_of_another_language(opinions: httpx.Client) -> None:
    for language, label in (("fr", "Avis n° 107 à l'étude"), ("fr-BE", "Avis n° 107 à l'étude")):
        assert search(opinions, q="107", language=language).json()["results"][0]["label"] == label
    result = search(opinions, q="107", language="pl").json()["results"][0]
    assert (result["label"], result["language"]) == ("Opinion 107", "en")


def test_csv(opinions: httpx.Client) -> None:
    response = search(opinions, q="107", format="csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(response.text))
    assert (row["iri"], row["field"], row["text"]) == (f"{BASE}id/be/opinion/nar-107", "number", "107")
    assert (
        opinions.get("/api/search", params={"q": "107"}, headers={"Accept": "text/csv"}).text == response.text
    )


def test_parts_lead_to_each_other(opinions: httpx.Client) -> None:
    found: list[str] = []
    address: str | None = "/api/search?q=opinion&limit=10"
    while address:
        response = opinions.get(address)
        found += [result["iri"] for result in response.json()["results"]]
        assert ("prev" in response.links) == ("offset" in address)
        following = response.links.get("next")
        address = urljoin(str(response.url), following["url"]) if following else None
    assert len(found) == len(set(found)) == 25


def test_a_class(opinions: httpx.Client) -> None:
    for name, total in (("Opinion", 25), ("acg:Opinion", 25), (ACG.Opinion.value, 25), ("acg:Act", 0)):
        assert search(opinions, q="opinion", class_=name).json()["total"] == total


def test_what_did_not_change_is_not_sent_again(opinions: httpx.Client) -> None:
    response = search(opinions, q="opinion", limit=100)
    assert response.headers["content-encoding"] in ("gzip", "zstd")
    again = opinions.get(response.url, headers={"If-None-Match": f'"x", {response.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", response.headers["etag"])
    other = search(opinions, q="opinion", limit=99)
    assert other.headers["etag"] != response.headers["etag"]
    head = opinions.head(response.url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == response.headers["etag"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%21", "q"),
        ("q=%00%EF%BF%BF", "q"),
        ("q=" + "+".join(f"w{number}" for number in range(13)), "q"),
        ("q=" + "x" * 201, "q"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=101", "limit"),
        ("q=a&offset=-1", "offset"),
        ("q=a&offset=99999999999999999999999", "offset"),
        ("q=a&language=", "language"),
        ("q=a&language=fr%27", "language"),
        ("q=a&class=not:%20an%20iri", "class"),
        ("q=a&colour=red", "colour"),
        ("q=a&lang=fr", "lang"),
    ],
)
def test_parameters_that_do_not_fit(opinions: httpx.Client, query: str, parameter: str) -> None:
    response = opinions.get(f"/api/search?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize(
    "accept",
    [
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "text/html, application/json;q=0.1",
        "*/*",
        "",
    ],
)
def test_a_browser_sees_json(opinions: httpx.Client, accept: str) -> None:
    response = opinions.get("/api/search?q=a", headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")


def test_no_form_fits(opinions: httpx.Client) -> None:
    response = opinions.get("/api/search?q=a", headers={"Accept": "image/png"})
    assert (response.status_code, response.json()["available"]) == (406, ["application/json", "text/csv"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=st.text(max_size=80), class_=st.text(max_size=10), language=st.sampled_from(["en", "fr", "xx"]))
def test_nothing_that_is_sent_breaks_it(opinions: httpx.Client, q: str, class_: str, language: str) -> None:
    response = search(opinions, q=q, class_=class_, language=language)
    assert response.status_code in (200, 422)
    if response.status_code == 200:
        assert response.json()["total"] >= len(response.json()["results"])


def test_an_index_that_cannot_be_made_keeps_nothing_else(tmp_path: Path) -> None:
    dataset = tmp_path / "dataset.nq"
    dataset.write_text(lines(1), encoding="utf-8")
    with running(app_over(dataset, Settings(query_bytes=100))) as address:
        assert httpx.get(f"{address}/sparql", params={"query": "ASK {}"}).status_code == 200
        response = httpx.get(f"{address}/api/search", params={"q": "opinion"})
        assert (response.status_code, response.json()["limit"]) == (413, "query_bytes")
