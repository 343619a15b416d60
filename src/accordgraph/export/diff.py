"""What differs between two datasets: things that came, went or changed, and the statements in RDF Patch."""

import gzip
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from accordgraph.dataset.build import NQUADS
from accordgraph.errors import InputError
from accordgraph.export.dumps import NAME
from accordgraph.namespaces import ACG, RDF, SKOS, shorten

_PLACES = (NQUADS, f"data/{NAME}.nq")
OTHER = "other"
"""The class of what has none of ours."""


@dataclass(frozen=True)
class Change:
    """A thing that came, went or changed, and how many statements on it were added and removed."""

    change: str
    class_: str
    iri: str
    label: str
    added: int
    removed: int


@dataclass(frozen=True)
class Difference:
    """The changes of things, and the statements as lines of N-Quads."""

    changes: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def patch(self) -> str:
        """The statements as RDF Patch, those that were removed first."""
        lines = [
            "TX .",
            *(f"D {line}" for line in self.removed),
            *(f"A {line}" for line in self.added),
            "TC .",
        ]
        return "\n".join(lines) + "\n"

    def counts(self) -> list[tuple[str, int, int, int]]:
        """Return for each class how many things came, went and changed."""
        table: dict[str, dict[str, int]] = {}
        for one in self.changes:
            row = table.setdefault(one.class_, {"came": 0, "went": 0, "changed": 0})
            row[one.change] += 1
        return [(name, row["came"], row["went"], row["changed"]) for name, row in sorted(table.items())]


def read_dataset(path: Path) -> bytes:
    """Return the N-Quads at a path: a file, compressed or not, or a folder of a build or an export.

    Raises `InputError` where there are none.
    """
    found = next((path / place for place in _PLACES if (path / place).is_file()), path)
    try:
        octets = found.read_bytes()
        return gzip.decompress(octets) if found.suffix == ".gz" else octets
    except OSError as error:
        raise InputError(
            f"no dataset at {path}: name a file of N-Quads, or the folder of a build or an export"
        ) from error


def compare(old: bytes, new: bytes) -> Difference:
    """Return what differs between two datasets; raises `InputError` for one that is not N-Quads."""
    before, after = (set(dataset.decode().splitlines()) - {""} for dataset in (old, new))
    removed, added = sorted(before - after), sorted(after - before)
    gone, come = _merged(removed), _merged(added)
    subjects = {*gone, *come}
    old_things, new_things = _about(old, subjects), _about(new, subjects)
    changes = []
    for iri in sorted(subjects):
        change = "came" if iri not in old_things else "went" if iri not in new_things else "changed"
        class_, label = new_things.get(iri) or old_things[iri]
        changes.append(Change(change, class_, iri, label, come.get(iri, 0), gone.get(iri, 0)))
    return Difference(tuple(changes), tuple(added), tuple(removed))


def _quads(text: str) -> Iterable[Quad]:
    try:
        yield from parse(text, RdfFormat.N_QUADS)
    except SyntaxError as error:
        raise InputError(f"not N-Quads: {error.msg}") from error


def _merged(lines: list[str]) -> dict[str, int]:
    """Return how many statements of the merged graph there are about each thing."""
    counts: defaultdict[str, int] = defaultdict(int)
    for quad in _quads("\n".join(lines)):
        if isinstance(quad.graph_name, DefaultGraph) and isinstance(quad.subject, NamedNode):
            counts[quad.subject.value] += 1
    return dict(counts)


def _about(dataset: bytes, subjects: set[str]) -> dict[str, tuple[str, str]]:
    """Return the class and the English label of each of some things that a dataset has."""
    classes: defaultdict[str, list[str]] = defaultdict(list)
    labels: dict[str, str] = {}
    for quad in _quads(dataset.decode()):
        if not isinstance(quad.graph_name, DefaultGraph) or not isinstance(quad.subject, NamedNode):
            continue
        iri = quad.subject.value
        if iri in subjects:
            kinds = classes[iri]
            if quad.predicate == RDF.type and isinstance(quad.object, NamedNode):
                kinds.append(quad.object.value)
            elif quad.predicate == SKOS.prefLabel and isinstance(quad.object, Literal):
                if quad.object.language == "en":
                    labels[iri] = quad.object.value
    return {iri: (_class(kinds), labels.get(iri, "")) for iri, kinds in classes.items()}


def _class(kinds: list[str]) -> str:
    ours = sorted(shorten(kind) for kind in kinds if kind.startswith(ACG))
    return ours[0] if ours else OTHER
