"""The real graph as linked data: every IRI dereferences, links lead somewhere, documents are quick."""

import re
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from accordgraph.namespaces import ACG, BASE, ID
from accordgraph.project import find_project
from support.html_page import HTML, Page


def own_iris(dataset: Path) -> set[str]:
    """Return every IRI of the graph that is ours: subjects, predicates, objects and graphs."""
    found = set()
    for quad in ox.parse(dataset.read_bytes(), ox.RdfFormat.N_QUADS):
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
                found.add(term.value)
    return found


def test_every_iri_of_the_graph_dereferences(graph: httpx.Client, dataset: Path) -> None:
    iris = own_iris(dataset)
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


def test_documents_of_the_graph_and_the_links_on_their_pages(graph: httpx.Client, dataset: Path) -> None:
    things = sorted(iri for iri in own_iris(dataset) if iri.startswith((ID, BASE + "concept/")))
    local: set[str] = set()
    for iri in things[::25]:
        path = "/" + iri.removeprefix(BASE)
        turtle = graph.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
        assert turtle.status_code == 200, turtle.text
        subjects = {quad.subject for quad in ox.parse(turtle.content, ox.RdfFormat.TURTLE)}
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
