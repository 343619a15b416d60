"""Every IRI leads to a document in every form; what is not there, what was withdrawn, pages and languages."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from accordgraph.assets import find_project
from accordgraph.engine import Job
from accordgraph.namespaces import ACG, BASE, ID, RDF, SKOS
from accordgraph.queries import find_query
from accordgraph.server import create_app, running
from accordgraph.server.languages import LANGUAGES, dictionary
from accordgraph.server.linked import PAGE
from accordgraph.settings import Settings
from accordgraph.store import MemoryStore
from accordgraph.workers.pool import Pool
from serving import FREE, app_over

SUFFIXES = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
}
ONE, TWO = "/doc/be/act/one", "/doc/be/act/two"
HTML = {"Accept": "text/html"}


class Page(HTMLParser):
    """The links of a page, what it loads, and what stands in its JSON-LD."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.json_ld = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.anchors |= {value for name, value in attributes if name == "id" and value}
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if found.get("src") or (tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload")):
            self.loads.append(str(found.get("src") or found.get("href")))
        self._inside = found.get("type") == "application/ld+json" and tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.json_ld += data


def triples(response: httpx.Response, form: ox.RdfFormat) -> set[ox.Triple]:
    assert response.status_code == 200, response.text
    return {quad.triple for quad in ox.parse(response.content, form)}


def links(response: httpx.Response, rel: str) -> list[str]:
    return re.findall(rf'<([^>]*)>; rel="{rel}"', response.headers["link"])


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/id/be/act/one", ONE),
        ("/id/be/joint-committee/315.02", "/doc/be/joint-committee/315.02"),
        ("/id/be/act/odd.ttl", "/doc/be/act/odd.ttl"),
        ("/id/be/act/one?lang=fr", f"{ONE}?lang=fr"),
        ("/id/be/act/deprecated", "/doc/be/act/deprecated"),
        ("/concept/theme", "/doc/concept/theme"),
        ("/concept/theme/telework", "/doc/concept/theme/telework"),
        ("/ontology/0.0.1", "/ontology"),
    ],
)
def test_a_thing_leads_to_its_document(small: httpx.Client, path: str, document: str) -> None:
    for response in (small.get(path), small.head(path)):
        assert (response.status_code, response.headers["location"]) == (303, document)
        assert response.content == b""
    assert small.get(path, follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    ("path", "content_type", "about"),
    [
        ("/doc/be/joint-committee/315.02", "text/turtle", "be/joint-committee/315.02"),
        ("/doc/be/joint-committee/315.02.ttl", "text/turtle", "be/joint-committee/315.02"),
        ("/doc/be/joint-committee/315.02.nt", "application/n-triples", "be/joint-committee/315.02"),
        ("/doc/be/act/odd.ttl", "text/turtle", "be/act/odd.ttl"),
        ("/doc/be/act/odd.ttl.html", "text/html", "be/act/odd.ttl"),
        ("/doc/be/act/odd.ttl?format=jsonld", "application/ld+json", "be/act/odd.ttl"),
    ],
)
def test_dots_and_suffixes_are_told_apart(
    small: httpx.Client, path: str, content_type: str, about: str
) -> None:
    response = small.get(path)
    assert response.headers["content-type"].partition(";")[0] == content_type
    assert links(response, "describes") == [ID + about]


@pytest.mark.parametrize(
    "path",
    [
        "/id/be/act/none",
        "/id/be/act/one.ttl",
        "/id/be/act/one/",
        "/id/be/act/one%3E%20%7B",
        "/doc/be/act/none.ttl",
        "/doc/be/act/one.csv",
        "/doc/be/joint-committee/315",
        "/doc/be/act/two?page=4",
        "/doc/be/act/two?page=0",
        "/doc/be/act/two?page=x",
        "/concept/theme/none",
        "/ontology/9.9.9",
        "/ontology.csv",
        "/shapes.csv",
        "/graph/none",
        "/problem/none",
    ],
)
def test_what_is_not_there(small: httpx.Client, path: str) -> None:
    response = small.get(path)
    assert response.status_code == 404
    assert response.json()["type"] == f"{BASE}problem/not-found"


@pytest.mark.parametrize(
    "path", ["/id/be/act/withdrawn", "/doc/be/act/withdrawn", "/doc/be/act/withdrawn.ttl"]
)
def test_what_was_withdrawn(small: httpx.Client, path: str) -> None:
    response = small.get(path)
    assert response.status_code == 410
    body = response.json()
    assert body["type"] == f"{BASE}problem/gone"
    assert body["replacedBy"] == [ID + "be/act/one"]
    assert "It was act one." in body["detail"]


def test_what_is_deprecated_but_described_is_there(small: httpx.Client) -> None:
    response = small.get("/doc/be/act/deprecated", headers=HTML)
    assert response.status_code == 200
    assert "This is deprecated." in response.text


@pytest.mark.parametrize("path", [ONE, TWO, "/ontology", "/shapes", "/void", "/graph/data/acts"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_form_says_the_same(small: httpx.Client, path: str, suffix: str) -> None:
    media_type, form = SUFFIXES[suffix]
    by_suffix, by_accept = small.get(f"{path}.{suffix}"), small.get(path, headers={"Accept": media_type})
    assert by_suffix.headers["content-type"].partition(";")[0] == media_type
    assert by_suffix.content == by_accept.content
    expected = ox.Dataset(ox.parse(small.get(f"{path}.nt").content, ox.RdfFormat.N_TRIPLES))
    found = ox.Dataset(ox.parse(by_suffix.content, form))
    for graph in (expected, found):
        graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert found == expected


@pytest.mark.parametrize(
    "path", [ONE, "/doc/concept/theme", "/ontology", "/shapes", "/void", "/graph/data/acts"]
)
def test_the_headers_of_a_document(small: httpx.Client, path: str) -> None:
    response = small.get(path, headers={"Accept": "application/rdf+xml"})
    assert links(response, "alternate") == [
        f"{path}.{name}" for name in ("ttl", "jsonld", "rdf", "nt", "html")
    ]
    assert links(response, "canonical") == [path]
    assert response.headers["content-location"] == f"{path}.rdf"
    for name in ("Accept", "Accept-Encoding", "Accept-Language"):
        assert name in response.headers["vary"].split(", ")
    for kind in re.findall(r'rel="alternate"; type="([^"]*)"', response.headers["link"]):
        found = small.get(path, headers={"Accept": kind})
        assert found.headers["content-type"].partition(";")[0] == kind
        assert found.headers["etag"] != response.headers["etag"] or kind == "application/rdf+xml"
        known = {"Accept": kind, "If-None-Match": found.headers["etag"]}
        again = small.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        head = small.head(path, headers={"Accept": kind})
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == found.headers["etag"]
    assert small.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_the_document_has_what_is_said_and_what_points_there(small: httpx.Client) -> None:
    said = triples(small.get(f"{ONE}.nt"), ox.RdfFormat.N_TRIPLES)
    one, two, claim = ID["be/act/one"], ID["be/act/two"], ID["claim/one/implements-two"]
    assert {
        ox.Triple(one, ACG.implements, two),
        ox.Triple(two, SKOS.prefLabel, ox.Literal("Act two", language="en")),
        ox.Triple(claim, RDF.subject, one),
        ox.Triple(claim, ACG.evidence, ID["passage/report/first"]),
        ox.Triple(ID["passage/report/first"], ACG.section, ox.Literal("Chapter 1")),
        ox.Triple(ID["passage/report/second"], ACG.section, ox.Literal("Chapter 2")),
        ox.Triple(ID["source/report"], SKOS.prefLabel, ox.Literal("The report", language="en")),
    } <= said
    assert all(triple in said or triple.subject != one for triple in said)
    there = triples(small.get(f"{TWO}.nt"), ox.RdfFormat.N_TRIPLES)
    assert ox.Triple(one, ACG.implements, two) in there
    assert ox.Triple(claim, RDF.object, two) in there


def test_pages_of_what_points_there_hold_all_of_it_once(small: httpx.Client) -> None:
    found: list[str] = []
    address = f"{TWO}.nt"
    for count in range(1, 10):
        response = small.get(address)
        two = ID["be/act/two"]
        found += [
            str(t.subject)
            for t in triples(response, ox.RdfFormat.N_TRIPLES)
            if t.object == two and t.predicate == ACG.isBasedOn
        ]
        following = links(response, "next")
        if not following:
            break
        assert (links(response, "prev") != []) == (count > 1)
        address = following[0].replace("?", ".nt?")
    assert count == 3
    assert len(found) == len(set(found)) == 121


def test_a_page_shows_the_evidence(small: httpx.Client) -> None:
    text = small.get(ONE, headers=HTML).text
    general, _, contested = text.partition("Claims that are not adopted")
    assert "Chapter 1" in general and "The report, lines 3–9" in general
    assert "Chapter 2" in general and "The report, line 12" in general
    assert 'href="/id/claim/one/implements-two"' in general
    assert "https://example.org/source" in contested and 'href="/id/claim/one/at-least-ten"' in contested
    statements, _, derived = general.partition("More general statements that follow")
    assert "implements" in statements and "is based on" not in statements
    assert "is based on" in derived


def test_a_page_escapes_what_the_graph_says(small: httpx.Client) -> None:
    text = small.get(ONE, headers=HTML).text
    assert "<b>one</b>" not in text
    assert text.count("</script>") == 1
    assert "Act </script><b>one</b>" in json.dumps(json.loads(Page(text).json_ld))
    addresses = Page(small.get(TWO, headers=HTML).text).links
    assert "https://example.org/two" in addresses
    assert not [link for link in addresses if link.startswith("javascript")]


@pytest.mark.parametrize(
    ("asked", "accepted", "language", "label"),
    [
        ("", "", "en", "Act &lt;/script&gt;"),
        ("", "fr-BE, en;q=0.5", "fr", "Acte un"),
        ("", "es, *;q=0.1", "en", "Act &lt;/script&gt;"),
        ("", "nl;q=0, fr;q=0.2", "fr", "Acte un"),
        ("", "nl", "nl", "Act &lt;/script&gt;"),
        ("fr", "nl", "fr", "Acte un"),
        ("xx", "fr", "fr", "Acte un"),
    ],
)
def test_a_page_speaks_a_language(
    small: httpx.Client, asked: str, accepted: str, language: str, label: str
) -> None:
    headers = HTML | {"Accept-Language": accepted}
    response = small.get(ONE, params={"lang": asked} if asked else None, headers=headers)
    assert f'<html lang="{language}">' in response.text
    assert f"<h1>{label}" in response.text
    assert dictionary()["says"][language] in response.text
    page = Page(response.text)
    assert [f"{ONE}?lang={code}" in page.links for code in LANGUAGES] == [True] * len(LANGUAGES)
    kept = [link for link in page.links if link.startswith("/id/be/act/two")]
    assert kept == ["/id/be/act/two" + ("?lang=fr" if asked == "fr" else "")] * len(kept)
    assert kept


def test_every_word_is_there_in_every_language() -> None:
    for key, texts in dictionary().items():
        assert list(texts) == list(LANGUAGES), key
        assert all(texts.values()), key
    templates = Path(__file__).parents[2] / "src" / "accordgraph" / "server" / "templates"
    used = set(
        re.findall(r"words\.(\w+)", "".join(path.read_text("utf-8") for path in templates.glob("*.html")))
    )
    assert used <= set(dictionary())
    assert {key for key in dictionary() if ":" not in key} - used <= {"shapes", "about"}


class Counting(Pool):
    """A pool that notes what it is asked."""

    asked: list[str]

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        self.asked.append(job.text)
        async with super().run(job) as pieces:
            yield pieces


@pytest.fixture
def asked(linked: Path) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A client, and the queries that its server asks."""
    found: list[str] = []

    def engine() -> Counting:
        pool = Counting(linked, FREE)
        pool.asked = found
        return pool

    with running(create_app(engine, FREE)) as address, httpx.Client(base_url=address) as client:
        yield client, found


@pytest.mark.parametrize("headers", [HTML, {"Accept": "text/turtle"}, {"Accept": "application/ld+json"}])
def test_a_document_takes_two_queries(asked: tuple[httpx.Client, list[str]], headers: dict[str, str]) -> None:
    client, queries = asked
    client.get("/doc/be/joint-committee/315.02", headers=headers)
    queries.clear()
    assert client.get(TWO, headers=headers).status_code == 200
    assert len(queries) == 2
    queries.clear()
    for _ in range(2):
        assert client.get(TWO, headers=headers).status_code == 200
        assert client.get("/id/be/act/one").status_code == 303
        assert client.get("/id/be/act/none").status_code == 404
    assert queries == []


def test_a_new_dataset_has_new_names(linked: Path, tmp_path: Path) -> None:
    path = tmp_path / linked.name
    path.write_bytes(linked.read_bytes())

    async def check() -> None:
        app = app_over(path)
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
            old = await client.get(f"http://graph{ONE}")
            assert (await client.get("http://graph/id/be/act/three")).status_code == 404
            line = f"<{ID}be/act/three> <{RDF}type> <{ACG}Act> .\n"
            path.write_bytes(path.read_bytes() + line.encode())
            await app.state.engine.replace()
            assert (await client.get("http://graph/id/be/act/three")).status_code == 303
            new = await client.get(f"http://graph{ONE}", headers={"If-None-Match": old.headers["etag"]})
            assert new.status_code == 200
            assert new.headers["etag"] != old.headers["etag"]

    asyncio.run(check())


# The real graph


def own_iris(dataset: Path) -> set[str]:
    """Return every IRI of the graph that is ours: subjects, predicates, objects and graphs."""
    found = set()
    for quad in ox.parse(dataset.read_bytes(), ox.RdfFormat.N_QUADS):
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
                found.add(term.value)
    return found


def test_every_iri_of_the_graph_dereferences(graph: httpx.Client, real: Path) -> None:
    iris = own_iris(real)
    assert len(iris) > 3500
    defined: dict[str, set[str]] = {}
    for address in sorted({"/" + iri.removeprefix(BASE).partition("#")[0] for iri in iris}):
        response = graph.get(address, headers={"Accept": "application/n-triples"})
        if address.startswith(("/id/", "/concept/")):
            expected = "/doc" + address.removeprefix("/id")
            assert (response.status_code, response.headers["location"]) == (303, expected)
        elif response.status_code == 303:
            assert address in ("/ontology/0.1.0", "/ontology/alignments/0.1.0")
        else:
            assert response.status_code == 200, address
            defined[address] = set(re.findall(r"(?m)^<([^>]+)>", response.text))
    terms = {iri for iri in iris if iri.startswith(ACG)}
    assert len(terms) > 100
    assert terms <= defined["/ontology"]


def test_documents_of_the_graph_and_the_links_on_their_pages(graph: httpx.Client, real: Path) -> None:
    things = sorted(iri for iri in own_iris(real) if iri.startswith((ID, BASE + "concept/")))
    local: set[str] = set()
    for iri in things[::25]:
        path = "/" + iri.removeprefix(BASE)
        turtle = graph.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
        subjects = {triple.subject for triple in triples(turtle, ox.RdfFormat.TURTLE)}
        assert ox.NamedNode(iri) in subjects
        page = graph.get(path, headers=HTML, follow_redirects=True)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        found = Page(page.text)
        assert found.loads == ["data:,"]
        assert not [link for link in found.links if link.startswith(BASE)], "links are local"
        local |= {link for link in found.links if link.startswith("/")}
    assert len(local) > 1000
    for address in sorted(local)[::5]:
        status = graph.head(address.partition("#")[0]).status_code
        assert status in (200, 303), address


def test_links_to_terms_have_their_anchor(graph: httpx.Client) -> None:
    for path, anchors in (("/ontology", {"Act", "implements"}), ("/shapes", {"Act", "Act-level"})):
        page = Page(graph.get(path, headers=HTML).text)
        assert anchors <= page.anchors
        assert {link[1:] for link in page.links if link.startswith("#")} <= page.anchors


def test_documents_of_the_busiest_things_are_quick(real: Path) -> None:
    """What takes longer than the quick time has to wait for one of the few slow places."""
    store, queries = MemoryStore(real.read_bytes()), find_project().queries
    busiest = store.query(
        "SELECT ?thing (COUNT(*) AS ?n) { ?other ?p ?thing FILTER(STRSTARTS(STR(?thing), STR(<>))) }"
        " GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT 5"
    )
    for row in list(busiest.rows()):
        thing = str(row[0]).strip("<>")
        asked = find_query(queries, "linked/references").bind({"thing": [thing]})
        rows = list(store.query(asked).rows())
        others = [str(row[2]).strip("<>") for row in rows][:PAGE]
        claims = [str(row[3]).strip("<>") for row in rows if row[3] is not None][:PAGE]
        values = {"thing": [thing], "other": others} | ({"claim": claims} if claims else {})
        document = find_query(queries, "linked/document").bind(values)
        for text in (asked, document):
            assert min(taken(store, text) for _ in range(3)) < Settings().quick_seconds / 2, text


def taken(store: MemoryStore, text: str) -> float:
    began = time.perf_counter()
    answer = store.query(text)
    assert answer.triples() if answer.is_graph else list(answer.rows())
    return time.perf_counter() - began


JSON_LD = [
    "be/collective-agreement/178388",
    "be/body/nar",
    "be/act/law-2022-10-03",
    "claim/nar-125/signed-5-april",
]


@pytest.mark.parametrize("thing", JSON_LD)
def test_json_ld_means_the_same_to_rdflib(graph: httpx.Client, thing: str) -> None:
    compact = graph.get(f"/doc/{thing}.jsonld")
    document = compact.json()
    assert document["@graph"][0]["id"] == ID + thing
    expected = Graph().parse(data=graph.get(f"/doc/{thing}.nt").text, format="nt")
    assert isomorphic(Graph().parse(data=compact.text, format="json-ld"), expected)
    embedded = Page(graph.get(f"/doc/{thing}.html").text).json_ld
    assert isomorphic(Graph().parse(data=embedded, format="json-ld"), expected)


def test_the_shapes_are_those_of_the_files(graph: httpx.Client) -> None:
    found = Graph().parse(data=graph.get("/shapes.ttl").text, format="turtle")
    expected = Graph()
    for path in find_project().turtle_files("shapes"):
        expected.parse(path)
    assert isomorphic(found, expected)
