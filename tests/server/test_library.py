"""The library over HTTP: the list, every query in every form, and parameters right and wrong."""

import csv
import io
import json
import zipfile
from functools import cache
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from accordgraph import forms
from accordgraph.assets import find_project
from accordgraph.build import assemble
from accordgraph.forms import Form
from accordgraph.library import Library, iri_of
from accordgraph.namespaces import BASE, CONCEPT, PREFIXES, RDF, SH
from accordgraph.queries import Query
from accordgraph.server.library import LISTS
from accordgraph.store import MemoryStore

LIBRARY = Library.load(find_project().queries)
THEME = "/queries/levels-of-a-theme"
every = pytest.mark.parametrize("name", LIBRARY.queries)

EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sq ?comment ?query WHERE { ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ;
sh:select|sh:ask|sh:construct ?query } ORDER BY ?sq"""
"""What editors ask to find examples."""


@cache
def store() -> MemoryStore:
    return MemoryStore(assemble(find_project()).nquads)


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    bindings = response.json()["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in bindings]


def problem(response: httpx.Response, status: int, kind: str) -> dict[str, list[dict[str, str]]]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert isinstance(body, dict) and body["type"] == f"{BASE}problem/{kind}"
    return body


def test_the_list_names_every_file(whole: httpx.Client) -> None:
    listed = whole.get("/queries").json()["queries"]
    files = {path.stem for path in find_project().queries.rglob("*.rq")}
    assert {query["name"] for query in listed} == files == set(LIBRARY.queries)
    (theme,) = [query for query in listed if query["address"] == THEME]
    assert theme["parameters"] == [
        {"name": "theme", "type": "concept(theme)", "description": "The theme", "default": ["telework"]}
    ]
    assert (theme["gives"], theme["iri"]) == ("solutions", f"{BASE}queries/levels-of-a-theme")
    assert theme["forms"] == ["json", "xml", "csv", "tsv", "html", "xlsx"]


def test_the_list_as_csv_and_as_a_page(whole: httpx.Client) -> None:
    table = list(csv.DictReader(io.StringIO(whole.get("/queries", params={"format": "csv"}).text)))
    assert [row["name"] for row in table] == list(LIBRARY.queries)
    page = whole.get("/queries", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert all(f'href="{row["address"]}"' in page.text for row in table)


@pytest.mark.parametrize("accept", [form.media_type for form in forms.GRAPHS if form.format])
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
    found = {row["sq"]: row["query"] for row in rows(whole.get("/sparql", params={"query": EXAMPLES}))}
    asked = [query for kind in ("competency", "views") for query in LIBRARY.kinds[kind]]
    assert found == {iri_of(query): query.text for query in asked}
    text = "SELECT ?prefix ?namespace { [] sh:namespace ?namespace ; sh:prefix ?prefix }"
    declared = {row["prefix"]: row["namespace"] for row in rows(whole.get("/sparql", params={"query": text}))}
    assert declared == PREFIXES


@every
def test_every_query_answers_as_the_engine_does(whole: httpx.Client, name: str) -> None:
    query, output = LIBRARY.queries[name], io.BytesIO()
    answer = store().query(query.text)
    form = "ttl" if answer.is_graph else "json"
    answer.write(output, forms.ALL[form].format)  # type: ignore[arg-type]
    response = whole.get(f"/queries/{name}")
    assert response.status_code == 200, response.text
    assert response.content == output.getvalue()
    assert whole.get(f"/queries/{name}.rq").text == query.text


@pytest.mark.parametrize("name", ["levels-of-a-theme", "claims-about-a-thing"])
def test_every_form_by_suffix_by_name_and_by_accept(whole: httpx.Client, name: str) -> None:
    available = forms.GRAPHS if LIBRARY.queries[name].gives == "graph" else forms.RESULTS
    for form in available:
        by_suffix = whole.get(f"/queries/{name}.{form.name}")
        by_name = whole.get(f"/queries/{name}", params={"format": form.name})
        by_accept = whole.get(f"/queries/{name}", headers={"Accept": form.media_type})
        assert by_suffix.status_code == by_name.status_code == by_accept.status_code == 200
        types = {response.headers["content-type"] for response in (by_suffix, by_name, by_accept)}
        assert types == {form.content_type}
        if form != forms.HTML:  # a page shows its address
            assert by_suffix.content == by_name.content == by_accept.content
    other = "csv" if available is forms.GRAPHS else "trig"
    assert problem(whole.get(f"/queries/{name}.{other}"), 406, "not-acceptable")["available"]


def test_a_query_that_gives_rows_describes_itself_in_rdf(whole: httpx.Client) -> None:
    iri = f"{BASE}queries/levels-of-a-theme"
    found = rdflib.Graph().parse(data=whole.get(f"{THEME}.ttl").text, format="turtle")
    text = found.value(rdflib.URIRef(iri), rdflib.SH.select)
    assert str(text) == LIBRARY.queries["levels-of-a-theme"].text


@pytest.mark.parametrize(
    ("query", "themes"),
    [
        ("", ["telework"]),
        ("theme=training", ["training"]),
        ("theme=theme:training", ["training"]),
        (f"theme={quote(CONCEPT)}theme/training", ["training"]),
        ("theme=training&theme=telework", ["telework", "training"]),
    ],
)
def test_parameters(whole: httpx.Client, query: str, themes: list[str]) -> None:
    found = {row["theme"] for row in rows(whole.get(f"{THEME}?{query}"))}
    assert sorted(found) == [f"{CONCEPT}theme/{theme}" for theme in themes]
    text = whole.get(f"{THEME}.rq?{query}").text
    assert rows(whole.get("/sparql", params={"query": text})) == rows(whole.get(f"{THEME}?{query}"))


@pytest.mark.parametrize(
    ("name", "query", "count"),
    [
        ("instruments-from-before-the-reporting-period", "before=2015-01-01", 6),
        ("instruments-from-before-the-reporting-period", "before=2015-01-01&before=1970-01-01", 6),
        ("bodies-by-measures-they-run", "least=4", 4),
        ("amounts-of-money-in-full", "least=252900000.0", 2),
        ("amounts-of-money-in-full", "least=252900000.1", 1),
        ("excluded-workers-and-the-judgement-on-it", "judged=true", 2),
    ],
)
def test_a_date_an_integer_a_decimal_and_a_boolean(
    whole: httpx.Client, name: str, query: str, count: int
) -> None:
    assert (
        len(rows(whole.get(f"/queries/{name}?{query}"))) == count < len(rows(whole.get(f"/queries/{name}")))
    )


@pytest.mark.parametrize(
    ("address", "faults"),
    [
        (f"{THEME}?theme=golf", [("theme", "golf", "not a concept of the scheme theme: active-ageing, ")]),
        (f"{THEME}?theme=", [("theme", "", "not a concept")]),
        (f"{THEME}?colour=red", [("colour", "red", "there are: theme, limit, offset, format")]),
        (f"{THEME}?limit=0&theme=golf", [("limit", "0", "from 1 to 1000000"), ("theme", "golf", "")]),
        (f"{THEME}?limit=1&limit=2", [("limit", "2", "one whole number")]),
        (f"{THEME}?offset=-1", [("offset", "-1", "from 0")]),
        (f"{THEME}?limit=%D9%A3", [("limit", "٣", "one whole number")]),
        (f"{THEME}.csv?limit=x", [("limit", "x", "one whole number")]),
        ("/queries/claims-about-a-thing?limit=1", [("limit", "1", "there are: thing, format")]),
        ("/queries/claims-about-a-thing?thing=a%3E", [("thing", "a>", "not an IRI")]),
        ("/queries/coverage-by-level?language=it", [("language", "it", "en, fr, nl, de")]),
    ],
)
def test_what_does_not_fit_is_told(
    whole: httpx.Client, address: str, faults: list[tuple[str, str, str]]
) -> None:
    body = problem(whole.get(address), 422, "invalid-parameters")
    assert [(fault["parameter"], fault["value"]) for fault in body["errors"]] == [
        fault[:2] for fault in faults
    ]
    for told, (_, _, detail) in zip(body["errors"], faults, strict=True):
        assert detail in told["detail"]


@pytest.mark.parametrize(
    "name", ["nothing", "levels-of-a-theme.pdf", "levels-of-a-theme.table.csv", ".rq", "a.rq"]
)
def test_what_is_not_there(whole: httpx.Client, name: str) -> None:
    problem(whole.get(f"/queries/{name}"), 404, "not-found")


def test_a_query_string_that_is_not_utf_8(whole: httpx.Client) -> None:
    problem(whole.get(f"{THEME}?theme=%FF"), 400, "bad-request")


@pytest.mark.parametrize(
    "address", ["/queries", THEME, f"{THEME}.html", f"{THEME}.xlsx", f"{THEME}.rq", f"{THEME}?limit=2"]
)
def test_head_and_a_second_request(whole: httpx.Client, address: str) -> None:
    first, head = whole.get(address), whole.head(address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "etag", "vary"):
        assert head.headers[name] == first.headers[name]
    again = whole.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert problem(whole.post(address), 405, "method-not-allowed")


def test_a_page_is_not_taken_for_that_of_the_endpoint(whole: httpx.Client) -> None:
    html = {"Accept": "text/html"}
    text = LIBRARY.queries["levels-of-a-theme"].text
    pages = [
        whole.get("/sparql", params={"query": text}, headers=html),
        whole.get(THEME, headers=html),
        whole.get(f"{THEME}?theme=telework", headers=html),
    ]
    assert len({page.headers["etag"] for page in pages}) == len({page.text for page in pages}) == 3
    assert "How many instruments and measures of each level" in pages[1].text
    assert "<option selected>telework</option>" in pages[1].text


def test_a_spreadsheet_is_a_file(whole: httpx.Client) -> None:
    response = whole.get(f"{THEME}.xlsx?theme=training")
    assert response.headers["content-disposition"] == 'attachment; filename="levels-of-a-theme.xlsx"'
    strings = zipfile.ZipFile(io.BytesIO(response.content)).read("xl/sharedStrings.xml").decode()
    health = whole.get("/health").json()
    assert health["digest"] in strings and f"{CONCEPT}theme/training" in strings


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([query for query in LIBRARY.queries.values() if query.parameters]),
    st.one_of(st.text(), st.text(alphabet="{}<>\"\\'#\n\r\0?$:/ a"), st.binary()),
    st.booleans(),
)
def test_no_value_is_too_much(whole: httpx.Client, query: Query, value: str | bytes, known: bool) -> None:
    name = query.parameters[0].name if known else "x"
    response = whole.get(f"/queries/{query.name}?{name}={quote(value)}")
    assert response.status_code in (200, 400, 422), response.text
    if response.status_code != 200:
        assert json.loads(response.content)["status"] == response.status_code


def test_the_text_by_suffix_by_name_and_by_accept(whole: httpx.Client) -> None:
    name, values = THEME, {"theme": "telework"}
    media_type = forms.SPARQL.media_type
    by_suffix = whole.get(f"{name}.rq", params=values)
    by_name = whole.get(name, params=values | {"format": "rq"})
    by_accept = whole.get(name, params=values, headers={"Accept": media_type})
    assert by_suffix.text == by_name.text == by_accept.text != whole.get(f"{name}.rq").text
    types = {response.headers["content-type"] for response in (by_suffix, by_name, by_accept)}
    assert types == {f"{media_type}; charset=utf-8"}
    link = whole.get(f"{name}.csv", params=values).links["describedby"]["url"]
    assert link == f"{name}.rq?theme=telework"
    assert whole.get(link).text == by_suffix.text


@pytest.mark.parametrize("form", [form for form in LISTS if form != forms.HTML])
def test_the_list_by_suffix(whole: httpx.Client, form: Form) -> None:
    by_suffix = whole.get(f"/queries.{form.name}", headers={"Accept": "text/html"})
    assert by_suffix.headers["content-type"] == form.content_type
    assert by_suffix.content == whole.get("/queries", params={"format": form.name}).content


def test_the_list_has_no_other_suffix(whole: httpx.Client) -> None:
    problem(whole.get("/queries.pdf"), 404, "not-found")
    problem(whole.get("/queries."), 404, "not-found")


@pytest.mark.parametrize("accept", ["*/*", "text/turtle, */*;q=0.1", "application/json"])
def test_a_kind_of_problem_is_told_to_who_takes_anything(whole: httpx.Client, accept: str) -> None:
    response = whole.get("/problem/not-acceptable", headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert "Accept" not in response.json()["title"]
