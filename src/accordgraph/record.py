"""What an engine elsewhere is told of the dataset it holds, so that a server can ask for it.

It stands in a graph of its own, beside the dataset: the digest, the number of triples, the named graphs and,
where the engine has no default graph that is only ours, the named graph that holds the merged dataset.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.namespaces import DCTERMS, GRAPH, SD, VOID, XSD

RECORD = GRAPH["dataset"]
"""The graph of the record, and the thing that it is about."""
MERGED = GRAPH["merged"]
"""The graph of the merged dataset where it cannot be the default graph."""

QUERY = f"SELECT ?p ?o WHERE {{ GRAPH {RECORD} {{ {RECORD} ?p ?o }} }} ORDER BY ?p ?o"
"""Asks an engine for the record."""


@dataclass(frozen=True)
class Record:
    """A dataset as an engine holds it; `merged` is None where its default graph is the dataset's own."""

    digest: str
    triples: int
    named: tuple[str, ...] = ()
    merged: str | None = None

    def write(self) -> list[Triple]:
        """Return the record as triples."""
        content: list[tuple[NamedNode, NamedNode | Literal]] = [
            (DCTERMS.identifier, Literal(self.digest)),
            (VOID.triples, Literal(str(self.triples), datatype=XSD.integer)),
            *((SD.namedGraph, NamedNode(graph)) for graph in self.named),
        ]
        if self.merged:
            content.append((SD.defaultGraph, NamedNode(self.merged)))
        return [Triple(RECORD, predicate, value) for predicate, value in content]


def read(bindings: Iterable[Mapping[str, Mapping[str, str]]]) -> Record | None:
    """Return the record in the bindings that answer `QUERY`, as SPARQL JSON has them; None without one."""
    values: dict[str, list[str]] = {}
    for binding in bindings:
        values.setdefault(binding["p"]["value"], []).append(binding["o"]["value"])
    try:
        digest, triples = values[DCTERMS.identifier.value][0], int(values[VOID.triples.value][0])
    except (LookupError, ValueError):
        return None
    merged = values.get(SD.defaultGraph.value)
    return Record(digest, triples, tuple(values.get(SD.namedGraph.value, ())), merged[0] if merged else None)
