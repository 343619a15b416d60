"""The list of the library over HTTP: every query is on it, in every form, and editors find it as examples."""

import csv
import io
from html import unescape

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.library.catalogue import Library, iri_of
from accordgraph.namespaces import BASE, PREFIXES, RDF, SH
from accordgraph.project import find_project
from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.server.routes.queries import LISTS
from support.html_page import HTML
from support.sparql_client import ask, problem, rows

LIBRARY = Library.load(find_project().queries)

EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sq ?comment ?query WHERE { ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ;
sh:select|sh:ask|sh:construct ?query } ORDER BY ?sq"""
"""What editors ask to find examples."""


def test_the_list_names_every_file(whole: httpx.Client) -> None:
    listed = whole.get("/queries").json()["queries"]
    files = {path.stem for path in find_project().queries.rglob("*.rq")}
    assert {query["name"] for query in listed} == files == set(LIBRARY.queries)
    (theme,) = [query for query in listed if query["name"] == "levels-of-a-theme"]
    assert theme["parameters"] == [
        {"name": "theme", "type": "concept(theme)", "description": "The theme", "default": ["telework"]}
    ]
    assert (theme["gives"], theme["address"]) == ("solutions", "/queries/levels-of-a-theme")
    assert theme["iri"] == BASE + theme["address"][1:]
    assert theme["forms"] == ["json", "xml", "csv", "tsv", "html", "xlsx"]


def test_the_list_as_csv_and_as_a_page(whole: httpx.Client) -> None:
    table = list(csv.DictReader(io.StringIO(whole.get("/queries", params={"format": "csv"}).text)))
    assert [row["name"] for row in table] == list(LIBRARY.queries)
    page = whole.get("/queries", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert all(f'href="{row["address"]}"' in page.text for row in table)


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "Rules of quality"),
        ("fr", "Règles de qualité"),
        ("nl", "Kwaliteitsregels"),
        ("de", "Qualitätsregeln"),
    ],
)
def test_summaries_are_in_the_language_of_the_page(whole: httpx.Client, language: str, heading: str) -> None:
    listed = unescape(whole.get("/queries", params={"format": "html", "lang": language}).text)
    assert heading in listed
    name = "telework-allowances"
    summary = LIBRARY.queries[name].summary_in(language)
    assert f">{summary}</a>" in listed
    page = unescape(whole.get(f"/queries/{name}.html", params={"lang": language}).text)
    assert f"<h1>{summary}</h1>" in page


@pytest.mark.parametrize("accept", [form.media_type for form in formats.GRAPHS if form.format])
def test_editors_find_the_queries_as_examples(whole: httpx.Client, accept: str) -> None:
    response = whole.get("/queries", headers={"Accept": accept})
    assert response.headers["content-type"].partition(";")[0] == accept
    examples = ox.Store()
    examples.extend(ox.parse(response.content, ox.RdfFormat.from_media_type(accept)))
    found = examples.query(EXAMPLES)
    assert isinstance(found, ox.QuerySolutions)
    texts = {str(row["sq"]): (row["comment"], row["query"]) for row in found}
    assert len(texts) == len(LIBRARY.queries)
    for query in LIBRARY.queries.values():
        comment, text = texts[f"<{iri_of(query)}>"]
        assert isinstance(comment, ox.Literal) and isinstance(text, ox.Literal)
        assert (comment.value, text.value) == (query.summary, query.text)
    declared = {
        quad.object.value
        for quad in examples.quads_for_pattern(None, SH.prefix, None)
        if isinstance(quad.object, ox.Literal)
    }
    assert declared == set(PREFIXES)
    constructs = examples.quads_for_pattern(None, RDF.type, SH.SPARQLConstructExecutable)
    assert len(list(constructs)) == sum(query.gives == "graph" for query in LIBRARY.queries.values())


def test_editors_find_examples_at_the_endpoint(whole: httpx.Client) -> None:
    found = {row["sq"]: row["query"] for row in rows(ask(whole, EXAMPLES))}
    asked = [query for kind in ("competency", "views") for query in LIBRARY.kinds[kind]]
    assert found == {iri_of(query): query.text for query in asked}
    text = "SELECT ?prefix ?namespace { [] sh:namespace ?namespace ; sh:prefix ?prefix }"
    declared = {row["prefix"]: row["namespace"] for row in rows(ask(whole, text))}
    assert declared == PREFIXES


@pytest.mark.parametrize("form", [form for form in LISTS if form != formats.HTML])
def test_the_list_by_suffix(whole: httpx.Client, form: Form) -> None:
    by_suffix = whole.get(f"/queries.{form.name}", headers=HTML)
    assert by_suffix.headers["content-type"] == form.content_type
    assert by_suffix.content == whole.get("/queries", params={"format": form.name}).content


def test_the_list_has_no_other_suffix(whole: httpx.Client) -> None:
    problem(whole.get("/queries.pdf"), 404, "not-found")
    problem(whole.get("/queries."), 404, "not-found")
