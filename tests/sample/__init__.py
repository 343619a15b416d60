"""The draw of a sample: statements of the data, chosen by the digest of the dataset, for a second reader.

`PYTHONPATH=tests python -m sample` prints a new sample with its passages; the reader adds a verdict and a
word on it. The sample that was read last is `statements.tsv`.
"""

import random
from collections.abc import Iterator

from pyoxigraph import NamedNode, Triple

from accordgraph.dataset.build import Assembly
from accordgraph.namespaces import ACG, GRAPH, RDF, SKOS, shorten

SIZE = 60
OURS = {
    RDF.type,
    RDF.subject,
    RDF.predicate,
    ACG.evidence,
    ACG.basis,
    ACG.digest,
    ACG.firstLine,
    ACG.lastLine,
    SKOS.hiddenLabel,
}
"""Predicates that say how we work, or that verification checks by itself."""


def candidates(assembly: Assembly) -> list[Triple]:
    """Return the statements that may be drawn: what things with evidence say in data/, in one order."""
    data = GRAPH["data/"].value
    triples = {t for graph, ts in assembly.dataset.graphs.items() if graph.value.startswith(data) for t in ts}
    cited = {t.subject for t in triples if t.predicate == ACG.evidence}
    return sorted((t for t in triples if t.subject in cited and t.predicate not in OURS), key=str)


def draw(assembly: Assembly, seed: str) -> list[Triple]:
    """Return the sample that a seed draws."""
    return random.Random(seed).sample(candidates(assembly), SIZE)


def claimed(assembly: Assembly) -> dict[object, tuple[str, str]]:
    """Return the subject and the predicate of every claim."""
    parts: dict[object, dict[NamedNode, str]] = {}
    for triple in assembly.dataset.triples:
        if triple.predicate in (RDF.subject, RDF.predicate):
            parts.setdefault(triple.subject, {})[triple.predicate] = str(triple.object)[1:-1]
    return {claim: (part[RDF.subject], part[RDF.predicate]) for claim, part in parts.items()}


def written(claims: dict[object, tuple[str, str]], triple: Triple) -> str:
    """Return a statement as a person reads it; a claim as what it claims."""
    subject, predicate = str(triple.subject)[1:-1], triple.predicate.value
    if triple.predicate == RDF.object:
        subject, predicate = claims[triple.subject]
    value = triple.object
    text = shorten(value.value) if isinstance(value, NamedNode) else str(value)
    return f"{shorten(subject)} {shorten(predicate)} {text}"


def passages(assembly: Assembly, triple: Triple) -> Iterator[str]:
    """Yield the passages that the subject cites, with their lines."""
    facts = assembly.dataset.triples
    for cited in sorted(
        str(t.object) for t in facts if (t.subject, t.predicate) == (triple.subject, ACG.evidence)
    ):
        lines = {t.predicate: t.object for t in facts if str(t.subject) == cited}
        first, last = lines[ACG.firstLine], lines[ACG.lastLine]
        yield f"{shorten(cited[1:-1])} {getattr(first, 'value', '')}-{getattr(last, 'value', '')}"
