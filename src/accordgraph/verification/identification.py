"""By what a passage shows that it is about a node: its number, its committee, its date, its title, its words.

A provision is known by its instrument, a claim by its subject or its object, and so on: `KNOWN_BY`. The head
of a table shows what is looked for in its rows.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, NamedNode

from accordgraph.namespaces import ACG, CONCEPT, DCTERMS, ELI, RDF, SKOS
from accordgraph.verification.model import Model
from accordgraph.verification.notations import Malformed, notation_of
from accordgraph.verification.passages import Passage, fold, squash
from accordgraph.verification.profile import PLAIN, Profile
from accordgraph.verification.value_patterns import kind_of, pattern, pattern_of

KNOWN_BY = {
    ACG.Provision: (ACG.isProvisionOf, ACG.isStatedIn),
    ACG.Examination: (ACG.examines,),
    ACG.Assessment: (ACG.assesses, ACG.against),
    ACG.Claim: (RDF.subject, RDF.object),
    ELI.LegalResourceSubdivision: (ELI.is_part_of,),
}
"""By which other nodes a node of a class is known, besides what it says itself."""

OURS = {RDF.type, RDF.subject, RDF.predicate, RDF.object, ACG.basis, ACG.severity, ACG.level}
"""Links that say how we see a thing, or that have a check of their own: no words are looked for."""

_COMMITTEES = (*KNOWN_BY[ACG.Provision], *KNOWN_BY[ACG.Examination], *KNOWN_BY[ACG.Assessment],
               *KNOWN_BY[ACG.Claim], ACG.isConcludedIn)  # fmt: skip
_ANY = r"(\d{3}(?:\.\d\d)?|\d{5}00)(?![\d/]|[.,]\d)"
_NUMBERS = (ACG.officialNumber, ACG.registrationNumber, SKOS.notation, ELI.number)
_DATES = (ACG.signedOn, ACG.adoptedOn, ACG.datedOn, DCTERMS.issued)


@dataclass(frozen=True)
class Identity:
    """What to look for: numbers in their place, patterns over the words of a passage, names, content.

    Names are looked for among the letters of a passage, content among its words.
    Acronyms are looked for as they are written, since `CES` is a European body and `ces` a French word.
    Content does not count in a passage that names joint committees: the rows of a table have it in common.
    """

    patterns: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    content: frozenset[str] = frozenset()
    acronyms: frozenset[str] = frozenset()
    numbers: frozenset[tuple[NamedNode, Literal]] = frozenset()

    def __or__(self, other: "Identity") -> "Identity":
        return Identity(
            self.patterns | other.patterns,
            self.names | other.names,
            self.content | other.content,
            self.acronyms | other.acronyms,
            self.numbers | other.numbers,
        )

    def __bool__(self) -> bool:
        return bool(self.patterns or self.names or self.content or self.acronyms or self.numbers)

    def shown_in(self, passage: Passage, content: bool = True) -> bool:
        """Return whether a passage shows one of them; `content` says whether its content counts."""
        return (
            any(name in passage.letters for name in self.names)
            or any(pattern(rf"\b{name}\b").search(passage.text) for name in self.acronyms)
            or any(pattern(text).search(passage.words) for text in self.patterns)
            or any(pattern_of(passage.profile, *number).search(passage.words) for number in self.numbers)
            or (content and any(pattern(text).search(passage.words) for text in self.content))
        )


def identity(model: Model, node: NamedNode) -> Identity:
    """Return by what a node is known; empty when nothing that a source could say tells it."""
    return model.once(("identity", node), lambda: _identity(model, node))


def committees(model: Model, node: NamedNode, depth: int = 4) -> frozenset[NamedNode]:
    """Return the joint committees that a node is about."""
    if model.is_a(node, ACG.JointCommittee):
        return frozenset((node,))
    ups = model.things(node, *_COMMITTEES) if depth else ()
    return frozenset().union(*(committees(model, up, depth - 1) for up in ups))


def named_in(model: Model, passage: NamedNode) -> frozenset[NamedNode]:
    """Return the joint committees of which a passage gives the number."""
    return model.once(("named in", passage), lambda: _named_in(model, model.passages[passage]))


def phrase(label: Literal) -> str:
    """Return the pattern of a label: words, of which the last may go on (`travailleu`)."""
    text = fold(label.value)
    return (r"(?<!\w)" if text[:1].isalnum() else "") + re.escape(text)


def codes_of(model: Model, node: NamedNode) -> list[NamedNode]:
    """Return the coded values of a node that the words of a source must bear out."""
    return [
        code
        for predicate in model.nodes.get(node, {}).keys() - OURS
        for code in model.things(node, predicate)
        if code.value.startswith(CONCEPT)
    ]


def claims_on(model: Model, node: NamedNode, predicate: NamedNode | None = None) -> list[NamedNode]:
    """Return the claims about a node: all, or those that give it a value for a predicate."""
    claims = model.once("claims", lambda: _claims(model)).get(node, [])
    return [claim for claim in claims if predicate is None or predicate in model.things(claim, RDF.predicate)]


def _identity(model: Model, node: NamedNode) -> Identity:
    if model.values(node, SKOS.inScheme):
        return Identity(content=_content(model, node))
    others = model.literals(node, SKOS.altLabel)
    acronyms = {label for label in others if label.value.isalpha() and label.value.isupper()}
    numbers = frozenset(_numbers(model, node))
    own = Identity(
        frozenset(rf"(?<![\d.]){re.escape(n.value)}(?!\d)" for p, n in numbers if _is_sub_committee(p, n))
        | {phrase(label) for label in model.literals(node, SKOS.hiddenLabel)}
        | {rf"{phrase(label)}(?!\w)" for label in others if label not in acronyms},
        frozenset(squash(title.value) for title in model.literals(node, DCTERMS["title"])),
        frozenset(_own_content(model, node)),
        frozenset(label.value for label in acronyms),
        numbers,
    )
    committee_of = model.things(node, ACG.isConcludedIn)
    if not committee_of:
        own |= Identity(frozenset(_dates(model, node)))
    ups = [
        up for kind, links in KNOWN_BY.items() if model.is_a(node, kind) for up in model.things(node, *links)
    ]
    for up in (*committee_of, *ups):
        own |= identity(model, up)
    return own


def _notation(number: str) -> str:
    whole = re.sub(r"(\d{3})(\d\d)00", r"\1.\2", number)
    return whole if "." in whole else f"{whole}.00"


@cache
def _committee(profile: Profile) -> re.Pattern[str]:
    """Return what the number of a joint committee looks like where a source of this profile names one."""
    places = [context.replace("{}", _ANY) for context in profile.contexts.get(SKOS.notation, ())]
    return re.compile("|".join([*places, r"(?<![\d.])(\d{3}\.\d\d)(?!\d)"]))


def _is_sub_committee(predicate: NamedNode, number: Literal) -> bool:
    """Tell whether a number is that of a sub-committee, which stands without other words too."""
    return predicate == SKOS.notation and not number.value.endswith(".00")


def _named_in(model: Model, passage: Passage) -> frozenset[NamedNode]:
    committees_by_number = model.once("committees", lambda: _by_notation(model))
    numbers = {_notation("".join(match)) for match in _committee(passage.profile).findall(passage.words)}
    return frozenset(committees_by_number[number] for number in numbers & committees_by_number.keys())


def _by_notation(model: Model) -> dict[str, NamedNode]:
    committees = (node for node in model.facts if model.is_a(node, ACG.JointCommittee))
    return {number.value: node for node in committees for number in model.literals(node, SKOS.notation)}


def _claims(model: Model) -> dict[NamedNode, list[NamedNode]]:
    claims: defaultdict[NamedNode, list[NamedNode]] = defaultdict(list)
    for node in model.facts:
        if model.is_a(node, ACG.Claim):
            for subject in model.things(node, RDF.subject):
                claims[subject].append(node)
    return claims


def _own_content(model: Model, node: NamedNode) -> Iterator[str]:
    if model.is_a(node, ACG.Provision, ACG.Examination):
        yield from _content(model, *codes_of(model, node))
    if model.is_a(node, ACG.Figure):
        yield from _notations(RDF.value, *model.literals(node, RDF.value))


def _content(model: Model, *concepts: NamedNode) -> frozenset[str]:
    return frozenset(phrase(label) for concept in concepts for label in model.labels(concept))


def _numbers(model: Model, node: NamedNode) -> Iterator[tuple[NamedNode, Literal]]:
    for predicate in _NUMBERS:
        for number in model.literals(node, predicate):
            try:
                pattern_of(PLAIN, predicate, number)
            except Malformed:
                continue
            yield predicate, number


def _dates(model: Model, node: NamedNode) -> Iterator[str]:
    """Yield the forms of the dates by which a document is called, those on which sources differ included."""
    for predicate in _DATES:
        yield from _notations(predicate, *model.literals(node, predicate))
        for claim in claims_on(model, node, predicate):
            yield from _notations(predicate, *model.literals(claim, RDF.object))


def _notations(predicate: NamedNode, *values: Literal) -> Iterator[str]:
    for value in values:
        try:
            yield notation_of(value.value, kind_of(predicate, value) or "")
        except Malformed:
            continue
