"""The OpenAPI document is valid and complete, and its page needs nothing from outside.

That it is true of the server is what `test_fuzz.py` is for.
"""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Match, Route

from accordgraph.library.catalogue import Library
from accordgraph.library.parameters import iri
from accordgraph.namespaces import BASE
from accordgraph.project import find_project
from accordgraph.results.formats import ALL, LIST, NAMES, SPARQL
from accordgraph.server.routes.parameters import IRI
from support.live_server import app_over

LIBRARY = Library.load(find_project().queries)
Json = dict[str, Any]


@pytest.fixture(scope="session")
def content(whole: httpx.Client) -> Json:
    response = whole.get("/api/openapi.json")
    assert response.headers["content-type"] == "application/json"
    content: Json = response.json()
    return content


WRITTEN = ("/graph-store", "/graph/{path:path}")
"""The addresses of the Graph Store Protocol, where writing is told to be refused."""


def flat(routes: Iterable[Any]) -> Iterator[Route]:
    """Yield every route, those of included routers too."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        yield from flat(getattr(getattr(route, "original_router", None), "routes", ()))


def operations(content: Json) -> Iterator[Json]:
    for item in content["paths"].values():
        yield from item.values()


def test_it_is_openapi_3_1(content: Json) -> None:
    assert content["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(content).validate()
    with pytest.raises(Exception, match="is not"):
        schemathesis.openapi.from_dict(content | {"paths": {"/x": {"get": {"responses": []}}}}).validate()


def test_every_query_has_a_path_with_its_parameters(content: Json) -> None:
    for query in LIBRARY.queries.values():
        operation = content["paths"][f"/queries/{query.name}"]["get"]
        assert operation["summary"] == query.summary
        names = [parameter["name"] for parameter in operation["parameters"]]
        bounds = ["limit", "offset"] if query.has_pages else []
        assert names == [*(parameter.name for parameter in query.parameters), *bounds, "format", "lang"]


def test_concepts_are_those_of_the_data(whole: httpx.Client, content: Json) -> None:
    path = "/queries/objectives-not-implemented-at-a-level"
    parameter = content["paths"][path]["get"]["parameters"][0]
    assert parameter["schema"]["default"] == parameter["example"] == ["sector"]
    assert parameter["schema"]["items"] == {"$ref": "#/components/schemas/Concept-level"}
    level = content["components"]["schemas"]["Concept-level"]
    assert {"sector", "wallonia", "federal"} < set(level["anyOf"][0]["enum"])
    assert len(level["anyOf"][0]["enum"]) == 12
    for written in (
        "sector",
        "level:sector",
        f"{BASE}concept/level/sector",
        "<level:sector>",
        "Sector",
        "x:sector",
    ):
        taken = whole.get(path, params={"level": written}).status_code == 200
        assert jsonschema_rs.is_valid(level, written) is taken, written


def test_a_scheme_without_concepts_is_described_too(small: httpx.Client) -> None:
    content = small.get("/api/openapi.json").json()
    for reference in set(re.findall(r"'#/components/schemas/([\w-]+)'", str(content))):
        assert reference in content["components"]["schemas"]
    level = content["components"]["schemas"]["Concept-level"]
    path = "/queries/objectives-not-implemented-at-a-level"
    assert small.get(path, params={"level": "sector"}).status_code == 422
    assert not jsonschema_rs.is_valid(level, "sector")
    assert small.get("/api/docs").status_code == 200


def test_every_reference_and_every_example_fits(content: Json) -> None:
    for reference in set(re.findall(r"'\$ref': '#/components/(\w+)/([\w-]+)'", str(content))):
        assert reference[1] in content["components"][reference[0]]
    names = [operation["operationId"] for operation in operations(content)]
    assert len(set(names)) == len(names)
    checked = 0
    for operation in operations(content):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"] | {"components": content["components"]}
            for example in [parameter["example"]] if "example" in parameter else []:
                jsonschema_rs.validate(schema, example)
                checked += 1
    assert checked > 20


UNSPECIFIED = {
    ("QUERY", "/sparql"): "OpenAPI 3.1 has no such method",
    **{(method, "/sparql/"): "redirects to /sparql" for method in ("GET", "POST", "QUERY")},
    **{
        (method, path): "refused with 403"
        for method in ("PUT", "POST", "PATCH", "DELETE")
        for path in WRITTEN
    },
}
"""What the server answers and the document has in words only. HEAD and OPTIONS are answered everywhere."""


def test_the_document_has_every_address_of_the_server(content: Json) -> None:
    routes = [route for route in flat(app_over(Path()).routes)]
    served = {
        (method, route.path) for route in routes for method in (route.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = set()
    for path, item in content["paths"].items():
        for method, operation in item.items():
            known = {one["name"]: one for one in operation["parameters"] if one["in"] == "path"}
            address = path.format_map({name: one["example"] for name, one in known.items()})
            scope = {"type": "http", "path": address, "method": method.upper()}
            (route,) = [route for route in routes if route.matches(scope)[0] is Match.FULL][:1]
            described.add((method.upper(), route.path))
    assert described | set(UNSPECIFIED) == served


@pytest.mark.parametrize(
    ("path", "schema"),
    [("/queries/levels-of-a-theme", "FormOfRows"), ("/queries/10-claims", "FormOfGraph")],
)
def test_every_word_for_a_form_is_taken_and_no_other(
    whole: httpx.Client, content: Json, path: str, schema: str
) -> None:
    described = content["components"]["schemas"][schema]["anyOf"][0]["enum"]
    forms = [form for form in (*ALL.values(), LIST, SPARQL) if form.name in described]
    accepted = {word for form in forms for word in (form.name, form.media_type, *form.others, *form.aliases)}
    for word in sorted(NAMES):
        status = whole.head(path, params={"format": word}).status_code
        assert status == (200 if word in accepted else 406), word
    assert whole.head(path, params={"format": "nonsense"}).status_code == 200
    assert set(described) <= accepted


def test_every_operation_says_how_it_can_end(content: Json) -> None:
    for operation in operations(content):
        assert "default" in operation["responses"] and {"200", "303"} & set(operation["responses"])
        takes_form = any(one["name"] == "format" for one in operation["parameters"])
        assert not takes_form or "406" in operation["responses"], operation["operationId"]
    told = {status for operation in operations(content) for status in operation["responses"]}
    expected = "200 303 304 400 403 404 406 408 410 413 415 422 429 503 default"
    assert sorted(told) == expected.split()


@settings(max_examples=500)
@given(st.one_of(st.text(), st.from_regex(r"<?[a-z:/#%]{1,9}[^\w]?>?", fullmatch=True)))
def test_every_iri_that_is_taken_fits_its_schema(text: str) -> None:
    try:
        iri(text)
    except ValueError:
        return
    jsonschema_rs.validate(IRI, text)


@pytest.mark.parametrize(
    ("path", "name", "values"),
    [
        ("bodies-by-measures-they-run", "least", [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 0]),
        (
            "amounts-of-money-in-full",
            "least",
            ["9" * 20 + ".0", "1" + "0" * 20, "0." + "1" * 18, "0." + "1" * 19, "+1", "1.", "1e3"],
        ),
        (
            "instruments-from-before-the-reporting-period",
            "before",
            ["0001-01-01", "0000-12-31", "9999-12-31", "10000-01-01"],
        ),
        (
            "claims-about-a-thing",
            "thing",
            [
                "be/body/nar",
                "theme:x",
                "theem:x",
                "urn:x:y",
                "<tag:x>",
                "tag:x",
                "https://example.org/",
                "<>",
            ],
        ),
    ],
)
def test_what_fits_its_schema_is_taken_and_no_more(
    whole: httpx.Client, content: Json, path: str, name: str, values: list[object]
) -> None:
    schema = content["paths"][f"/queries/{path}"]["get"]["parameters"][0]["schema"]["items"]
    fits = [jsonschema_rs.is_valid(schema, value, validate_formats=True) for value in values]
    assert fits == [
        whole.get(f"/queries/{path}", params={name: str(value)}).status_code == 200 for value in values
    ]
    assert set(fits) == {True, False}


def test_every_media_type_of_an_answer_is_given(whole: httpx.Client, content: Json) -> None:
    for path, kind in (
        ("/queries/levels-of-a-theme", "Solutions"),
        ("/queries/10-claims", "Graph"),
        ("/queries", "List"),
    ):
        for media_type in content["components"]["responses"][kind]["content"]:
            response = whole.get(path, headers={"Accept": media_type})
            assert response.headers["content-type"].partition(";")[0] == media_type


class Outside(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "iframe", "link", "object", "embed"):
            if not (dict(attrs).get("href") or "").startswith("data:"):
                self.found.append(tag)


def test_the_page_names_every_address_and_loads_nothing(whole: httpx.Client, content: Json) -> None:
    page = whole.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for operation in operations(content):
        assert f'id="{operation["operationId"]}"' in page.text
    parser = Outside()
    parser.feed(page.text)
    assert parser.found == [] and "@import" not in page.text and "url(" not in page.text
