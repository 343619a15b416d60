"""What an engine elsewhere is told of the dataset it holds, so that a server can ask for it.

It stands in a graph of its own, beside the dataset: the digest, the number of triples, the named graphs and,
where the engine has no default graph that is only ours, the named graph that holds the merged dataset. And it
names the load that put them there, anew each time: a load names itself before it writes anything else, and is
the only one that is named when it is done. So what is read between is seen to be no whole dataset.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.namespaces import DCTERMS, GRAPH, PROV, SD, VOID, XSD
from accordgraph.results.json_reader import Row

RECORD = GRAPH["dataset"]
"""The graph of the record, and the thing that it is about."""
MERGED = GRAPH["merged"]
"""The graph of the merged dataset where it cannot be the default graph."""
NOTHING = GRAPH["nothing"]
"""A graph that never is: named where an engine would take no graphs for all of them."""

QUERY = f"SELECT ?p ?o WHERE {{ GRAPH {RECORD} {{ {RECORD} ?p ?o }} }} ORDER BY ?p ?o"
"""Asks an engine for the record."""
LOADS = f"SELECT ?load WHERE {{ GRAPH {RECORD} {{ {RECORD} {PROV.wasGeneratedBy} ?load }} }} ORDER BY ?load"
"""Asks an engine for the loads that its record names."""


@dataclass(frozen=True)
class Record:
    """A dataset as an engine holds it; `merged` is None where its default graph is the dataset's own.

    `loads` are IRIs. With more than one, or without a digest, the dataset is being put there.
    """

    digest: str
    triples: int
    named: tuple[str, ...] = ()
    merged: str | None = None
    loads: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all of the dataset is there."""
        return bool(self.digest) and len(self.loads) < 2

    def write(self) -> list[Triple]:
        """Return the record as triples."""
        content: list[tuple[NamedNode, NamedNode | Literal]] = [
            (DCTERMS.identifier, Literal(self.digest)),
            (VOID.triples, Literal(str(self.triples), datatype=XSD.integer)),
            *((SD.namedGraph, NamedNode(graph)) for graph in self.named),
            *((PROV.wasGeneratedBy, NamedNode(load)) for load in self.loads),
        ]
        if self.merged:
            content.append((SD.defaultGraph, NamedNode(self.merged)))
        return [Triple(RECORD, predicate, value) for predicate, value in content]


def begun(load: str) -> list[Triple]:
    """Return what a load adds to the record before it writes anything else."""
    return [Triple(RECORD, PROV.wasGeneratedBy, NamedNode(load))]


def read(bindings: Iterable[Row]) -> Record | None:
    """Return the record in the bindings that answer `QUERY`; None without one."""
    values: dict[str, list[str]] = {}
    for binding in bindings:
        values.setdefault(binding["p"].value, []).append(binding["o"].value)
    named = tuple(values.get(SD.namedGraph.value, ()))
    merged = next(iter(values.get(SD.defaultGraph.value, ())), None)
    loads = tuple(values.get(PROV.wasGeneratedBy.value, ()))
    try:
        digest, triples = values[DCTERMS.identifier.value][0], int(values[VOID.triples.value][0])
    except (LookupError, ValueError):
        return Record("", 0, named, merged, loads) if loads else None
    return Record(digest, triples, named, merged, loads)
