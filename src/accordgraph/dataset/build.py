"""From files to the one dataset: the facts, what follows from them, and all of it merged as default graph.

The merged default graph is written out, not left to a store's union of named graphs: a union counts a triple
twice that stands in two graphs. The same files give the same bytes: lines are sorted, and there is no clock.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from accordgraph import __version__
from accordgraph.dataset.derivation import derive
from accordgraph.dataset.source_files import Dataset, load_dataset
from accordgraph.errors import CanonicalFormError
from accordgraph.library.catalogue import EXAMPLES
from accordgraph.library.query_file import load_queries
from accordgraph.library.sparql_examples import triples_of
from accordgraph.namespaces import GRAPH, RDF, shorten
from accordgraph.project import Project
from accordgraph.rdf.turtle import canonical

NQUADS = "accordgraph.nq"
MANIFEST = "manifest.json"
VALIDATION = "validation.json"
"""The files of the build folder: the dataset, what is in it, and the verdict on it."""
QUERIES = "queries"
"""The named graph of the queries."""


@dataclass(frozen=True)
class Assembly:
    """The whole dataset in memory."""

    dataset: Dataset
    derived: Mapping[NamedNode, frozenset[Triple]]
    inputs: Mapping[str, str]
    """The SHA-256 digest of every file that it was made from, by path."""
    examples: frozenset[Triple] = frozenset()
    """The queries that people may ask, described as editors look for them."""

    @cached_property
    def graphs(self) -> dict[NamedNode, frozenset[Triple]]:
        """Every named graph: of files, of rules, and that of the queries."""
        asserted = {graph: frozenset(triples) for graph, triples in self.dataset.graphs.items()}
        return asserted | dict(self.derived) | {GRAPH[QUERIES]: self.examples}

    @cached_property
    def triples(self) -> frozenset[Triple]:
        """The default graph: all triples, each once."""
        return self.dataset.triples.union(*self.derived.values(), self.examples)

    @cached_property
    def nquads(self) -> bytes:
        """The default graph and every named graph as sorted lines of N-Quads."""
        quads = [Quad(t.subject, t.predicate, t.object) for t in self.triples]
        for graph, triples in self.graphs.items():
            quads += [Quad(t.subject, t.predicate, t.object, graph) for t in triples]
        lines = (serialize(quads, format=RdfFormat.N_QUADS) or b"").split(b"\n")
        return b"\n".join(sorted(line for line in lines if line)) + b"\n"

    @cached_property
    def digest(self) -> str:
        """The SHA-256 digest of the N-Quads: what a validation is a validation of."""
        return hashlib.sha256(self.nquads).hexdigest()

    def manifest(self) -> dict[str, object]:
        """Return what is in the dataset, in numbers and digests."""
        classes = Counter(shorten(t.object.value) for t in self.triples if t.predicate == RDF.type)  # type: ignore[union-attr]
        graphs = {graph.value: len(triples) for graph, triples in sorted(self.graphs.items(), key=str)}
        return {
            "version": __version__,
            "file": NQUADS,
            "digest": self.digest,
            "triples": len(self.triples),
            "quads": len(self.triples) + sum(graphs.values()),
            "classes": dict(sorted(classes.items())),
            "graphs": graphs,
            "inputs": dict(sorted(self.inputs.items())),
        }


def assemble(project: Project, progress: Callable[[str], None] = lambda stage: None) -> Assembly:
    """Read the files and derive what follows; raises `TurtleError`, `BuildError` or `QueryFileError`."""
    progress("parse")
    dataset = load_dataset(project)
    rules = load_queries(project.queries / "derive")
    derived = derive(dataset.triples, rules, lambda name: progress(f"derive {name}"))
    examples = [query for kind in EXAMPLES for query in load_queries(project.queries / kind)]
    texts = dict(dataset.texts) | {project.relative(query.path): query.text for query in (*rules, *examples)}
    inputs = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}
    return Assembly(dataset, derived, inputs, frozenset(triples_of(examples)))


def check_canonical(dataset: Dataset) -> None:
    """Raise `CanonicalFormError`, which names them all, when files are not in canonical form."""
    wrong = [Path(path) for path, text in dataset.texts.items() if canonical(text, Path(path)) != text]
    if wrong:
        raise CanonicalFormError(wrong)


def build(project: Project, progress: Callable[[str], None] = lambda stage: None) -> Assembly:
    """Assemble the dataset from files in canonical form; write it and its manifest to the build folder."""
    assembly = assemble(project, progress)
    progress("canonical form")
    check_canonical(assembly.dataset)
    progress("write")
    project.build.mkdir(parents=True, exist_ok=True)
    (project.build / NQUADS).write_bytes(assembly.nquads)
    manifest = json.dumps(assembly.manifest(), indent=2, ensure_ascii=False) + "\n"
    (project.build / MANIFEST).write_text(manifest, encoding="utf-8")
    return assembly
