"""Pages: tables of results, the first page, problems; a real browser loads nothing from elsewhere."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from accordgraph.namespaces import BASE
from accordgraph.server import running
from accordgraph.server.http.problems import KINDS
from accordgraph.settings import Settings
from support.html_page import HTML
from support.live_server import serving

QUERY = "SELECT ?act ?label ?date { ?act acg:implements ?other ; dcterms:date ?date ; skos:prefLabel ?label }"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def table(client: httpx.Client, query: str, **parameters: str) -> httpx.Response:
    response = client.get("/sparql", params={"query": query, **parameters}, headers=HTML)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response


def addresses(response: httpx.Response) -> list[str]:
    return [html.unescape(address) for address in re.findall(r'<a href="([^"]*)"', response.text)]


def test_a_table_has_labels_links_and_the_query(small: httpx.Client) -> None:
    response = table(small, QUERY, lang="fr")
    assert "2 lignes" in response.text
    assert "Acte un</a>" in response.text
    assert "/id/be/act/one?lang=fr" in addresses(response)
    assert html.escape(QUERY, quote=False).replace("&#39;", "'") in response.text
    assert "<thead><tr><th>act</th><th>label</th><th>date</th></tr></thead>" in response.text


def test_a_table_leads_to_the_other_forms_and_to_itself(small: httpx.Client) -> None:
    graph = f"{BASE}graph/data/acts"
    sent = {"query": QUERY, "default-graph-uri": graph, "format": "html"}
    response = small.post("/sparql", data=sent)
    found = {
        parse_qs(urlsplit(address).query).get("format", [""])[0]: address
        for address in addresses(response)
        if address.startswith("/sparql?query")
    }
    assert set(found) == {"json", "csv", "tsv", "xml", "html"}
    assert len(small.get(found["json"]).json()["results"]["bindings"]) == 2
    assert small.get(found["csv"]).text.startswith("act,label,date")
    again = small.get(found["html"])
    assert again.content == response.content


def test_a_table_of_a_graph_leads_to_graphs(small: httpx.Client) -> None:
    response = table(small, "DESCRIBE <be/act/one>")
    turtle = next(address for address in addresses(response) if "format=ttl" in address)
    assert small.get(turtle).headers["content-type"] == "text/turtle; charset=utf-8"


def test_booleans(small: httpx.Client) -> None:
    assert "<p>Ja</p>" in table(small, "ASK {}", lang="nl").text
    assert "<p>No</p>" in table(small, "ASK { FILTER(false) }").text


def test_a_table_that_is_cut_says_so(linked: Path) -> None:
    settings = Settings(client_seconds=0, client_errors=0, table_rows=3)
    with serving(linked, settings) as address, httpx.Client(base_url=address) as client:
        response = table(client, "SELECT * { ?act a acg:Act }")
        assert "3 rows. These are the first rows of more" in response.text
        assert "up to 1,000,000 rows or triples." in response.text
        assert "first rows" not in table(client, "SELECT * { ?act a acg:Act } LIMIT 3").text


def test_a_table_escapes_what_it_shows(small: httpx.Client) -> None:
    query = 'SELECT ("<script>alert(1)</script>" AS ?text) (<javascript:alert(1)> AS ?iri) {}'
    response = table(small, query)
    assert "<script>" not in response.text
    assert 'href="javascript' not in response.text
    assert "&lt;script&gt;" in response.text


@pytest.mark.parametrize("path", ["/", "/sparql", "/doc/be/act/one", "/ontology", "/problem/gone"])
def test_pages_may_load_nothing(small: httpx.Client, path: str) -> None:
    response = small.get(path, headers=HTML)
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Accept-Language" in response.headers["vary"]
    assert not re.search(r'(src|srcset)="|url\(|@import', response.text)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/void",
        "/sparql",
        f"/sparql?query={quote(QUERY)}",
        "/doc/be/act/one",
        "/ontology",
        "/shapes",
        "/graph/data/acts",
        "/problem/gone",
        "/queries",
        "/queries/things",
        "/queries/things?limit=2",
        "/api/docs",
        "/api/settings",
    ],
)
def test_every_page_says_its_language_and_what_chose_it(small: httpx.Client, path: str) -> None:
    tags = set()
    mark = "&" if "?" in path else "?"
    for asked, accepted, language in (
        ("", "fr", "fr"),
        ("", "nl-BE, fr;q=0.3", "nl"),
        ("", "es", "en"),
        (f"{mark}lang=de", "fr", "de"),
    ):
        response = small.get(path + asked, headers=HTML | {"Accept-Language": accepted})
        assert f'<html lang="{language}">' in response.text
        assert response.headers["content-language"] == language
        assert "Accept-Language" in response.headers["vary"].split(", ")
        tag = response.headers["etag" if "etag" in response.headers else "content-language"]
        again = small.get(path + asked, headers={"If-None-Match": tag, "Accept-Language": accepted} | HTML)
        assert again.status_code == (304 if "etag" in response.headers else 200)
        assert again.headers["content-language"] == language
        tags.add(tag)
    assert len(tags) == 4
    others = {"Accept": "application/json, text/turtle, application/sparql-results+json"}
    if path != "/api/docs":
        assert "content-language" not in small.get(path, headers=others).headers


def test_the_first_page_is_for_programs_and_for_people(small: httpx.Client) -> None:
    found = small.get("/")
    assert found.headers["content-type"] == "application/json"
    for name in ("sparql", "ontology", "shapes", "void", "context"):
        assert small.get(found.json()[name]).status_code == 200
    assert "Framework Agreement" in small.get("/", headers=HTML).text
    described = small.get("/", headers={"Accept": "text/turtle"})
    assert (described.status_code, described.headers["location"]) == (303, "/void.ttl")
    assert "Accept" in described.headers["vary"]
    assert small.get("/void.ttl").status_code == 200


def test_every_kind_of_problem_has_a_meaning(small: httpx.Client) -> None:
    for name, kind in KINDS.items():
        assert name == kind.name and kind.meaning
        found = small.get(f"/problem/{name}")
        assert (found.json()["title"], found.json()["status"]) == (kind.title, kind.status)
        assert html.escape(kind.title, quote=False) in html.unescape(
            small.get(f"/problem/{name}", headers=HTML).text
        )


@pytest.mark.parametrize("accept", ["*/*", "text/turtle, */*;q=0.1", "application/json"])
def test_a_kind_of_problem_is_told_to_who_takes_anything(small: httpx.Client, accept: str) -> None:
    response = small.get("/problem/not-acceptable", headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert "Accept" not in response.json()["title"]


def test_the_type_of_a_problem_leads_to_its_meaning(small: httpx.Client) -> None:
    problem = small.get("/sparql", params={"query": "SELEC"}).json()
    meaning = small.get("/" + problem["type"].removeprefix(BASE)).json()
    assert meaning["type"] == problem["type"]
    assert "SPARQL" in meaning["meaning"]


BROWSED = [
    "/",
    "/sparql",
    "/doc/be/act/one",
    "/doc/be/act/two?page=2&lang=fr",
    "/ontology",
    "/shapes",
    "/graph/data/acts",
    "/problem/gone",
    "/sparql?format=html&query=SELECT+*+%7B+%3Fact+a+acg:Act+%7D",
]


def browse(address: str, folder: Path) -> tuple[str, list[str], set[str]]:
    """Open an address in a browser: the page, what the console says, what the page asked for elsewhere."""
    log = folder / "net.json"
    done = subprocess.run(
        [
            str(CHROMIUM),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={folder / 'profile'}",
            "--enable-logging=stderr",
            f"--log-net-log={log}",
            "--dump-dom",
            address,
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    console = [line for line in done.stderr.decode().splitlines() if "CONSOLE" in line]
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    asked = {
        event["params"]["url"]
        for event in json.loads(log.read_text())["events"]
        if event.get("params", {}).get("initiator") == origin and "url" in event["params"]
    }
    return done.stdout.decode(), console, {url for url in asked if not url.startswith(origin + "/")}


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not on this machine")
@pytest.mark.parametrize("path", BROWSED)
def test_a_browser_asks_for_nothing_else_and_has_no_complaint(
    small: httpx.Client, tmp_path: Path, path: str
) -> None:
    page, console, elsewhere = browse(str(small.base_url.join(path)), tmp_path)
    assert "AccordGraph" in page
    assert (console, elsewhere) == ([], set())


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not on this machine")
def test_the_browser_would_notice(tmp_path: Path) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        script = "<img src='http://elsewhere.example/x.png'><script>console.error('no')</script>"
        await Response(script, media_type="text/html")(scope, receive, send)

    with running(FastAPI(routes=[Mount("/", app)])) as address:
        _, console, elsewhere = browse(address, tmp_path)
    assert any("no" in line for line in console)
    assert elsewhere == {"http://elsewhere.example/x.png"}
