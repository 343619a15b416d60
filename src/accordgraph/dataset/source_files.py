"""The Turtle files of ontology/ and data/ as one dataset, with one named graph for each file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Triple

from accordgraph.errors import BuildError, TurtleError
from accordgraph.namespaces import GRAPH, RDF
from accordgraph.project import Project
from accordgraph.rdf.turtle import fingerprint, parse_text, read


@dataclass(frozen=True)
class Dataset:
    """The asserted triples by named graph, and the file of each graph."""

    graphs: Mapping[NamedNode, tuple[Triple, ...]]
    files: Mapping[NamedNode, str]
    """The path of each graph's file from the root of the project."""
    texts: Mapping[str, str]
    """The text of each file, by its path."""

    @cached_property
    def triples(self) -> frozenset[Triple]:
        """All triples, each once."""
        return frozenset(triple for triples in self.graphs.values() for triple in triples)

    @cached_property
    def _places(self) -> dict[tuple[str, str], str]:
        """The file of every subject with each of its predicates."""
        places: dict[tuple[str, str], str] = {}
        for graph, triples in self.graphs.items():
            for triple in triples:
                places.setdefault((_name(triple.subject), triple.predicate.value), self.files[graph])
                places.setdefault((_name(triple.subject), ""), self.files[graph])
        return places

    def file_of_statement(self, node: object, predicate: object) -> str:
        """Return a file with statements about a node, or an empty string if there is none.

        Of several files, it is the one that states the predicate, else the one that states the node's type.
        Nodes and predicates are terms or IRIs.
        """
        subject = _name(node)
        keys = ((subject, name) for name in (_name(predicate), RDF.type.value, ""))
        return next((self._places[key] for key in keys if key in self._places), "")


def _name(term: object) -> str:
    return term if isinstance(term, str) else str(getattr(term, "value", term))


def graph_name(relative: str) -> NamedNode:
    """Return the IRI of the named graph for a path from the root: the path without `.ttl`."""
    return GRAPH[relative.removesuffix(".ttl")]


def load_dataset(project: Project) -> Dataset:
    """Read every Turtle file of ontology/ and data/.

    Raises `TurtleError` for a file that cannot be parsed and for a blank node in data/, `BuildError` when
    a folder has no file or a file no triple, or a path cannot be part of an IRI.
    """
    graphs, files, texts = {}, {}, {}
    for path in project.turtle_files("ontology", "data"):
        relative = project.relative(path)
        if not re.fullmatch(r"[a-z0-9./-]+\.ttl", relative):
            raise BuildError(f"{relative}: the path is part of an IRI; use a-z, 0-9, hyphens and dots only")
        graph = graph_name(relative)
        texts[relative] = read(path)
        graphs[graph] = tuple(file_triples(texts[relative], relative))
        files[graph] = relative
        if not graphs[graph]:
            raise BuildError(f"{relative}: no triple in the file; restore or remove it")
    for folder in (project.ontology, project.data):
        if not any(file.startswith(f"{folder.name}/") for file in texts):
            raise BuildError(f"no Turtle file in {folder}; there is nothing to build")
    return Dataset(graphs, files, texts)


def file_triples(text: str, relative: str) -> Iterator[Triple]:
    """Yield a file's triples; the blank nodes of ontology and shapes files get labels from their content.

    Raises `TurtleError` for a text that cannot be parsed and for a blank node in data/.
    """
    place = Path(relative)
    triples = parse_text(text, place)
    if not any(isinstance(term, BlankNode) for triple in triples for term in (triple.subject, triple.object)):
        yield from triples
        return
    if relative.startswith("data/"):
        raise TurtleError(place, "a blank node; give the node an IRI of its own", _first_bracket(text))
    prefix = re.sub(r"[^a-z0-9]+", "_", relative.removesuffix(".ttl"))
    for triple in sorted(fingerprint(triples), key=str):
        subject, object_ = triple.subject, triple.object
        if isinstance(subject, BlankNode):
            subject = BlankNode(f"{prefix}_{subject.value}")
        if isinstance(object_, BlankNode):
            object_ = BlankNode(f"{prefix}_{object_.value}")
        yield Triple(subject, triple.predicate, object_)


def _first_bracket(text: str) -> int | None:
    """Return the line of the first blank node, according to a search in the text."""
    without = re.sub(r'"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>', lambda match: " " * len(match[0]), text)
    match = re.search(r"\[|_:|\(", without)
    return text.count("\n", 0, match.start()) + 1 if match else None
