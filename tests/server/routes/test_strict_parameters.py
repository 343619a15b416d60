"""Bad values of every parameter of typed routes and queries, taken from the OpenAPI document, are refused."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import NamedNode

from accordgraph.library.catalogue import Library
from accordgraph.namespaces import BASE, SKOS
from accordgraph.project import find_project
from support.live_server import app_over
from support.sparql_client import problem

LIBRARY = Library.load(find_project().queries)
TYPED = {"Queries", "Search", "Operations"}
QUERIES = [f"/queries/{query.name}" for query in LIBRARY.queries.values() if query.parameters] + [
    "/queries/concepts",
    "/queries/10-claims",
]
"""Every query with parameters of its own, one with pages, and one that returns a graph."""
IGNORING = {"/queries", "/queries.csv", "/api/settings", "/health", "/ready", "/metrics"}
"""The typed routes that ignore unknown parameters."""
INTEGERS = ("1_000", "%2010%20", "10.0", "%D9%A3", "", "0x1", "1e3", "%2B1")
Parameter = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def parameters(whole: httpx.Client) -> list[Parameter]:
    """Every parameter of the query string of the typed routes and of the queries, with its URL."""
    content = whole.get("/api/openapi.json").json()
    found = []
    for path, item in content["paths"].items():
        operation = item.get("get", {})
        if path in QUERIES or (TYPED & set(operation["tags"]) and "{name}" not in path):
            url = path.replace("{suffix}", "csv")
            found += [(url, one) for one in operation["parameters"] if one["in"] == "query"]
    return found


def base_of(url: str, name: str) -> str:
    """Return a URL that is right but for the parameter of that name."""
    return f"{url}?q=telework&" if url == "/api/search" and name != "q" else f"{url}?"


def is_presentation(url: str, name: str) -> bool:
    """Tell whether the last value of a parameter counts, and words that it does not have are ignored."""
    return name == "format" or (name == "lang" and url != "/api/search")


def faults(response: httpx.Response) -> list[str]:
    return [fault["parameter"] for fault in problem(response, 422, "invalid-parameters")["errors"]]


def test_the_document_has_the_parameters_that_are_sent(parameters: list[Parameter]) -> None:
    urls = {url for url, _ in parameters}
    assert urls >= {"/api/search", "/queries", "/queries.csv", "/api/settings", *QUERIES}
    assert len(parameters) > 100


def test_a_repeated_parameter(whole: httpx.Client, parameters: list[Parameter]) -> None:
    for url, parameter in parameters:
        name, is_list = parameter["name"], parameter["schema"].get("type") == "array"
        values = parameter["schema"].get("default") if is_list else None
        value = str(values[0]).lower() if values else "1"
        response = whole.get(f"{base_of(url, name)}{name}={value}&{name}={value}")
        if is_presentation(url, name):
            assert response.status_code == 200, response.url
        elif is_list:
            is_wrong = not values and faults(response) == [name, name]
            assert response.status_code == 200 or is_wrong, response.url
        else:
            assert name in faults(response), response.url


def test_numbers_are_taken_to_the_letter(whole: httpx.Client, parameters: list[Parameter]) -> None:
    checked = set()
    for url, parameter in parameters:
        schema = parameter["schema"]
        is_own = schema.get("type") == "array"
        if schema.get("items", schema).get("type") == "integer":
            for value in INTEGERS:
                if is_own and value == "%2B1":  # SPARQL has a sign
                    continue
                response = whole.get(f"{base_of(url, parameter['name'])}{parameter['name']}={value}")
                assert faults(response) == [parameter["name"]], response.url
            checked.add((url, parameter["name"]))
    assert {("/api/search", "limit"), ("/api/search", "offset"), ("/queries/concepts", "limit")} <= checked
    assert ("/queries/bodies-by-measures-they-run", "least") in checked


def test_spaces_and_empty_values(whole: httpx.Client, parameters: list[Parameter]) -> None:
    for url, parameter in parameters:
        name, item = parameter["name"], parameter["schema"].get("items", parameter["schema"])
        is_text = item == {"type": "string"}
        for value in ("", "%20telework%20", "%20en%20"):
            response = whole.get(f"{base_of(url, name)}{name}={value}")
            is_right = (
                is_text
                or is_presentation(url, name)
                or (name == "q" and value)
                or (name, value) == ("class", "")
            )
            if is_right:
                assert response.status_code == 200, response.url
            else:
                assert faults(response) == [name], response.url


def test_octets_that_are_not_utf_8(whole: httpx.Client, parameters: list[Parameter]) -> None:
    for url, parameter in parameters:
        response = whole.get(f"{base_of(url, parameter['name'])}{parameter['name']}=%FF")
        if url in IGNORING - {"/queries"}:
            assert response.status_code == 200, response.url
        else:
            problem(response, 400, "bad-request")


def test_an_unknown_name(whole: httpx.Client, parameters: list[Parameter]) -> None:
    for url in sorted({url for url, _ in parameters}):
        for name in ("nope", "", "Q", "limit%20"):
            response = whole.get(f"{base_of(url, name)}{name}=1")
            if url in IGNORING:
                assert response.status_code == 200, response.url
            else:
                assert faults(response) == [name.replace("%20", " ")], response.url


def test_every_fault_at_once(whole: httpx.Client) -> None:
    both = whole.get("/api/search?class=Nope&limit=1&limit=2&colour=red&lang=xx")
    assert faults(both) == ["colour", "limit", "q", "lang", "class"]
    query = whole.get("/queries/levels-of-a-theme?theme=golf&colour=red&offset=1_0&theme=tennis&limit=")
    assert faults(query) == ["limit", "offset", "colour", "theme", "theme"]


def test_head_as_get(whole: httpx.Client) -> None:
    for path, item in whole.get("/api/openapi.json").json()["paths"].items():
        operation = item["get"]
        if operation["operationId"].startswith("query_") and path not in (
            *QUERIES,
            "/queries/{name}.{suffix}",
        ):
            continue
        examples = {one["name"]: one["example"] for one in operation["parameters"] if one["in"] == "path"}
        url = path.format_map(examples) + ("?q=telework" if path == "/api/search" else "")
        get, head = whole.get(url), whole.head(url)
        assert (head.status_code, head.content) == (get.status_code, b""), url
        for name in ("content-type", "etag", "vary", "allow", "location"):
            assert head.headers.get(name) == get.headers.get(name), url


CONCEPT = f"{BASE}concept/theme/"


def concepts(*codes: str) -> str:
    scheme = NamedNode(CONCEPT.removesuffix("/"))
    return "".join(f"{NamedNode(CONCEPT + code)} {SKOS.inScheme} {scheme} .\n" for code in codes)


def test_codes_are_those_of_the_dataset_that_is_served(tmp_path: Path) -> None:
    """Codes are checked and described for the served dataset, also after a reload."""
    dataset, app = tmp_path / "dataset.nq", app_over(tmp_path / "dataset.nq")
    dataset.write_text(concepts("old", "both"), encoding="utf-8")

    async def check() -> None:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            for here, gone in (("old", "new"), ("new", "old")):
                for code, status in ((here, 200), ("both", 200), (gone, 422)):
                    response = await client.get("/queries/levels-of-a-theme", params={"theme": code})
                    assert response.status_code == status, response.text
                schemas = (await client.get("/api/openapi.json")).json()["components"]["schemas"]
                assert set(schemas["Concept-theme"]["anyOf"][0]["enum"]) == {here, "both"}
                dataset.write_text(concepts("new", "both"), encoding="utf-8")
                await app.state.reload()

    asyncio.run(check())
