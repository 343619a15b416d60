"""The service description and VoID: the W3C's three rules, and numbers that are counted anew here."""

from collections import Counter
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.namespaces import BASE, DCTERMS, RDF, SD, VOID, XSD
from accordgraph.results.formats import GRAPHS, HTML, RESULTS, XLSX
from accordgraph.server.pages.void import _FORMATS

FORMS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
ADDRESSES = ["/sparql", "/void", "/.well-known/void"]
DOMAINS = {
    "endpoint": ("Service", None),
    "supportedLanguage": ("Service", None),
    "resultFormat": ("Service", None),
    "feature": ("Service", None),
    "defaultEntailmentRegime": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}
"""What the vocabulary of service descriptions says of the properties that are used here."""
INSTANCES = {"SPARQL10Query", "SPARQL11Query"}


class Description:
    """A description that was fetched."""

    def __init__(self, client: httpx.Client, path: str = "/sparql", accept: str = "text/turtle") -> None:
        self.response = client.get(path, headers={"Accept": accept})
        assert self.response.status_code == 200
        assert self.response.headers["content-type"].partition(";")[0] == accept
        self.triples = {quad.triple for quad in ox.parse(self.response.content, FORMS[accept])}
        self._objects: dict[object, list[ox.NamedNode | ox.Literal]] = {}
        self._members: dict[object, list[ox.NamedNode]] = {}
        for triple in self.triples:
            assert isinstance(triple.subject, ox.NamedNode)
            assert isinstance(triple.object, ox.NamedNode | ox.Literal)
            self._objects.setdefault((triple.subject, triple.predicate), []).append(triple.object)
            if triple.predicate == RDF.type:
                self._members.setdefault(triple.object, []).append(triple.subject)

    def objects(self, subject: object, predicate: ox.NamedNode) -> list[ox.NamedNode | ox.Literal]:
        return self._objects.get((subject, predicate), [])

    def of(self, class_: ox.NamedNode) -> list[ox.NamedNode]:
        return self._members.get(class_, [])

    def number(self, subject: object, predicate: ox.NamedNode) -> int:
        (value,) = self.objects(subject, predicate)
        assert isinstance(value, ox.Literal) and value.datatype == XSD.integer
        return int(value.value)


@pytest.fixture(scope="module")
def description(graph: httpx.Client) -> Description:
    return Description(graph)


@pytest.mark.parametrize("accept", FORMS)
@pytest.mark.parametrize("path", ADDRESSES)
def test_rule_one_rdf_is_returned(small: httpx.Client, path: str, accept: str) -> None:
    found = Description(small, path, accept)
    assert found.triples == Description(small, "/sparql", "application/n-triples").triples
    tag = found.response.headers["etag"]
    again = small.get(path, headers={"Accept": accept, "If-None-Match": tag})
    assert again.status_code == 304
    assert small.head(path, headers={"Accept": accept}).status_code == 200


def test_rule_two_the_service_has_the_endpoint_that_was_asked(small: httpx.Client) -> None:
    found = Description(small)
    (service,) = found.of(SD.Service)
    assert found.objects(service, SD.endpoint) == [ox.NamedNode(str(small.base_url.join("/sparql")))]
    answer = small.get(found.objects(service, SD.endpoint)[0].value, params={"query": "ASK {}"})
    assert answer.json()["boolean"] is True
    elsewhere = small.get("/sparql", headers={"Host": "data.example.org", "Accept": "text/turtle"})
    assert "<http://data.example.org/sparql>" in elsewhere.text
    assert small.get("/sparql", headers={"Host": "a%zz"}).status_code == 400


def test_rule_three_the_vocabulary_is_used_as_it_says(description: Description) -> None:
    classes = {name for pair in DOMAINS.values() for name in pair if name}
    for triple in description.triples:
        for term in (triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode) and term.value.startswith(SD):
                name = term.value.removeprefix(SD)
                assert name in (DOMAINS if term == triple.predicate else classes | INSTANCES)
        name = triple.predicate.value.removeprefix(SD)
        if name in DOMAINS:
            domain, range_ = DOMAINS[name]
            assert triple.subject in description.of(SD[domain])
            assert range_ is None or triple.object in description.of(SD[range_])
            assert isinstance(triple.object, ox.NamedNode)
    for graph in description.of(SD.NamedGraph):
        assert len(description.objects(graph, SD.name)) == len(description.objects(graph, SD.graph)) == 1


def test_every_form_is_named(description: Description) -> None:
    (service,) = description.of(SD.Service)
    assert set(_FORMATS) == {*RESULTS, *GRAPHS} - {HTML, XLSX}
    assert len(description.objects(service, SD.resultFormat)) == len(_FORMATS)
    assert description.objects(service, SD.feature) == []


def test_the_numbers_are_right(description: Description, dataset: Path) -> None:
    """Count everything again, from the file."""
    quads = list(ox.parse(dataset.read_bytes(), ox.RdfFormat.N_QUADS))
    triples = [quad.triple for quad in quads if quad.graph_name == ox.DefaultGraph()]
    graphs = Counter(quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode))
    types: dict[object, set[str]] = {}
    for triple in triples:
        if triple.predicate == RDF.type and isinstance(triple.object, ox.NamedNode):
            types.setdefault(triple.subject, set()).add(triple.object.value)
    classes = Counter(class_ for found in types.values() for class_ in found)
    properties = Counter(triple.predicate.value for triple in triples)
    subjects: dict[str, set[object]] = {name: set() for name in properties}
    objects: dict[str, set[object]] = {name: set() for name in properties}
    for triple in triples:
        subjects[triple.predicate.value].add(triple.subject)
        objects[triple.predicate.value].add(triple.object)
    inner = Counter((class_, t.predicate.value) for t in triples for class_ in types.get(t.subject, ()))

    (void_dataset,) = description.of(SD.Dataset)
    (default,) = description.objects(void_dataset, SD.defaultGraph)
    for node in (void_dataset, default):
        assert description.number(node, VOID.triples) == len(triples)
        assert description.number(node, VOID.distinctSubjects) == len({t.subject for t in triples})
        assert description.number(node, VOID.distinctObjects) == len({t.object for t in triples})
        assert description.number(node, VOID.classes) == len(classes)
        assert description.number(node, VOID.properties) == len(properties)
        ours = [s for s in types if isinstance(s, ox.NamedNode) and s.value.startswith(BASE)]
        assert description.number(node, VOID.entities) == len(ours)

    found_classes, found_inner = {}, {}
    for part in description.objects(void_dataset, VOID.classPartition):
        (class_,) = description.objects(part, VOID["class"])
        found_classes[class_.value] = description.number(part, VOID.entities)
        for smaller in description.objects(part, VOID.propertyPartition):
            (property_,) = description.objects(smaller, VOID.property)
            found_inner[class_.value, property_.value] = description.number(smaller, VOID.triples)
    assert found_classes == classes
    assert found_inner == inner
    found_properties = {}
    for part in description.objects(void_dataset, VOID.propertyPartition):
        (property_,) = description.objects(part, VOID.property)
        found_properties[property_.value] = description.number(part, VOID.triples)
        assert description.number(part, VOID.distinctSubjects) == len(subjects[property_.value])
        assert description.number(part, VOID.distinctObjects) == len(objects[property_.value])
    assert found_properties == properties
    found_graphs = {}
    for named in description.objects(void_dataset, SD.namedGraph):
        (name,), (graph,) = description.objects(named, SD.name), description.objects(named, SD.graph)
        found_graphs[name.value] = description.number(graph, VOID.triples)
    assert found_graphs == graphs


def test_the_dataset_says_where_it_is_from(graph: httpx.Client, description: Description) -> None:
    (void_dataset,) = description.of(SD.Dataset)
    assert [term.value for term in description.objects(void_dataset, DCTERMS.license)] == [
        "https://creativecommons.org/licenses/by/4.0/"
    ]
    assert description.objects(void_dataset, VOID.uriSpace) == [ox.Literal(BASE)]
    examples = description.objects(void_dataset, VOID.exampleResource)
    assert len(examples) > 5
    for example in examples:
        assert graph.get("/" + example.value.removeprefix(BASE)).status_code == 303
    assert description.objects(void_dataset, VOID.dataDump) == []


def test_a_parameter_without_a_value_is_still_a_query(small: httpx.Client) -> None:
    assert small.get("/sparql", params={"query": ""}).status_code == 400
    assert small.get("/sparql", params={"format": "nt"}).headers["content-type"] == "application/n-triples"
    assert small.get("/sparql", headers={"Accept": "image/png"}).status_code == 406


def test_browsers_get_a_form(graph: httpx.Client) -> None:
    page = graph.get("/sparql", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<textarea id="query" name="query"' in page.text
    assert "/queries/" in page.text
    assert f"{graph.get('/').json()['triples']:,} triples" in page.text
