"""Filling an engine elsewhere with the dataset: by the Graph Store Protocol, or by SPARQL updates.

The load names itself in the record of what is held before it writes anything else, and writes the record anew
when all is there, so an engine that was only half filled says so. What is written replaces what was there, so
a load can be done again.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pyoxigraph as ox

from accordgraph.engine.remote.http import RESULTS, check_address, credentials
from accordgraph.engine.remote.load_record import RECORD, Record, begun
from accordgraph.engine.remote.write_protocols import (
    QUERYING,
    UNSPECIFIED,
    WriteProtocols,
    protocols_of,
    send,
    writer_by,
)
from accordgraph.errors import EndpointError, InputError
from accordgraph.namespaces import BASE, RDF, XSD
from accordgraph.results.json_reader import Row, read_rows
from accordgraph.settings import Settings

_GRAPHS = f"{BASE}graph/"
_COUNT_DEFAULT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_COUNT_NAMED = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
_TYPED = f'SELECT DISTINCT ?o WHERE {{ ?s ?p ?o FILTER(LANG(?o) = "" && DATATYPE(?o) != {XSD.string}) }}'
_SECONDS = 300.0

_TEXTS = (XSD.string, RDF.langString, RDF.dirLangString)

Progress = Callable[[int, int], None]
"""Is told how many triples were sent, of how many."""


@dataclass(frozen=True)
class LoadReport:
    """What an engine holds after a load: the triples of the merged dataset, and how many named graphs."""

    digest: str
    triples: int
    graphs: int
    protocols: WriteProtocols
    altered: tuple[str, ...]
    """The numbers, dates and the like that the engine gives back in another form than it was sent."""


def push(
    dataset: bytes,
    query: str,
    settings: Settings,
    options: WriteProtocols = UNSPECIFIED,
    progress: Progress = lambda done, total: None,
    at_once: int | None = None,
) -> LoadReport:
    """Fill the engine that answers queries at `query` with N-Quads, and count there what has arrived.

    What is not asked for is found out; `at_once` is the number of triples in a request. Raises `InputError`
    when the engine does not say where it takes data, `EndpointError` when it cannot be reached, refuses, or
    holds something else than it was sent.
    """
    for url in (query, options.graph_store, options.update):
        if url:
            check_address(url)
    graphs = _split(dataset)
    named = sorted(name for name in graphs if name)
    total = 2 * len(graphs[""]) if not named else sum(map(len, graphs.values()))
    with httpx.Client(auth=credentials(settings), timeout=_SECONDS, trust_env=False) as client:
        engine = _Engine(client, query)
        protocols = _complete(options, engine)
        writer = writer_by(client, protocols)
        counts = engine.counts()
        load = uuid.uuid4().urn
        writer.write(RECORD.value, _lines(begun(load)), replace=False)
        kept = {*named, RECORD.value, protocols.merged}
        for stale in sorted(g for g in counts if g.startswith(_GRAPHS) and g not in kept):
            writer.delete(stale)
        done = 0
        for name in ("", *named):
            target = name or protocols.merged
            for place, piece in enumerate(graphs[name].pieces(at_once or writer.at_once)):
                writer.write(target, piece, replace=place == 0)
                done += len(piece)
                progress(done, total)
        engine.verify(graphs, protocols.merged)
        altered = sorted(graphs[""].typed - engine.typed(protocols.merged))
        digest = hashlib.sha256(dataset).hexdigest()
        record = Record(digest, len(graphs[""]), tuple(named), protocols.merged, (load,))
        writer.write(RECORD.value, _lines(record.write()), replace=True)
    return LoadReport(record.digest, record.triples, len(named), protocols, tuple(altered))


def _lines(triples: list[ox.Triple]) -> list[str]:
    return [f"{triple} .\n" for triple in triples]


@dataclass
class _Graph:
    """The lines of N-Triples of one graph; those with blank nodes by themselves."""

    blank: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)
    """The literals that are neither plain texts nor texts in a language."""

    def __len__(self) -> int:
        return len(self.blank) + len(self.plain)

    def pieces(self, size: int) -> Iterator[list[str]]:
        """Yield the lines in pieces: all blank nodes in the first, since they last only for a request."""
        rest = max(size - len(self.blank), 0)
        yield self.blank + self.plain[:rest]
        for start in range(rest, len(self.plain), size):
            yield self.plain[start : start + size]


def _split(dataset: bytes) -> dict[str, _Graph]:
    """Return each graph of N-Quads; the default graph has no name."""
    graphs: dict[str, _Graph] = defaultdict(_Graph)
    for quad in ox.parse(dataset, ox.RdfFormat.N_QUADS):
        name = quad.graph_name
        if isinstance(name, ox.BlankNode) or isinstance(quad.object, ox.Triple):
            raise InputError(f"an engine elsewhere is sent neither nameless graphs nor triple terms: {quad}")
        graph = graphs[name.value if isinstance(name, ox.NamedNode) else ""]
        if isinstance(quad.object, ox.Literal) and quad.object.datatype not in _TEXTS:
            graph.typed.add(str(quad.object))
        blank = any(isinstance(term, ox.BlankNode) for term in (quad.subject, quad.object))
        (graph.blank if blank else graph.plain).append(f"{quad.triple} .\n")
    return graphs


def _complete(options: WriteProtocols, engine: "_Engine") -> WriteProtocols:
    defaults = protocols_of(engine.server(), engine.query)
    is_named = options.graph_store or options.update
    protocols = WriteProtocols(
        options.graph_store if is_named else defaults.graph_store,
        options.update,
        options.merged or defaults.merged,
    )
    if not protocols.graph_store and not protocols.update:
        raise InputError(
            f"{engine.query} does not say where it takes data; name its address for the Graph Store Protocol "
            "with --graph-store, or for updates with --update"
        )
    return protocols


class _Engine:
    """The engine as one that is asked."""

    def __init__(self, client: httpx.Client, query: str) -> None:
        self._client, self.query = client, query

    def server(self) -> str:
        """Return the name that the engine gives itself."""
        return str(self._ask("ASK {}").headers.get("server", ""))

    def _ask(self, text: str, graph: str | None = None) -> httpx.Response:
        fields = {"query": text} | ({"default-graph-uri": graph} if graph else {})
        return send(self._client, "POST", self.query, QUERYING, data=fields, headers={"Accept": RESULTS})

    def counts(self) -> dict[str, int]:
        """Return how many triples each named graph has."""
        return {row["g"].value: int(row["n"].value) for row in self._bindings(_COUNT_NAMED)}

    def _bindings(self, text: str, graph: str | None = None) -> list[Row]:
        response = self._ask(text, graph)
        try:
            return read_rows(response.content)
        except ValueError as error:
            raise EndpointError(self.query, "the answer is not SPARQL results in JSON") from error

    def typed(self, merged: str | None) -> set[str]:
        """Return the literals of the merged dataset that are no texts, as the engine writes them."""
        terms = [row["o"] for row in self._bindings(_TYPED, merged)]
        return {
            str(ox.Literal(term.value, datatype=ox.NamedNode(term.datatype)))
            for term in terms
            if term.datatype
        }

    def verify(self, graphs: dict[str, _Graph], merged: str | None) -> None:
        """Raise `EndpointError` when a graph has another number of triples than was sent."""
        counts = self.counts()
        counts[""] = int(self._bindings(_COUNT_DEFAULT, merged)[0]["n"].value)
        for name, graph in graphs.items():
            if counts.get(name, 0) != len(graph):
                which = f"the graph {name}" if name else "the default graph"
                raise EndpointError(
                    self.query,
                    f"{which} has {counts.get(name, 0):,} triples after the load, not {len(graph):,}",
                )
