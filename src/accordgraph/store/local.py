"""The store: a validated dataset that answers SPARQL, behind one small interface.

The default graph is the merged dataset, in which every triple stands once; the named graphs are the files it
came from. A query whose FROM clauses (or whose protocol parameters) name several default graphs is answered
from their merge, so that a triple in two of them counts once too: the engine by itself would count it twice.

Prefixes of the graph need not be declared in a query, and a relative IRI is one of its things
(`<be/body/nar>`). Nothing here stops a query that runs too long: that is for the processes of `workers`.
"""

import fcntl
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from accordgraph.dataset.build import read_validated
from accordgraph.errors import DatasetNotBuilt, EvaluationError, shown
from accordgraph.namespaces import ID, PREFIXES
from accordgraph.results.result import Answer
from accordgraph.sparql.diagnostics import explain
from accordgraph.sparql.graph_scopes import check_graph_scopes
from accordgraph.sparql.query import Graphs, SparqlQuery

POINTER = "dataset.json"
"""The file of a store's folder that gives the dataset's digest, its length, and the folder that holds it."""

_Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


class Store(Protocol):
    """A dataset to query. The digest names it: the same digest, the same answers."""

    @property
    def digest(self) -> str:
        """The SHA-256 of the dataset, in hexadecimal."""

    def __len__(self) -> int:
        """Count the triples of the merged dataset."""

    def query(self, query: SparqlQuery | str, graphs: Graphs | None = None) -> Answer:
        """Evaluate a SPARQL query; `graphs`, where given, replaces its FROM clauses.

        Raises `QueryError` for what is not SPARQL (with line and column where they are known), `QueryRefused`
        for updates and SERVICE, `EvaluationError` for what cannot be evaluated, or not as SPARQL says.
        """

    def close(self) -> None:
        """Let go of what the store holds."""


class LocalStore:
    """The dataset in an engine of this process."""

    def __init__(self, store: ox.Store, digest: str, length: int) -> None:
        self.digest = digest
        self._store = store
        self._length = length

    def __len__(self) -> int:
        return self._length

    def query(self, query: SparqlQuery | str, graphs: Graphs | None = None) -> Answer:
        """Evaluate a SPARQL query; see `Store.query`."""
        if isinstance(query, str):
            query = SparqlQuery.read(query)
        query.check_read_only()
        check_graph_scopes(query)
        try:
            graphs = graphs or query.graphs
            if not graphs:
                return Answer(self._store.query(query.text, base_iri=ID, prefixes=PREFIXES))
            return self._query_over(query.text, graphs)
        except SyntaxError as error:
            raise explain(error, query) from error
        except RuntimeError as error:
            raise EvaluationError(shown(str(error))) from error

    def _query_over(self, text: str, graphs: Graphs) -> Answer:
        default: list[_Graph] = [ox.NamedNode(iri) for iri in sorted(set(graphs.default))]
        named: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri) for iri in sorted(set(graphs.named))]
        store = self._store
        if len(default) > 1:
            store = ox.Store()
            for graph in default:
                found = self._store.quads_for_pattern(None, None, None, graph)
                store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in found)
            for graph in named:
                store.extend(self._store.quads_for_pattern(None, None, None, graph))
            default = [ox.DefaultGraph()]
        return Answer(
            store.query(text, base_iri=ID, prefixes=PREFIXES, default_graph=default, named_graphs=named)
        )

    def close(self) -> None:
        """Let go of the engine: its memory, or its folder."""
        self._store = ox.Store()


class MemoryStore(LocalStore):
    """The dataset in memory."""

    def __init__(self, dataset: bytes) -> None:
        store = ox.Store()
        store.bulk_extend(ox.parse(dataset, ox.RdfFormat.N_QUADS))  # keeps the labels of blank nodes
        length = sum(1 for _ in store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        super().__init__(store, hashlib.sha256(dataset).hexdigest(), length)


@dataclass(frozen=True)
class StoreLease:
    """A dataset on disk: its digest, its number of triples, and the folder of the engine that holds it.

    A folder that is held is not removed by a later load: `mark` is an open descriptor with a shared lock.
    """

    digest: str
    triples: int
    engine: Path
    mark: int


class DiskStore(LocalStore):
    """A dataset on disk; any number of processes may read it."""

    def __init__(self, lease: StoreLease) -> None:
        try:
            store = ox.Store.read_only(str(lease.engine))
        except OSError as error:
            raise DatasetNotBuilt(f"the store in {lease.engine} cannot be opened: {error}") from error
        super().__init__(store, lease.digest, lease.triples)


def acquire(folder: Path) -> StoreLease:
    """Find the dataset that a folder has now, and keep it from being removed while this process lives.

    Raises `DatasetNotBuilt` where there is none.
    """
    while True:
        try:
            said = json.loads((folder / POINTER).read_bytes())
            digest, triples, engine = str(said["digest"]), int(said["triples"]), folder / said["engine"]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise DatasetNotBuilt(
                f"there is no store in {folder}; `accordgraph load {folder}` makes one"
            ) from error
        try:
            mark = os.open(engine, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            if json.loads((folder / POINTER).read_bytes()) == said:
                raise DatasetNotBuilt(f"{folder / POINTER} names {engine}, which is not there") from error
            continue  # another dataset has just been put in place
        fcntl.flock(mark, fcntl.LOCK_SH)
        if engine.is_dir():
            return StoreLease(digest, triples, engine, mark)
        os.close(mark)


def open_store(build: Path) -> Store:
    """Open the dataset that was built, if exactly this dataset has been validated and conforms.

    Raises `DatasetNotBuilt` or `NotValidated`, which say what command to run.
    """
    return MemoryStore(read_validated(build))
