"""Filling an engine elsewhere with the dataset: by the Graph Store Protocol, or by SPARQL updates.

The record of what is held is taken away first and written last, so an engine that was only half filled says
that it holds nothing known. What is written replaces what was there, so a load can be done again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pyoxigraph as ox

from accordgraph.endpoint import RESULTS, check_address, credentials
from accordgraph.errors import EndpointError, InputError
from accordgraph.namespaces import BASE
from accordgraph.record import RECORD, Record
from accordgraph.settings import Settings
from accordgraph.ways import UNSAID, Ways, send, ways_of, writer_by

_GRAPHS = f"{BASE}graph/"
_COUNT_DEFAULT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_COUNT_NAMED = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
_SECONDS = 300.0

Progress = Callable[[int, int], None]
"""Is told how many triples were sent, of how many."""


@dataclass(frozen=True)
class Filled:
    """What an engine holds after a load: the triples of the merged dataset, and how many named graphs."""

    digest: str
    triples: int
    graphs: int
    ways: Ways


def push(
    dataset: bytes,
    query: str,
    settings: Settings,
    asked: Ways = UNSAID,
    progress: Progress = lambda done, total: None,
) -> Filled:
    """Fill the engine that answers queries at `query` with N-Quads, and count there what has arrived.

    What is not asked for is found out. Raises `InputError` when the engine does not say where it takes data,
    `EndpointError` when it cannot be reached, refuses, or holds something else than it was sent.
    """
    for url in (query, asked.graph_store, asked.update):
        if url:
            check_address(url)
    graphs = _split(dataset)
    named = sorted(name for name in graphs if name)
    total = 2 * len(graphs[""]) if not named else sum(map(len, graphs.values()))
    with httpx.Client(auth=credentials(settings), timeout=_SECONDS, trust_env=False) as client:
        engine = _Engine(client, query)
        ways = _complete(asked, engine)
        writer = writer_by(client, ways)
        there = engine.counts()
        for stale in sorted({RECORD.value} | {g for g in there if g.startswith(_GRAPHS)} - set(named)):
            if stale in there and stale != ways.merged:
                writer.delete(stale)
        done = 0
        for name in ("", *named):
            target = name or ways.merged
            for place, piece in enumerate(_pieces(graphs[name], writer.at_once)):
                writer.write(target, piece, replace=place == 0)
                done += len(piece)
                progress(done, total)
        engine.verify(graphs, ways.merged)
        record = Record(hashlib.sha256(dataset).hexdigest(), len(graphs[""]), tuple(named), ways.merged)
        writer.write(RECORD.value, [f"{triple} .\n" for triple in record.write()], replace=True)
    return Filled(record.digest, record.triples, len(named), ways)


def _split(dataset: bytes) -> dict[str, list[str]]:
    """Return the lines of N-Triples of each graph; the default graph has no name."""
    graphs: dict[str, list[str]] = defaultdict(list)
    for quad in ox.parse(dataset, ox.RdfFormat.N_QUADS):
        name = quad.graph_name
        if isinstance(name, ox.BlankNode) or isinstance(quad.object, ox.BlankNode | ox.Triple):
            raise InputError(f"an engine elsewhere cannot be sent blank nodes or triple terms: {quad}")
        line = f"{quad.subject} {quad.predicate} {quad.object} .\n"
        graphs[name.value if isinstance(name, ox.NamedNode) else ""].append(line)
    return graphs


def _pieces(lines: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


def _complete(asked: Ways, engine: "_Engine") -> Ways:
    known = ways_of(engine.server(), engine.query)
    has_way = asked.graph_store or asked.update
    ways = Ways(
        asked.graph_store if has_way else known.graph_store, asked.update, asked.merged or known.merged
    )
    if not ways.graph_store and not ways.update:
        raise InputError(
            f"{engine.query} does not say where it takes data; name its address for the Graph Store Protocol "
            "with --graph-store, or for updates with --update"
        )
    return ways


class _Engine:
    """The engine as one that is asked."""

    def __init__(self, client: httpx.Client, query: str) -> None:
        self._client, self.query = client, query

    def server(self) -> str:
        """Return the name that the engine gives itself."""
        return str(self._ask("ASK {}").headers.get("server", ""))

    def _ask(self, text: str, graph: str | None = None) -> httpx.Response:
        fields = {"query": text} | ({"default-graph-uri": graph} if graph else {})
        return send(self._client, "POST", self.query, data=fields, headers={"Accept": RESULTS})

    def counts(self) -> dict[str, int]:
        """Return how many triples each named graph has."""
        return {row["g"]["value"]: int(row["n"]["value"]) for row in self._bindings(_COUNT_NAMED)}

    def _bindings(self, text: str, graph: str | None = None) -> list[dict[str, dict[str, str]]]:
        response = self._ask(text, graph)
        try:
            found: list[dict[str, dict[str, str]]] = response.json()["results"]["bindings"]
        except (ValueError, LookupError, TypeError) as error:
            raise EndpointError(self.query, "the answer is not SPARQL results in JSON") from error
        return found

    def verify(self, graphs: dict[str, list[str]], merged: str | None) -> None:
        """Raise `EndpointError` when a graph has another number of triples than was sent."""
        there = self.counts()
        there[""] = int(self._bindings(_COUNT_DEFAULT, merged)[0]["n"]["value"])
        for name, lines in graphs.items():
            if there.get(name, 0) != len(lines):
                which = f"the graph {name}" if name else "the default graph"
                raise EndpointError(
                    self.query,
                    f"{which} has {there.get(name, 0):,} triples after the load, not {len(lines):,}",
                )
