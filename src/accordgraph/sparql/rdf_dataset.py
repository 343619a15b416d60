"""The graphs that a query is asked over: its RDF dataset, by FROM clauses or parameters of the protocol."""

from dataclasses import dataclass

import pyoxigraph as ox

from accordgraph.namespaces import ID, PREFIXES
from accordgraph.sparql.tokenizer import dataset_clause


@dataclass(frozen=True)
class Graphs:
    """The graphs that a query is asked over: those that make up its default graph, and its named ones."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default or self.named)


def graphs_of(text: str) -> Graphs:
    """Return the graphs that the query's FROM clauses name; none when these cannot be read.

    The engine itself resolves what is written.
    """
    clause = dataset_clause(text)
    if not clause.default and not clause.named:
        return Graphs()
    written = clause.default + clause.named
    columns = " ".join(f"({iri} AS ?g{place})" for place, iri in enumerate(written))
    try:
        result = ox.Store().query(f"{clause.prologue}\nSELECT {columns} {{}}", base_iri=ID, prefixes=PREFIXES)
        assert isinstance(result, ox.QuerySolutions)
        iris = tuple(term.value for term in next(result) if isinstance(term, ox.NamedNode))
    except SyntaxError:  # the query itself is at fault: asked as it stands, it says where
        return Graphs()
    return Graphs(iris[: len(clause.default)], iris[len(clause.default) :])
