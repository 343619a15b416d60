"""The JSON-LD context: what is written with it means the same triples, whatever their values are."""

import json
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph

from accordgraph.namespaces import ACG, CONCEPT, DCTERMS, ID, PREFIXES, RDF, SKOS, XSD
from accordgraph.project import find_project
from accordgraph.results.json_reader import URI, Term, read_rows, rows_of
from accordgraph.server.pages.jsonld import Context

QUERIES = find_project().queries / "linked"
TERMS = [
    {"term": "implements", "kind": "ObjectProperty"},
    {"term": "minimumWorkers", "kind": "DatatypeProperty", "range": XSD.integer.value},
    {"term": "isOpen", "kind": "DatatypeProperty", "range": XSD.boolean.value},
    {"term": "signedOn", "kind": "DatatypeProperty", "range": XSD.date.value},
    {"term": "section", "kind": "DatatypeProperty", "range": XSD.string.value},
    {"term": "amount", "kind": "DatatypeProperty"},
    {"term": "Act", "kind": "Class"},
]
VALUES = [
    (SKOS.prefLabel.value, "@language", "@language"),
    (DCTERMS.source.value, "@id", "@id"),
    (DCTERMS.date.value, XSD.date.value, XSD.gYear.value),
    (SKOS.notation.value, XSD.string.value, XSD.string.value),
    ("http://no.prefix/p", "@id", "@id"),
    ("http://no.prefix/q", XSD.integer.value, XSD.integer.value),
    (RDF.type.value, "@id", "@id"),
]


def cell(value: str) -> Term:
    return Term(URI, value)


@pytest.fixture(scope="module")
def context() -> Context:
    owl = PREFIXES["owl"]
    terms = [
        {"term": cell(ACG + row["term"]), "kind": cell(owl + row["kind"])}
        | ({"range": cell(row["range"])} if "range" in row else {})
        for row in TERMS
    ]
    values = [{"property": cell(p), "first": cell(first), "last": cell(last)} for p, first, last in VALUES]
    return Context(terms, values)


def meaning(document: dict[str, Any]) -> ox.Dataset:
    found = ox.Dataset(ox.parse(json.dumps(document).encode(), ox.RdfFormat.JSON_LD))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def same(triples: list[ox.Triple]) -> ox.Dataset:
    found = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


PROPERTIES = [
    *(
        ACG[name]
        for name in ("implements", "minimumWorkers", "isOpen", "signedOn", "section", "amount", "none")
    ),
    *(ox.NamedNode(row[0]) for row in VALUES[:-1]),
    ox.NamedNode("http://no.prefix/none"),
]
OBJECTS: list[ox.NamedNode | ox.Literal | ox.BlankNode] = [
    ID["be/act/two"],
    CONCEPT["level/federal"],
    ox.NamedNode("urn:x"),
    ox.BlankNode("b"),
    ox.Literal("a text"),
    ox.Literal(""),
    ox.Literal("un texte", language="fr"),
    ox.Literal("encore un texte", language="fr"),
    ox.Literal("een tekst", language="nl-BE"),
    *(ox.Literal(text, datatype=XSD.integer) for text in ("20", "0", "-7", "020", "+5", "-0", "9" * 30)),
    *(ox.Literal(text, datatype=XSD.boolean) for text in ("true", "false", "1", "no")),
    *(ox.Literal(text, datatype=XSD.date) for text in ("2022-10-03", "soon")),
    ox.Literal("2022", datatype=XSD.gYear),
    ox.Literal("1.50", datatype=XSD.decimal),
    ox.Literal("1e3", datatype=XSD.double),
]


@pytest.mark.parametrize("property_", PROPERTIES, ids=lambda term: term.value.rpartition("/")[2])
def test_any_value_of_any_property_keeps_its_meaning(context: Context, property_: ox.NamedNode) -> None:
    one = ID["be/act/one"]
    for value in OBJECTS:
        triples = [ox.Triple(one, property_, value)]
        assert meaning(context.write(rows_of(triples))) == same(triples), value
    everything = [ox.Triple(one, property_, value) for value in OBJECTS]
    assert meaning(context.write(rows_of(everything))) == same(everything)


def test_what_a_document_looks_like(context: Context) -> None:
    one, two = ID["be/act/one"], ID["be/act/two"]
    triples = [
        ox.Triple(one, RDF.type, ACG.Act),
        ox.Triple(one, ACG.implements, two),
        ox.Triple(one, ACG.minimumWorkers, ox.Literal("20", datatype=XSD.integer)),
        ox.Triple(one, ACG.signedOn, ox.Literal("2022-10-03", datatype=XSD.date)),
        ox.Triple(one, SKOS.prefLabel, ox.Literal("Act one", language="en")),
        ox.Triple(two, ACG.signedOn, ox.Literal("2022", datatype=XSD.gYear)),
    ]
    document = context.write(rows_of(triples), first=two.value)
    assert document["@graph"] == [
        {"id": two.value, ACG + "signedOn": {"@value": "2022", "@type": XSD.gYear.value}},
        {
            "id": one.value,
            "type": "Act",
            "skos:prefLabel": {"en": "Act one"},
            "implements": two.value,
            "minimumWorkers": 20,
            "signedOn": "2022-10-03",
        },
    ]
    assert set(document["@context"]) == {
        *("id", "type", "skos", "xsd", "skos:prefLabel", "Act", "implements", "minimumWorkers", "signedOn"),
    }


def test_the_whole_graph_keeps_its_meaning(graph: httpx.Client, dataset: Path) -> None:
    """Every triple of the graph, written with the context that the server makes."""
    rows = {
        name: read_rows(
            graph.get(
                "/sparql", params={"query": (QUERIES / f"{name}.rq").read_text(), "format": "json"}
            ).content
        )
        for name in ("terms", "values")
    }
    quads = ox.parse(dataset.read_bytes(), ox.RdfFormat.N_QUADS)
    triples = {quad.triple for quad in quads if quad.graph_name == ox.DefaultGraph()}
    document = Context(rows["terms"], rows["values"]).write(rows_of(list(triples)))
    found = ox.parse(json.dumps(document).encode(), ox.RdfFormat.JSON_LD)
    assert {quad.triple for quad in found} == triples


def test_the_whole_context_has_no_two_meanings(graph: httpx.Client) -> None:
    response = graph.get("/context.jsonld")
    assert response.headers["content-type"] == "application/ld+json"
    terms = response.json()["@context"]
    assert {"id", "type", "implements", "Act", "skos:prefLabel", "dcterms", "level"} <= set(terms)
    assert terms["level"] == {"@id": ACG + "level", "@type": "@id"}
    assert terms["id"] == "@id" and terms["type"] == "@type"
    iris = [term if isinstance(term, str) else term["@id"] for term in terms.values()]
    assert len(iris) == len(set(iris))


def test_people_can_write_with_the_context(graph: httpx.Client) -> None:
    document = graph.get("/context.jsonld").json() | {
        "id": ID + "be/act/mine",
        "type": "Act",
        "level": CONCEPT + "level/federal",
        "signedOn": "2024-01-31",
        "skos:prefLabel": {"en": "My act"},
    }
    found = {quad.triple for quad in ox.parse(json.dumps(document).encode(), ox.RdfFormat.JSON_LD)}
    mine = ID["be/act/mine"]
    assert found == {
        ox.Triple(mine, RDF.type, ACG.Act),
        ox.Triple(mine, ACG.level, CONCEPT["level/federal"]),
        ox.Triple(mine, ACG.signedOn, ox.Literal("2024-01-31", datatype=XSD.date)),
        ox.Triple(mine, SKOS.prefLabel, ox.Literal("My act", language="en")),
    }
    assert len(Graph().parse(data=json.dumps(document), format="json-ld")) == len(found)
