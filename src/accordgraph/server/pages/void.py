"""What the endpoint and the dataset say of themselves: SPARQL 1.1 Service Description and VoID.

All numbers are answers of the queries in `queries/void`, counted on the merged default graph. Only the IRI of
the service and the address of the endpoint depend on where it is served.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from accordgraph.namespaces import (
    BASE,
    DCTERMS,
    FOAF,
    FORMATS,
    GRAPH,
    PREFIXES,
    RDF,
    RDFS,
    SD,
    VOID,
    XSD,
    Namespace,
    shorten,
)
from accordgraph.results import formats
from accordgraph.server.http.languages import LANGUAGES, dictionary
from accordgraph.server.pages.dataset_index import DatasetQueries

DATASET = Namespace(BASE + "void#")
"""The dataset, its graphs and its parts: `void#dataset`, `void#graph/...`, `void#class/...`."""

SIMPLE = NamedNode("http://www.w3.org/ns/entailment/Simple")
_FORMATS = {
    formats.JSON: "SPARQL_Results_JSON",
    formats.XML: "SPARQL_Results_XML",
    formats.CSV: "SPARQL_Results_CSV",
    formats.TSV: "SPARQL_Results_TSV",
    formats.TURTLE: "Turtle",
    formats.N_TRIPLES: "N-Triples",
    formats.JSON_LD: "JSON-LD",
    formats.RDF_XML: "RDF_XML",
    formats.TRIG: "TriG",
    formats.N_QUADS: "N-Quads",
}
"""The names of the forms among the formats of W3C; pages and spreadsheets have none."""

_Object = NamedNode | Literal | BlankNode


@dataclass(frozen=True)
class Numbers:
    """What the queries count."""

    totals: dict[str, int]
    classes: dict[str, int]
    properties: dict[str, tuple[int, int, int]]
    """The triples, subjects and objects of each property."""
    class_properties: dict[str, dict[str, int]]
    graphs: dict[str, int]
    examples: list[str]
    licenses: list[str]
    publishers: list[str]


async def numbers(dataset: DatasetQueries) -> Numbers:
    """Ask for all that is counted; the answers are kept. Raises `Problem` when a query fails."""
    (totals,) = await dataset.rows("void/totals")
    by_class: dict[str, dict[str, int]] = {}
    for row in await dataset.rows("void/class-properties"):
        triples = int(row["triples"].value)
        by_class.setdefault(row["class"].value, {})[row["property"].value] = triples
    terms_of_use = await dataset.rows("void/terms-of-use")
    return Numbers(
        {name: int(cell.value) for name, cell in totals.items()},
        {row["class"].value: int(row["things"].value) for row in await dataset.rows("void/classes")},
        {
            row["property"].value: (
                int(row["triples"].value),
                int(row["subjects"].value),
                int(row["objects"].value),
            )
            for row in await dataset.rows("void/properties")
        },
        by_class,
        dict((await dataset.index()).graphs),
        [row["example"].value for row in await dataset.rows("void/examples") if "example" in row],
        list(dict.fromkeys(row["license"].value for row in terms_of_use)),
        list(dict.fromkeys(row["publisher"].value for row in terms_of_use if "publisher" in row)),
    )


def describe(counted: Numbers, endpoint: str) -> list[Triple]:
    """Return the description of the service at an endpoint, and of the dataset behind it."""
    description: list[Triple] = []

    def say(subject: NamedNode, predicate: NamedNode, *objects: _Object) -> None:
        description.extend(Triple(subject, predicate, object_) for object_ in objects)

    service, dataset = NamedNode(f"{endpoint}#service"), DATASET.dataset
    default = DATASET["default-graph"]
    say(service, RDF.type, SD.Service)
    say(service, SD.endpoint, NamedNode(endpoint))
    say(service, SD.supportedLanguage, SD.SPARQL10Query, SD.SPARQL11Query)
    say(service, SD.resultFormat, *(FORMATS[name] for name in _FORMATS.values()))
    say(service, SD.defaultEntailmentRegime, SIMPLE)
    say(service, SD.defaultDataset, dataset)

    document = NamedNode(BASE + "void")
    say(document, RDF.type, VOID.DatasetDescription)
    say(document, FOAF.primaryTopic, dataset)
    say(dataset, RDF.type, SD.Dataset, VOID.Dataset)
    words = dictionary()
    for code in LANGUAGES:
        say(dataset, DCTERMS["title"], Literal("AccordGraph", language=code))
        say(dataset, DCTERMS.description, Literal(words["about"][code], language=code))
    say(dataset, DCTERMS.license, *map(NamedNode, counted.licenses))
    say(dataset, DCTERMS.publisher, *map(NamedNode, counted.publishers))
    say(dataset, FOAF.homepage, NamedNode(BASE))
    say(dataset, RDFS.seeAlso, NamedNode(BASE + "catalog"))
    say(dataset, VOID.sparqlEndpoint, NamedNode(endpoint))
    say(dataset, VOID.uriSpace, Literal(BASE))
    say(dataset, VOID.exampleResource, *map(NamedNode, counted.examples))
    say(dataset, VOID.vocabulary, *_vocabularies([*counted.classes, *counted.properties]))
    say(dataset, SD.defaultGraph, default)
    say(default, RDF.type, SD.Graph, VOID.Dataset)
    for node in (dataset, default):
        for predicate, name in _TOTALS:
            say(node, predicate, _number(counted.totals[name]))
    for class_, things in counted.classes.items():
        part = DATASET[f"class/{_local(class_)}"]
        say(dataset, VOID.classPartition, part)
        say(part, RDF.type, VOID.Dataset)
        say(part, VOID["class"], NamedNode(class_))
        say(part, VOID.entities, _number(things))
        for property_, triples in counted.class_properties.get(class_, {}).items():
            inner = DATASET[f"class/{_local(class_)}/{_local(property_)}"]
            say(part, VOID.propertyPartition, inner)
            say(inner, VOID.property, NamedNode(property_))
            say(inner, VOID.triples, _number(triples))
    for property_, (triples, subjects, objects) in counted.properties.items():
        part = DATASET[f"property/{_local(property_)}"]
        say(dataset, VOID.propertyPartition, part)
        say(part, RDF.type, VOID.Dataset)
        say(part, VOID.property, NamedNode(property_))
        say(part, VOID.triples, _number(triples))
        say(part, VOID.distinctSubjects, _number(subjects))
        say(part, VOID.distinctObjects, _number(objects))
    for graph, triples in counted.graphs.items():
        named, inner = DATASET[f"named/{_local(graph)}"], DATASET[f"graph/{_local(graph)}"]
        say(dataset, SD.namedGraph, named)
        say(named, RDF.type, SD.NamedGraph)
        say(named, SD.name, NamedNode(graph))
        say(named, SD.graph, inner)
        say(inner, RDF.type, SD.Graph, VOID.Dataset)
        say(inner, VOID.triples, _number(triples))
    return description


_TOTALS = (
    (VOID.triples, "triples"),
    (VOID.entities, "entities"),
    (VOID.distinctSubjects, "subjects"),
    (VOID.distinctObjects, "objects"),
    (VOID.classes, "classes"),
    (VOID.properties, "properties"),
)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _local(iri: str) -> str:
    """Return a part of an IRI that stands for another one: a path of ours, or a prefixed name."""
    if iri.startswith(GRAPH):
        return iri.removeprefix(GRAPH)
    return shorten(iri).strip("<>").replace(":", "-", 1).replace("/", "-").replace("#", "-")


def _vocabularies(iris: Iterable[str]) -> list[NamedNode]:
    """Return the namespaces of classes and properties, as far as the graph has a prefix for them."""
    spaces = {iri[: max(iri.rfind("/"), iri.rfind("#")) + 1] for iri in iris}
    return [NamedNode(space) for space in sorted(spaces & {str(space) for space in PREFIXES.values()})]
