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

from accordgraph.namespaces import ACG, BASE, ID, OWL, RDF, RDFS, SKOS
from accordgraph.server import running
from accordgraph.settings import Settings
from support.live_server import app_over, serving


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
    defined = f"{ACG.Act} {RDF.type} {OWL.Class} .\n{ACG.Report} {RDFS.subClassOf} {ACG.Instrument} .\n"
    dataset.write_text(defined + lines(*range(100, 125)), encoding="utf-8")
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
    for asked, label, language in (
        ({"language": "fr"}, "Avis n° 107 à l'étude", "fr"),
        ({"language": "fr-BE"}, "Avis n° 107 à l'étude", "fr"),
        ({"lang": "FR"}, "Avis n° 107 à l'étude", "fr"),
        ({"lang": "fr", "language": "fr-Latn-BE"}, "Avis n° 107 à l'étude", "fr"),
        ({"language": "en-GB"}, "Opinion 107", "en"),
        ({"lang": "nl"}, "Opinion 107", "en"),
        ({}, "Opinion 107", "en"),
    ):
        result = search(opinions, q="107", **asked).json()["results"][0]
        assert (result["label"], result["language"]) == (label, language), asked
    assert search(opinions, q="107", lang="nl").json()["language"] == "nl"


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
    address: str | None = "/api/search?q=opinion&limit=10&lang=fr&format=json"
    while address:
        response = opinions.get(address)
        found += [result["iri"] for result in response.json()["results"]]
        assert ("prev" in response.links) == ("offset" in address)
        assert response.json()["language"] == "fr"
        following = response.links.get("next")
        address = urljoin(str(response.url), following["url"]) if following else None
    assert len(found) == len(set(found)) == 25


@pytest.mark.parametrize(("offset", "before"), [(5, 0), (24, 14), (25, 15), (40, 20), (100_000, 20)])
def test_before_a_part_is_one_that_holds_something(opinions: httpx.Client, offset: int, before: int) -> None:
    response = search(opinions, q="opinion", limit="10", offset=str(offset))
    assert response.links["prev"]["url"] == f"?q=opinion&limit=10&offset={before}"


def test_a_class(opinions: httpx.Client) -> None:
    for name, total in (
        ("Opinion", 25),
        ("acg:Opinion", 25),
        (ACG.Opinion.value, 25),
        (f"<{ACG.Opinion.value}>", 25),
        ("acg:Act", 0),
        ("Report", 0),
        ("Instrument", 0),
        ("owl:Class", 0),
        ("", 25),
    ):
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
    ("query", "faults"),
    [
        ("", [("q", "", "nothing is searched for")]),
        ("q=", [("q", "", "holds no word")]),
        ("q=%20%21", [("q", " !", "holds no word")]),
        ("q=%00%EF%BF%BF", [("q", "\0\uffff", "holds no word")]),
        ("q=" + "+".join("abcdefghijklm"), [("q", "a b c d e f g h i j k l m", "is more than 12 words")]),
        ("q=" + "x" * 201, [("q", "x" * 99 + "…", "is longer than 200 characters")]),
        ("q=a&q=b", [("q", "b", "'a', 'b' is more than one value; give one")]),
        ("q=a&limit=0", [("limit", "0", "'0' is not one whole number from 1 to 100")]),
        ("q=a&limit=101", [("limit", "101", "from 1 to 100")]),
        ("q=a&limit=1&limit=2", [("limit", "2", "'1', '2' is not one whole number")]),
        ("q=a&limit=", [("limit", "", "one whole number")]),
        ("q=a&offset=-1", [("offset", "-1", "from 0 to 100000")]),
        ("q=a&offset=99999999999999999999999", [("offset", "99999999999999999999999", "from 0")]),
        ("q=a&language=", [("language", "", "one of the languages en, fr, nl, de, nor a tag")]),
        ("q=a&language=fr%27", [("language", "fr'", "is not one of the languages")]),
        ("q=a&language=xx", [("language", "xx", "'xx' is not one of the languages en, fr, nl, de")]),
        ("q=a&language=fra", [("language", "fra", "'fra' is not one of the languages")]),
        ("q=a&lang=pl-PL", [("lang", "pl-PL", "one of the languages en, fr, nl, de")]),
        ("q=a&language=fr&language=fr", [("language", "fr", "is more than one value")]),
        (
            "q=a&lang=nl&language=fr",
            [("lang", "nl", "language is 'fr' and lang is 'nl'; they mean the same")],
        ),
        ("q=a&class=not:%20an%20iri", [("class", "not: an iri", "is not the IRI of a class")]),
        ("q=a&class=foo:bar", [("class", "foo:bar", "there is no prefix 'foo', there are: acg, ")]),
        ("q=a&class=Nope", [("class", "Nope", "'Nope' is no class that the graph has")]),
        ("q=a&class=acg:implements", [("class", "acg:implements", "is no class that the graph has")]),
        ("q=a&class=%3Cfoo:bar%3E", [("class", "<foo:bar>", "is no class that the graph has")]),
        ("q=a&class=Act&class=Opinion", [("class", "Opinion", "is more than one value")]),
        ("q=a&colour=red", [("colour", "red", "there are: q, language, lang, class, limit, offset, format")]),
        (
            "limit=0&class=Nope&colour=red",
            [("colour", "red", ""), ("limit", "0", ""), ("q", "", ""), ("class", "Nope", "")],
        ),
    ],
)
def test_parameters_that_do_not_fit(
    opinions: httpx.Client, query: str, faults: list[tuple[str, str, str]]
) -> None:
    response = opinions.get(f"/api/search?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    told = [(error["parameter"], error["value"]) for error in body["errors"]]
    assert told == [fault[:2] for fault in faults]
    for error, (parameter, _, detail) in zip(body["errors"], faults, strict=True):
        assert set(error) == {"parameter", "value", "detail"}
        assert detail in error["detail"] and f"{parameter}: {error['detail']}" in body["detail"]


def test_the_last_form_counts_and_what_is_no_utf_8_is_told(opinions: httpx.Client) -> None:
    response = opinions.get("/api/search?q=107&format=json&format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert opinions.get("/api/search?q=%FF").status_code == 400


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
@given(
    q=st.text(max_size=80),
    class_=st.one_of(st.sampled_from(["", "Opinion", "acg:Act"]), st.text(max_size=10)),
    language=st.sampled_from(["en", "fr-BE", "DE", "xx"]),
)
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
