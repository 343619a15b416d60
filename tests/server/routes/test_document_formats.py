"""Every form of a document is the same graph to a reader that is not the engine: rdflib."""

from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph
from rdflib.compare import to_canonical_graph
from rdflib.term import Node

from accordgraph.namespaces import BASE, RDF

FORMS = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
Triple = tuple[Node, Node, Node]
GRAPH = "CONSTRUCT { ?s ?p ?o } { ?s a ?class ; ?p ?o }"


def read(client: httpx.Client, address: str, form: str, **parameters: str) -> Graph:
    response = client.get(address, params=parameters)
    assert response.status_code == 200, response.text
    return to_canonical_graph(Graph().parse(data=response.content, format=FORMS[form], publicID=BASE))


def differences(client: httpx.Client, address: str) -> dict[str, list[set[Triple]]]:
    """Return what each form of a document has more and less than its N-Triples, for those that differ."""
    right = set(read(client, f"{address}.nt", "nt"))
    assert right
    others = {form: set(read(client, f"{address}.{form}", form)) for form in FORMS if form != "nt"}
    return {form: [found - right, right - found] for form, found in others.items() if found != right}


@pytest.mark.parametrize("address", ["/void", "/shapes", "/ontology"])
def test_the_forms_of_a_document_are_one_graph(graph: httpx.Client, address: str) -> None:
    assert differences(graph, address) == {}


def test_so_are_those_of_the_first_thing_of_each_class(graph: httpx.Client, dataset: Path) -> None:
    first: dict[str, str] = {}
    for quad in ox.parse(dataset.read_bytes(), ox.RdfFormat.N_QUADS):
        if quad.predicate == RDF.type and quad.graph_name == ox.DefaultGraph():
            first[str(quad.object)] = min(first.get(str(quad.object), "~"), quad.subject.value)
    things = {iri for iri in first.values() if iri.startswith((BASE + "id/", BASE + "concept/"))}
    assert len(things) > 20
    for iri in sorted(things):
        path = iri.removeprefix(BASE).removeprefix("id/")
        assert differences(graph, f"/doc/{path}") == {}, iri


def test_so_are_those_of_an_answer(small: httpx.Client) -> None:
    found = {form: set(read(small, "/sparql", form, query=GRAPH, format=form)) for form in FORMS}
    assert all(triples == found["nt"] != set() for triples in found.values())
