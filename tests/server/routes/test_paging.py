"""Pages: they make up the whole, and the header Link leads from each to the others."""

import csv
import io
from pathlib import Path

import httpx
import pytest

from accordgraph.library.catalogue import Library
from accordgraph.project import find_project
from accordgraph.server.routes.query_request import QueryRequest
from accordgraph.settings import Settings
from support.live_server import serving

ADDRESS = "/queries/coverage-by-level"


def table(response: httpx.Response) -> list[list[str]]:
    assert response.status_code == 200, response.text
    return list(csv.reader(io.StringIO(response.text, newline="")))


def links(response: httpx.Response) -> dict[str, str]:
    """Return the addresses of other parts; the others lead to the query and to the limits."""
    others = ("describedby", "service-meta")
    return {str(name): link["url"] for name, link in response.links.items() if name not in others}


@pytest.mark.parametrize("size", [1000, 360, 100, 7])
def test_following_next_gives_the_whole(whole: httpx.Client, size: int) -> None:
    head, *rows = table(whole.get(f"{ADDRESS}.csv?language=fr"))
    found, visited = [], []
    address: str | None = f"{ADDRESS}.csv?language=fr&limit={size}"
    while address:
        response = whole.get(address)
        first, *page = table(response)
        assert first == head and 0 < len(page) <= size
        assert int(response.headers["x-total-count"]) == len(rows)
        found += page
        visited.append(response)
        address = links(response).get("next")
    assert found == rows and len(visited) == -(-len(rows) // size)
    assert "prev" not in links(visited[0])
    assert whole.get(links(visited[0])["last"]).content == visited[-1].content
    assert whole.get(links(visited[-1])["first"]).content == visited[0].content
    if len(visited) > 1:
        assert whole.get(links(visited[-1])["prev"]).content == visited[-2].content


@pytest.mark.parametrize(
    ("suffix", "manner"),
    [
        ("", "format=csv"),
        ("", "format=text/csv&lang=fr"),
        ("", "format=html&lang=fr"),
        ("", "format=json&format=html&lang=nl"),
        (".html", "lang=de"),
        (".tsv", "format=csv&lang=de"),
        (".xml", "lang=nonsense"),
    ],
)
def test_a_part_leads_to_others_of_the_same_form_and_language(
    whole: httpx.Client, suffix: str, manner: str
) -> None:
    here = whole.get(f"{ADDRESS}{suffix}?{manner}&limit=100&offset=100")
    assert here.status_code == 200 and set(links(here)) == {"first", "prev", "next", "last"}
    for link in links(here).values():
        there = whole.get(link)
        for name in ("content-type", "content-language"):
            assert there.headers.get(name) == here.headers.get(name), link
        if "html" in here.headers["content-type"]:
            assert f'href="{link}"'.replace("&", "&amp;") in here.text


def test_a_page_that_is_cut_leads_on_in_its_language(dataset: Path) -> None:
    settings = Settings(client_seconds=0, client_errors=0, table_rows=100)
    with serving(dataset, settings) as address, httpx.Client(base_url=address) as client:
        page = client.get(f"{ADDRESS}.html?lang=fr&language=fr")
        following = f"{ADDRESS}.html?language=fr&limit=100&offset=100&lang=fr"
        assert f'rel="next" href="{following}"'.replace("&", "&amp;") in page.text
        there = client.get(following)
        assert "Rows 101 to 200" in there.text and there.headers["content-language"] == "fr"
        assert '<input type="hidden" name="lang" value="fr">' in there.text
        assert 'type="hidden"' not in client.get(f"{ADDRESS}.html", headers={"Accept-Language": "fr"}).text


def test_without_bounds_there_are_no_pages(whole: httpx.Client) -> None:
    response = whole.get(ADDRESS)
    assert links(response) == {} and "x-total-count" not in response.headers


def test_beyond_the_end(whole: httpx.Client) -> None:
    response = whole.get(f"{ADDRESS}.csv?limit=100&offset=100000")
    assert len(table(response)) == 1
    assert links(response) == {
        "first": f"{ADDRESS}.csv?limit=100&offset=0",
        "last": f"{ADDRESS}.csv?limit=100&offset=400",
        "prev": f"{ADDRESS}.csv?limit=100&offset=400",
    }


def test_an_offset_alone(whole: httpx.Client) -> None:
    everything = table(whole.get(f"{ADDRESS}.csv"))
    assert table(whole.get(f"{ADDRESS}.csv?offset=350")) == [everything[0], *everything[351:]]


def test_a_page_for_people_leads_on(whole: httpx.Client) -> None:
    page = whole.get(f"{ADDRESS}.html?limit=100&offset=100")
    assert page.text.count("<tr>") == 101
    assert "Rows 101 to 200" in page.text
    for link in links(page).values():
        assert f'href="{link}"'.replace("&", "&amp;") in page.text


@pytest.mark.parametrize(
    ("limit", "offset", "total", "offsets"),
    [
        (10, 0, 0, {"first": 0, "last": 0}),
        (10, 0, 10, {"first": 0, "last": 0}),
        (10, 0, 11, {"first": 0, "last": 10, "next": 10}),
        (10, 10, 30, {"first": 0, "last": 20, "next": 20, "prev": 0}),
        (10, 5, 30, {"first": 0, "last": 20, "next": 15, "prev": 0}),
        (10, 90, 30, {"first": 0, "last": 20, "prev": 20}),
    ],
)
def test_links(limit: int, offset: int, total: int, offsets: dict[str, int]) -> None:
    query = Library.load(find_project().queries).queries["concepts"]
    request = QueryRequest(query, query.text, {"language": ["fr"]}, {}, limit, offset)
    assert request.links("/q", total, 1000) == {
        relation: f"/q?language=fr&limit=10&offset={offset}" for relation, offset in offsets.items()
    }
