"""The OpenAPI document is valid, true of the server, and complete; its page needs nothing from outside."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from accordgraph.assets import find_project
from accordgraph.library import Library

LIBRARY = Library.load(find_project().queries)
Json = dict[str, Any]


@pytest.fixture(scope="session")
def content(whole: httpx.Client) -> Json:
    response = whole.get("/api/openapi.json")
    assert response.headers["content-type"] == "application/json"
    content: Json = response.json()
    return content


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
        assert names == [*(parameter.name for parameter in query.parameters), *bounds, "format"]


def test_concepts_are_those_of_the_data(content: Json) -> None:
    parameter = content["paths"]["/queries/objectives-not-implemented-at-a-level"]["get"]["parameters"][0]
    assert parameter["schema"]["default"] == parameter["example"] == ["sector"]
    assert {"sector", "wallonia", "federal"} < set(parameter["schema"]["items"]["enum"])
    assert len(parameter["schema"]["items"]["enum"]) == 12


def test_every_reference_and_every_example_fits(content: Json) -> None:
    for reference in set(re.findall(r"'\$ref': '#/components/(\w+)/([\w-]+)'", str(content))):
        assert reference[1] in content["components"][reference[0]]
    names = [operation["operationId"] for operation in operations(content)]
    assert len(set(names)) == len(names)
    for operation in operations(content):
        for parameter in operation.get("parameters", ()):
            for example in [parameter[key] for key in ("example",) if key in parameter]:
                jsonschema_rs.validate(parameter["schema"], example)


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


SAMPLED = [
    "/queries",
    "/queries/{name}",
    "/queries/levels-of-a-theme",
    "/queries/coverage-by-level",
    "/queries/claims-about-a-thing",
    "/queries/date-order",
    "/queries/10-claims",
    "/health",
    "/",
]


IRI = "/queries/claims-about-a-thing"
"""Its parameter is an IRI, which the schema cannot say exactly: not every text is one."""


@pytest.mark.parametrize("path", SAMPLED)
def test_the_server_does_what_the_document_says(whole: httpx.Client, content: Json, path: str) -> None:
    schema = schemathesis.openapi.from_dict(content)
    schema.config.base_url = str(whole.base_url)
    operation = schema[path]["GET"]

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def calls(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        case.call_and_validate(excluded_checks=[] if path != IRI else [positive_data_acceptance])

    calls()
