"""The numbers and dates in what we write ourselves: labels and IRIs. Each must come from somewhere.

An IRI and a label take their numbers from the values and printed names of their node and of the nodes that it
belongs to; a description or a reason may also take them from the passages.
"""

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode

from accordgraph.namespaces import ACG, BASE, DCTERMS, ELI, RDF, SKOS
from accordgraph.verification.identification import claims_on, named_in
from accordgraph.verification.model import Model
from accordgraph.verification.notations import MONTHS, Malformed, notation_of
from accordgraph.verification.passages import fold
from accordgraph.verification.value_patterns import pattern

TEXTS = (DCTERMS.description, ACG.reason, ACG.section)
LABELS = (SKOS.prefLabel, SKOS.altLabel, *TEXTS)

_BELONGS_TO = (
    ACG.isConcludedIn, ACG.isProvisionOf, ACG.examines, ACG.assesses, ACG.against, ACG.isBetween,
    ELI.is_part_of, DCTERMS.isPartOf, DCTERMS.isFormatOf, RDF.subject, RDF.object,
)  # fmt: skip
_NUMBER = re.compile(r"\d+(?:[./]\d+)*")
_ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_COMMITTEE = re.compile(r"\d{3}\.\d\d")
_MONTHS = [re.compile("|".join(names)) for names in zip(*(m.split() for m in MONTHS.values()), strict=True)]
_MONTH = "|".join(month.pattern for month in _MONTHS)
_DAY = re.compile(rf"\b(\d{{1,2}})(?:er|e|\.)? ({_MONTH}) (\d{{4}})")
_TWO_DAYS = re.compile(
    rf"(?<![.°] )\b([12]?\d|3[01]) (?:or|and|ou|et|of|en) (?=\d{{1,2}}(?:er)? ((?:{_MONTH}) \d{{4}}))"
)


def unsupported_numbers(model: Model, node: NamedNode) -> Iterator[tuple[NamedNode, Literal, str]]:
    """Yield each number or date of a label that comes from nowhere, with the property and the label."""
    labels = [(predicate, label) for predicate in LABELS for label in model.literals(node, predicate)]
    if not any(_NUMBER.search(label.value) for _, label in labels):
        return
    near = _near(model, node)
    cited = {iri for one in near for iri, _ in model.cited(one)} | ({node} & model.passages.keys())
    own, text_numbers, cited_numbers = (
        _own_numbers(model, near),
        _text_numbers(model, cited),
        _cited_numbers(model, cited),
    )
    printed = {number for one in near for number in _printed_numbers(model, one)}
    years = {number for number in text_numbers if _YEAR.fullmatch(number)}
    for predicate, label in labels:
        ours = predicate != SKOS.altLabel or model.is_a(node, ACG.JointCommittee)
        allowed = own | (cited_numbers if predicate in TEXTS else printed | years if ours else text_numbers)
        for number in sorted(_numbers(label.value) - allowed):
            if predicate == ACG.section and not _COMMITTEE.fullmatch(number):
                continue  # the number of a row is ours: the source does not print it
            if not (_ISO.fullmatch(number) and _says_day(model, cited, number)):
                yield predicate, label, number


def unsupported_in_iri(model: Model, node: NamedNode) -> Iterator[str]:
    """Yield each number or date in the IRI of a node that neither it nor what it belongs to has."""
    text = node.value.removeprefix(BASE)
    if not _NUMBER.search(text):
        return
    near = _near(model, node)
    own = _own_numbers(model, near) | {number for one in near for number in _printed_numbers(model, one)}
    own |= {run for number in own for run in (*re.findall(r"\d+", number), number.replace(".", ""))}
    own |= {number.rpartition("-")[2].lstrip("0") for number in own if _ISO.fullmatch(number)}
    if node in model.passages:
        own |= _cited_numbers(model, {node}) | {
            run for n in _text_numbers(model, {node}) for run in re.findall(r"\d+", n)
        }
    else:
        own |= {n for n in _text_numbers(model, {iri for iri, _ in model.cited(node)}) if _YEAR.fullmatch(n)}
    yield from sorted(_numbers(text) - own)


def _numbers(text: str) -> set[str]:
    """Return the numbers of a text, and its full dates as yyyy-mm-dd."""
    days = {match[0] for match in _ISO.finditer(text)}

    def day(match: re.Match[str]) -> str:
        month = next(number for number, names in enumerate(_MONTHS, 1) if names.fullmatch(match[2]))
        days.add(f"{match[3]}-{month:02}-{int(match[1]):02}")
        return " "

    words = _TWO_DAYS.sub(r"\1 \2, ", fold(_ISO.sub(" ", text)))
    return days | set(_NUMBER.findall(_DAY.sub(day, words)))


def _near(model: Model, node: NamedNode) -> set[NamedNode]:
    """Return a node and the nodes that it belongs to, directly or not."""
    near, new = {node}, {node}
    for _ in range(4):
        new = ({up for one in new for up in model.things(one, *_BELONGS_TO)} & model.facts) - near
        near |= new
    return near


def _own_numbers(model: Model, nodes: Iterable[NamedNode]) -> set[str]:
    """Return the numbers and dates in the values of nodes, also in what is claimed of them."""
    claimed = [claim for node in nodes for claim in claims_on(model, node)]
    values = [
        value.value
        for node in (*nodes, *claimed)
        for predicate, values in model.nodes[node].items()
        for value in values
        if isinstance(value, Literal) and predicate not in LABELS
    ]
    numbers = {number for value in values for number in _numbers(value)}
    years = {number[:4] for number in numbers if _ISO.fullmatch(number)}
    return numbers | years | {form for node in nodes for form in _committee(model, node)}


def _printed_numbers(model: Model, node: NamedNode) -> set[str]:
    """Return the numbers in the names under which the source prints a thing."""
    names = () if model.is_a(node, ACG.JointCommittee) else model.literals(node, SKOS.altLabel)
    return {number for name in names for number in _numbers(name.value)}


def _text_numbers(model: Model, passages: Iterable[NamedNode]) -> set[str]:
    """Return the numbers in the text of passages."""
    return {number for iri in passages for number in _NUMBER.findall(model.passages[iri].text)}


def _cited_numbers(model: Model, passages: Iterable[NamedNode]) -> set[str]:
    """Return the numbers in the text of passages, those of joint committees in every form."""
    named = {committee for iri in passages for committee in named_in(model, iri)}
    return _text_numbers(model, passages) | {
        form for committee in named for form in _committee(model, committee)
    }


def _committee(model: Model, node: NamedNode) -> set[str]:
    """Return the ways to write the number of a joint committee."""
    if not model.is_a(node, ACG.JointCommittee):
        return set()
    numbers = {notation.value for notation in model.literals(node, SKOS.notation)}
    return numbers | {n.removesuffix(".00") for n in numbers} | {n.replace(".", "") + "00" for n in numbers}


def _says_day(model: Model, passages: Iterable[NamedNode], day: str) -> bool:
    try:
        form = pattern(notation_of(day, "date"))
    except Malformed:
        return False
    return any(form.search(model.passages[iri].words) for iri in passages)
