"""What each node says and which passages it cites: the data and the texts as verification reads them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from pyoxigraph import Literal, NamedNode

from accordgraph.dataset.source_files import Dataset
from accordgraph.namespaces import ACG, DCTERMS, GRAPH, RDF, SKOS
from accordgraph.verification.passages import LocatorError, Passage, text_files
from accordgraph.verification.profile import PLAIN, Profile

T = TypeVar("T")
type_ = RDF.type
Term = NamedNode | Literal
Properties = Mapping[NamedNode, tuple[Term, ...]]
Named = tuple[NamedNode, Passage]


@dataclass(frozen=True)
class Text:
    """The text of a source."""

    file: str
    text: str


@dataclass(frozen=True)
class Model:
    """All nodes by IRI, and which of them are facts (stand in data/); texts of sources; words of passages.

    A passage whose lines cannot be cut out of a text has no words, so it is not among the passages. The
    profiles are by the source that has a text.
    """

    nodes: Mapping[NamedNode, Properties]
    facts: frozenset[NamedNode]
    texts: Mapping[NamedNode, Text]
    passages: Mapping[NamedNode, Passage]
    profiles: Mapping[NamedNode, Profile] = field(default_factory=dict)
    memory: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Return what `make` works out from the nodes, asking it once; a changed model asks again."""
        if key not in self.memory:
            self.memory[key] = make()
        return cast(T, self.memory[key])

    def values(self, node: NamedNode, *predicates: NamedNode) -> tuple[Term, ...]:
        """Return the values of a node for the predicates."""
        properties = self.nodes.get(node, {})
        return tuple(value for predicate in predicates for value in properties.get(predicate, ()))

    def things(self, node: NamedNode, *predicates: NamedNode) -> tuple[NamedNode, ...]:
        """Return the values that are IRIs."""
        return tuple(v for v in self.values(node, *predicates) if isinstance(v, NamedNode))

    def literals(self, node: NamedNode, *predicates: NamedNode) -> tuple[Literal, ...]:
        """Return the values that are literals."""
        return tuple(v for v in self.values(node, *predicates) if isinstance(v, Literal))

    def is_a(self, node: NamedNode, *classes: NamedNode) -> bool:
        """Return whether a node has one of the classes as its type, as it is written."""
        return any(kind in classes for kind in self.values(node, type_))

    def cited(self, node: NamedNode) -> tuple[Named, ...]:
        """Return the passages that a node cites; for a source that cites none, those that it has."""
        iris = self.things(node, ACG.evidence)
        if not iris and self.is_a(node, ACG.SourceDocument):
            iris = self.once("parts", self._parts).get(node, ())
        return tuple((iri, self.passages[iri]) for iri in iris if iri in self.passages)

    def labels(self, concept: NamedNode) -> tuple[Literal, ...]:
        """Return the words by which sources name a concept: its own, else those of broader ones."""
        own = self.literals(concept, SKOS.hiddenLabel)
        return own or tuple(label for up in self.things(concept, SKOS.broader) for label in self.labels(up))

    def changed(self, node: NamedNode, predicate: NamedNode, *values: Term) -> "Model":
        """Return the model with other values for one property of one node."""
        properties = {**self.nodes.get(node, {}), predicate: values}
        memory = self.memory if predicate == ACG.evidence else {}  # nothing remembered depends on evidence
        return replace(self, nodes={**self.nodes, node: properties}, memory=memory)

    def _parts(self) -> dict[NamedNode, tuple[NamedNode, ...]]:
        lists: defaultdict[NamedNode, tuple[NamedNode, ...]] = defaultdict(tuple)
        for passage in self.passages:
            for source in self.things(passage, DCTERMS.isPartOf):
                lists[source] += (passage,)
        return dict(lists)


def read_model(dataset: Dataset, folder: Path, profiles: Mapping[NamedNode, Profile]) -> Model:
    """Read the data and, from the .txt files of a folder, the texts that it names by digest.

    `profiles` say how the sources are printed.
    """
    lists: defaultdict[NamedNode, defaultdict[NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
    facts = set()
    for graph, triples in dataset.graphs.items():
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
                if value not in (values_of_predicate := lists[subject][triple.predicate]):
                    values_of_predicate.append(value)
                if graph.value.startswith(GRAPH["data/"].value):
                    facts.add(subject)
    nodes = {
        node: {p: tuple(values) for p, values in properties.items()} for node, properties in lists.items()
    }
    model = Model(nodes, frozenset(facts), {}, {}, profiles)
    texts = dict(_texts(model, folder))
    return replace(model, texts=texts, passages=dict(_passages(replace(model, texts=texts))), memory={})


def root_of(model: Model, source: NamedNode) -> NamedNode:
    """Return the source of which this is, directly or not, a part: the one that has a text."""
    seen = {source}
    while parents := [up for up in model.things(source, DCTERMS.isPartOf) if up not in seen]:
        source = parents[0]
        seen.add(source)
    return source


def lines_of(model: Model, passage: NamedNode) -> tuple[int, int] | None:
    """Return the first and the last line of a passage, or None when the data does not give them."""
    first, last = (model.literals(passage, p) for p in (ACG.firstLine, ACG.lastLine))
    try:
        return int(first[0].value), int(last[0].value)
    except (IndexError, ValueError):
        return None


def _texts(model: Model, folder: Path) -> Iterator[tuple[NamedNode, Text]]:
    files = text_files(folder)
    for node in model.facts:
        if not model.is_a(node, ACG.SourceDocument):
            continue
        for digest in model.literals(root_of(model, node), ACG.textDigest):
            if path := files.get(digest.value):
                yield node, Text(path.name, path.read_bytes().decode("utf-8"))


def _passages(model: Model) -> Iterator[Named]:
    for node in model.facts:
        lines = lines_of(model, node)
        for source in model.things(node, DCTERMS.isPartOf):
            text = model.texts.get(source)
            if text is None or lines is None or not model.is_a(node, ACG.Passage):
                continue
            try:
                profile = model.profiles.get(root_of(model, source), PLAIN)
                yield node, Passage.of(text.file, text.text, *lines, profile)
            except LocatorError:
                continue
