"""The queries of the library over HTTP: each in every form, and parameters right and wrong."""

import io
import json
import zipfile
from functools import cache
from urllib.parse import quote

import httpx
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from accordgraph.library.catalogue import Library
from accordgraph.library.query_file import Query
from accordgraph.namespaces import BASE, CONCEPT
from accordgraph.project import find_project
from accordgraph.results import formats
from accordgraph.store.local import MemoryStore
from support.html_page import HTML
from support.real_dataset import assembly
from support.sparql_client import ask, problem, rows

LIBRARY = Library.load(find_project().queries)
THEME = "/queries/levels-of-a-theme"
LEAST, AMOUNTS = "/queries/bodies-by-measures-they-run", "/queries/amounts-of-money-in-full"
BEFORE = "/queries/instruments-from-before-the-reporting-period"


@cache
def store() -> MemoryStore:
    return MemoryStore(assembly().nquads)


@pytest.mark.parametrize("name", LIBRARY.queries)
def test_every_query_answers_as_the_engine_does(whole: httpx.Client, name: str) -> None:
    query, output = LIBRARY.queries[name], io.BytesIO()
    answer = store().query(query.text)
    form = "ttl" if answer.is_graph else "json"
    answer.write(output, formats.ALL[form].format)  # type: ignore[arg-type]
    response = whole.get(f"/queries/{name}")
    assert response.status_code == 200, response.text
    assert response.content == output.getvalue()
    assert whole.get(f"/queries/{name}.rq").text == query.text


@pytest.mark.parametrize("name", ["levels-of-a-theme", "claims-about-a-thing"])
def test_every_form_by_suffix_by_name_and_by_accept(whole: httpx.Client, name: str) -> None:
    available = formats.GRAPHS if LIBRARY.queries[name].gives == "graph" else formats.RESULTS
    for form in available:
        by_suffix = whole.get(f"/queries/{name}.{form.name}")
        by_name = whole.get(f"/queries/{name}", params={"format": form.name})
        by_accept = whole.get(f"/queries/{name}", headers={"Accept": form.media_type})
        assert by_suffix.status_code == by_name.status_code == by_accept.status_code == 200
        types = {response.headers["content-type"] for response in (by_suffix, by_name, by_accept)}
        assert types == {form.content_type}
        if form != formats.HTML:  # a page shows its address
            assert by_suffix.content == by_name.content == by_accept.content
    other = "csv" if available is formats.GRAPHS else "trig"
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
    assert rows(ask(whole, text)) == rows(whole.get(f"{THEME}?{query}"))


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
    ("address", "most"),
    [
        (f"{LEAST}?least={-(2**63)}", True),
        (f"{LEAST}?least={2**63 - 1}", False),
        (f"{AMOUNTS}?least=-{'9' * 20}.{'9' * 18}", True),
        (f"{AMOUNTS}?least={'9' * 20}.{'9' * 18}", False),
        (f"{BEFORE}?before=9999-12-31", True),
        (f"{BEFORE}?before=0001-01-01", False),
    ],
)
def test_the_ends_of_a_range_are_right(whole: httpx.Client, address: str, most: bool) -> None:
    assert bool(rows(whole.get(address))) is most


@pytest.mark.parametrize(
    ("address", "faults"),
    [
        (f"{THEME}?theme=golf", [("theme", "golf", "not a concept of the scheme theme: accessibility, ")]),
        (f"{THEME}?theme=", [("theme", "", "not a concept")]),
        (f"{THEME}?colour=red", [("colour", "red", "there are: theme, limit, offset, format")]),
        (f"{THEME}?limit=0&theme=golf", [("limit", "0", "from 1 to 1000000"), ("theme", "golf", "")]),
        (f"{THEME}?limit=1&limit=2", [("limit", "2", "one whole number")]),
        (f"{THEME}?offset=-1", [("offset", "-1", "from 0")]),
        (f"{THEME}?limit=%D9%A3", [("limit", "٣", "one whole number")]),
        (f"{THEME}.csv?limit=x", [("limit", "x", "one whole number")]),
        ("/queries/claims-about-a-thing?limit=1", [("limit", "1", "there are: thing, format")]),
        ("/queries/claims-about-a-thing?thing=a%3E", [("thing", "a>", "not an IRI")]),
        ("/queries/claims-about-a-thing?thing=theem:x", [("thing", "theem:x", "there are: acg, country,")]),
        (f"{LEAST}?least={-(2**63) - 1}", [("least", str(-(2**63) - 1), f"from {-(2**63)} to {2**63 - 1}")]),
        (f"{LEAST}.csv?least={2**63}", [("least", str(2**63), "a whole number from")]),
        (f"{AMOUNTS}?least=1{'0' * 20}", [("least", "1" + "0" * 20, "at most 20 digits before the point")]),
        (f"{AMOUNTS}?least=0.{'1' * 19}", [("least", "0." + "1" * 19, "and 18 behind it")]),
        (f"{BEFORE}?before=0000-01-01", [("before", "0000-01-01", "from 0001-01-01 to 9999-12-31")]),
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
    text = LIBRARY.queries["levels-of-a-theme"].text
    pages = [
        ask(whole, text, "text/html"),
        whole.get(THEME, headers=HTML),
        whole.get(f"{THEME}?theme=telework", headers=HTML),
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
    media_type = formats.SPARQL.media_type
    by_suffix = whole.get(f"{name}.rq", params=values)
    by_name = whole.get(name, params=values | {"format": "rq"})
    by_accept = whole.get(name, params=values, headers={"Accept": media_type})
    assert by_suffix.text == by_name.text == by_accept.text != whole.get(f"{name}.rq").text
    types = {response.headers["content-type"] for response in (by_suffix, by_name, by_accept)}
    assert types == {f"{media_type}; charset=utf-8"}
    link = whole.get(f"{name}.csv", params=values).links["describedby"]["url"]
    assert link == f"{name}.rq?theme=telework"
    assert whole.get(link).text == by_suffix.text
