"""The numbers and dates in what we write ourselves: each must come from the data or from a cited passage.

A name (`skos:prefLabel`, `skos:altLabel`) takes its numbers from the IRI and the values of its node and of
the nodes that it belongs to; a description or a reason may also take them from the passages.
"""

import re
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from accordgraph.contexts import pattern
from accordgraph.evidence import Model
from accordgraph.identity import named_in
from accordgraph.namespaces import ACG, DCTERMS, ELI, RDF, SKOS
from accordgraph.passages import fold
from accordgraph.written_forms import MONTHS, Malformed, written

NAMES = (SKOS.prefLabel, SKOS.altLabel)
TEXTS = (DCTERMS.description, ACG.reason)

_BELONGS_TO = (
    ACG.isConcludedIn, ACG.isProvisionOf, ACG.examines, ACG.assesses, ACG.against, ACG.isBetween,
    ELI.is_part_of, DCTERMS.isPartOf, DCTERMS.isFormatOf, RDF.subject, RDF.object,
)  # fmt: skip
_NUMBER = re.compile(r"\d+(?:[./]\d+)*")
_ISO = re.compile(r"\b(\d{4})-\d\d-\d\d\b")
_NAMED_MONTHS = [
    re.compile("|".join(names)) for names in zip(*(m.split() for m in MONTHS.values()), strict=True)
]
_LONG = re.compile(
    rf"\b(\d{{1,2}})(?:er|e|\.)? ({'|'.join(month.pattern for month in _NAMED_MONTHS)}) (\d{{4}})"
)


def unfounded(model: Model, node: NamedNode) -> Iterator[tuple[NamedNode, Literal, str]]:
    """Yield each number or date of a label that comes from nowhere, with the property and the label."""
    labels = [(predicate, label) for predicate in NAMES + TEXTS for label in model.literals(node, predicate)]
    if not any(map(_NUMBER.search, (label.value for _, label in labels))):
        return
    near = _near(model, node)
    known = _known(model, near)
    cited = dict(passage for one in near for passage in model.cited(one))
    read = {n for passage in cited.values() for n in _NUMBER.findall(passage.text)}
    told = read | {n for iri in cited for one in named_in(model, iri) for n in _committee(model, one)}
    for predicate, label in labels:
        for number in sorted(_numbers(label.value)):
            year = re.fullmatch(r"(?:19|20)\d\d", number)
            if number in known or number in (told if predicate in TEXTS else read if year else ()):
                continue
            if "-" in number and any(_written(number).search(passage.words) for passage in cited.values()):
                continue
            yield predicate, label, number


def _numbers(label: str) -> set[str]:
    """Return the numbers of a label, a full date as yyyy-mm-dd."""
    found: set[str] = set()

    def date(match: re.Match[str]) -> str:
        month = next(i for i, names in enumerate(_NAMED_MONTHS, 1) if names.fullmatch(match[2]))
        found.add(f"{match[3]}-{month:02}-{int(match[1]):02}")
        return " "

    return {*_NUMBER.findall(_LONG.sub(date, fold(label))), *found}


def _near(model: Model, node: NamedNode) -> set[NamedNode]:
    near, new = {node}, {node}
    for _ in range(4):
        new = {up for one in new for up in model.things(one, *_BELONGS_TO)} & model.facts - near
        near |= new
    return near


def _known(model: Model, nodes: set[NamedNode]) -> set[str]:
    texts = [node.value for node in nodes] + [
        value.value
        for node in nodes
        for predicate, values in model.nodes[node].items()
        for value in values
        if isinstance(value, Literal) and predicate not in NAMES + TEXTS
    ]
    known = {number for node in nodes for number in _committee(model, node)}
    for text in texts:
        known |= {match[0] for match in _ISO.finditer(text)} | {match[1] for match in _ISO.finditer(text)}
        known |= set(_NUMBER.findall(_ISO.sub(" ", text)))
    return known


def _committee(model: Model, node: NamedNode) -> set[str]:
    """Return the ways to write the number of a joint committee."""
    if not model.is_a(node, ACG.JointCommittee):
        return set()
    numbers = {notation.value for notation in model.literals(node, SKOS.notation)}
    return numbers | {n.removesuffix(".00") for n in numbers} | {n.replace(".", "") + "00" for n in numbers}


def _written(day: str) -> re.Pattern[str]:
    try:
        return pattern(written(day, "date"))
    except Malformed:
        return pattern(r"(?!)")
