"""The points of data.europa.eu for metadata, as its published method counts them, without a network.

That addresses answer is for another test, which fetches them all; here it is given.
"""

from pathlib import Path

from rdflib import DCAT, DCTERMS, Graph, Namespace, URIRef
from rdflib.term import Node

SPDX_SIZE = DCAT.byteSize
AUTHORITY = "http://publications.europa.eu/resource/authority/"
IANA = "http://www.iana.org/assignments/media-types/"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")


def listed(path: Path) -> set[str]:
    """Return the IRIs of a table of file types."""
    return {line.split(",")[0].strip() for line in path.read_text("utf-8").splitlines()}


def points(graph: Graph, dataset: Node, tables: Path, conforms: bool) -> dict[str, int]:
    """Return the points of a dataset by metric; of its distributions the best one counts."""
    free, readable = listed(tables / "non-proprietary.csv"), listed(tables / "machine-readable.csv")
    distributions = list(graph.objects(dataset, DCAT.distribution))

    def has(node: Node, predicate: URIRef) -> bool:
        return (node, predicate, None) in graph

    def best(test) -> bool:  # type: ignore[no-untyped-def]
        return any(test(node) for node in distributions)

    def format_of(node: Node) -> str:
        return str(graph.value(node, DCTERMS.format))

    def known(node: Node) -> bool:
        return format_of(node).startswith(AUTHORITY) and str(graph.value(node, DCAT.mediaType)).startswith(
            IANA
        )

    rules = {
        "keyword": (30, has(dataset, DCAT.keyword)),
        "theme": (30, has(dataset, DCAT.theme)),
        "spatial": (20, has(dataset, DCTERMS.spatial)),
        "temporal": (20, has(dataset, DCTERMS.temporal)),
        "accessURL": (50, best(lambda node: has(node, DCAT.accessURL))),
        "downloadURL": (50, best(lambda node: has(node, DCAT.downloadURL))),
        "format": (20, best(lambda node: has(node, DCTERMS.format))),
        "mediaType": (10, best(lambda node: has(node, DCAT.mediaType))),
        "format and media type from a vocabulary": (10, best(known)),
        "non-proprietary": (20, best(lambda node: format_of(node) in free)),
        "machine readable": (20, best(lambda node: format_of(node) in readable)),
        "DCAT-AP": (30, conforms),
        "licence": (20, best(lambda node: has(node, DCTERMS.license))),
        "licence from a vocabulary": (
            10,
            best(lambda node: str(graph.value(node, DCTERMS.license)).startswith(AUTHORITY)),
        ),
        "access rights": (10, has(dataset, DCTERMS.accessRights)),
        "access rights from a vocabulary": (
            5,
            str(graph.value(dataset, DCTERMS.accessRights)).startswith(AUTHORITY),
        ),
        "contact": (20, has(dataset, DCAT.contactPoint)),
        "publisher": (10, has(dataset, DCTERMS.publisher)),
        "rights": (5, best(lambda node: has(node, DCTERMS.rights))),
        "byteSize": (5, best(lambda node: has(node, SPDX_SIZE))),
        "issued": (5, has(dataset, DCTERMS.issued)),
        "modified": (5, has(dataset, DCTERMS.modified)),
    }
    return {name: most if met else 0 for name, (most, met) in rules.items()}
