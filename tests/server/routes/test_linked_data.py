"""Every IRI leads to a document, which says the same in every form; what is not there, what was withdrawn."""

import re

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.namespaces import ACG, BASE, ID, RDF, RDFS, SKOS
from support.html_page import HTML, Page

SUFFIXES = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
}
ONE, TWO = "/doc/be/act/one", "/doc/be/act/two"


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
    ("path", "detail"),
    [
        ("/doc/", "as in /doc/be/body/nar; /api/search finds names"),
        ("/doc/?lang=fr", "as in /doc/be/body/nar; /api/search finds names"),
        ("/id/", "as in /id/be/body/nar; /api/search finds names"),
        ("/concept/", "as in /concept/theme/telework; /api/search finds names"),
        ("/graph/", "/void lists the graphs"),
    ],
)
def test_an_address_without_a_name_says_what_is_missing(small: httpx.Client, path: str, detail: str) -> None:
    response = small.get(path)
    assert response.status_code == 404
    assert detail in response.json()["detail"]


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
    assert ox.Triple(ox.NamedNode("tag:example.org,2023:a"), RDFS.seeAlso, two) in there


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
        address = following[0]
    assert count == 3
    assert len(found) == len(set(found)) == 121


@pytest.mark.parametrize(
    ("address", "following"),
    [
        (TWO, f"{TWO}?page=3"),
        (f"{TWO}.nt", f"{TWO}.nt?page=3"),
        (f"{TWO}?format=nt", f"{TWO}?format=nt&page=3"),
        (f"{TWO}?format=html&lang=fr", f"{TWO}?format=html&page=3&lang=fr"),
        (f"{TWO}.html?lang=de", f"{TWO}.html?page=3&lang=de"),
        (f"{TWO}.jsonld?lang=nl", f"{TWO}.jsonld?page=3&lang=nl"),
        (f"{TWO}?format=application/rdf%2Bxml", f"{TWO}?format=application%2Frdf%2Bxml&page=3"),
    ],
)
def test_a_page_leads_to_others_of_the_same_form_and_language(
    small: httpx.Client, address: str, following: str
) -> None:
    here = small.get(f"{address}{'&' if '?' in address else '?'}page=2")
    assert links(here, "next") == [following]
    assert links(here, "prev") == [following.replace("page=3", "page=1")]
    there = small.get(following)
    for name in ("content-type", "content-language"):
        assert there.headers.get(name) == here.headers.get(name)
    if "html" in here.headers["content-type"]:
        code = f"&lang={here.headers['content-language']}"
        assert {f"{TWO}.html?page={number}{code}" for number in (1, 3)} < set(Page(here.text).links)


@pytest.mark.parametrize("path", [ONE, "/ontology", "/shapes", "/graph/data/acts", f"{TWO}?page=2"])
def test_addresses_of_a_page_in_a_language_ask_for_it(small: httpx.Client, path: str) -> None:
    path, mark, query = path.partition("?")
    rest = mark + query
    both = f"{rest}&lang=fr" if rest else "?lang=fr"
    page = small.get(path + both, headers=HTML | {"Accept-Language": "nl"})
    assert page.headers["content-location"] == f"{path}.html{both}"
    assert links(page, "canonical") == [path + both]
    canonical = f'<link rel="canonical" href="{path}{both}">'.replace("&", "&amp;")
    assert canonical in page.text
    alternates = [f"{path}.{name}{rest}" for name in ("ttl", "jsonld", "rdf", "nt")] + [f"{path}.html{both}"]
    assert links(page, "alternate") == alternates
    found = re.findall(r'<link rel="alternate" type="[^"]*" href="([^"]*)"', page.text)
    assert [address.replace("&amp;", "&") for address in found] == alternates
    there = small.get(page.headers["content-location"])
    assert there.content == page.content
    assert there.headers["content-language"] == page.headers["content-language"] == "fr"
    turtle = small.get(path + both, headers={"Accept": "text/turtle"})
    assert turtle.headers["content-location"] == f"{path}.ttl{rest}"
    assert (links(turtle, "canonical"), links(turtle, "alternate")) == ([path + rest], alternates)
    assert "content-language" not in turtle.headers
