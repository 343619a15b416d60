"""The checks of one node: what it cites, and what it says; each finding says what would be right.

A check is a function from the model and a node to findings, so that a changed node can be checked by itself.
"""

from collections.abc import Callable, Iterator

from pyoxigraph import Literal, NamedNode

from accordgraph.namespaces import ACG, CONCEPT, DCTERMS, RDF, SKOS, shorten
from accordgraph.validation.report import Finding
from accordgraph.verification.citation_checks import (
    check_evidence,
    check_links,
    check_passage,
    check_source,
    places_cited,
    violation,
)
from accordgraph.verification.identification import OURS, claims_on, codes_of, phrase
from accordgraph.verification.label_checks import unsupported_in_iri, unsupported_numbers
from accordgraph.verification.model import Model
from accordgraph.verification.notations import Malformed
from accordgraph.verification.passages import squash
from accordgraph.verification.profile import PLAIN, Profile
from accordgraph.verification.value_patterns import kind_of, pattern, pattern_of, values_in_place


def check_node(model: Model, node: NamedNode) -> list[Finding]:
    """Return what is wrong with one node."""
    return [finding for check in CHECKS for finding in check(model, node)]


def values_of(model: Model, node: NamedNode) -> Iterator[tuple[NamedNode, Literal]]:
    """Yield the numbers, dates and amounts of a node, each with the property whose place it must stand in.

    The object of a claim stands in the place of the claim's predicate, and is reported as that.
    """
    if model.is_a(node, ACG.Passage):
        return
    for predicate, values in model.nodes[node].items():
        for value in values:
            places = model.things(node, RDF.predicate) if predicate == RDF.object else (predicate,)
            for place in places:
                if isinstance(value, Literal) and kind_of(place, value):
                    yield place, value


def _values(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that every number, date and amount stands in a cited passage, in its place."""
    cited = [passage for _, passage in model.cited(node)]
    if not cited and any(model.is_a(iri, ACG.Passage) for iri in model.things(node, ACG.evidence)):
        return  # their text is missing or their lines are wrong, which is a finding of its own
    for predicate, value in values_of(model, node):
        try:
            pattern_of(PLAIN, predicate, value)
        except Malformed as error:
            yield violation("verify-value", node, predicate, value, str(error))
            continue
        if not any(pattern_of(p.profile, predicate, value).search(p.words) for p in cited):
            others = sorted(
                {other for p in cited for other in values_in_place(p.profile, predicate, p.words)}
            )
            there = f"there stands {' and '.join(others)}" if others else "nothing like it stands there"
            name = shorten(predicate.value)
            message = f"{value.value} is not written as {name} in {places_cited(model, node)}; {there}"
            yield violation("verify-value", node, predicate, value, message)


def _codes(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the passages have the words of every coded value."""
    cited = model.cited(node)
    for predicate in model.nodes[node].keys() - OURS if cited else ():
        for code in model.things(node, predicate):
            if not code.value.startswith(CONCEPT):
                continue
            labels = model.labels(code)
            if labels and not any(
                pattern(phrase(label)).search(p.words) for label in labels for _, p in cited
            ):
                words = ", ".join(f"'{label.value}'" for label in labels)
                message = f"none of {words} is in {places_cited(model, node)}; code what the passage says"
                yield violation("verify-code", node, predicate, code, message)


def _names(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that official titles, and the other names of bodies, are printed in a cited passage."""
    predicates = [DCTERMS["title"]]
    if model.is_a(node, ACG.Body, ACG.JointCommittee):
        predicates.append(SKOS.altLabel)
    cited = model.cited(node)
    for predicate in predicates:
        for name in model.literals(node, predicate):
            places = model.passages.values() if predicate == SKOS.altLabel else [p for _, p in cited]
            if cited and not any(squash(name.value) in passage.letters for passage in places):
                message = (
                    f"'{name.value}' is not printed in {places_cited(model, node)}; take it as it is printed"
                )
                yield violation("verify-name", node, predicate, name, message)


def _figure(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that each cited passage gives a figure together with what is counted."""
    if not model.is_a(node, ACG.Figure):
        return
    units, between = model.things(node, ACG.countingUnit), r"\D{0,200}"
    if not units:  # sources differ on the unit: it is a matter of claims, and may stand a little further off
        claims = claims_on(model, node, ACG.countingUnit)
        units, between = tuple(u for claim in claims for u in model.things(claim, RDF.object)), ".{0,120}"
    unit = f"(?:{'|'.join(phrase(label) for unit in units for label in model.labels(unit))})"
    for value in model.literals(node, RDF.value):
        try:
            number = pattern_of(PLAIN, RDF.value, value).pattern
        except Malformed:
            continue
        together = pattern(f"{number}{between}{unit}|{unit}{between}{number}")
        for iri, passage in model.cited(node):
            if not together.search(passage.words):
                message = f"{shorten(iri.value)} ({passage}) does not give {value.value} with what is counted"
                yield violation("verify-evidence", node, ACG.evidence, iri, message)


def _marks(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that an examination finds what is marked in its row; the head of the table has no marks."""
    tables = [
        (passage, columns)
        for iri, passage in (model.cited(node) if model.is_a(node, ACG.Examination) else ())
        if (columns := _columns(model, iri, passage.profile))
    ]
    if not tables:
        return
    rows = [[columns[i] for i in marks if i < len(columns)] for p, columns in tables for marks in p.marks]
    marked = {theme for row in rows for theme in row}
    if len(rows) != 1 or marked != set(model.things(node, ACG.finds)):
        themes = " and ".join(sorted(shorten(theme.value) for theme in marked)) or "nothing"
        places = " and ".join(str(passage) for passage, _ in tables)
        message = f"what is cited of the table, {places}, marks {themes}; acg:finds should say the same"
        yield violation("verify-marks", node, ACG.finds, None, message)


def _labels(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the numbers and dates in what we write come from somewhere."""
    for predicate, label, number in unsupported_numbers(model, node):
        message = f"{number} in '{label.value}' is no number or date of the node or its passages"
        yield violation("verify-label", node, predicate, label, message)


def _article(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that what a provision says stands under the article that it names."""
    labels = [pattern(phrase(label)) for code in codes_of(model, node) for label in model.labels(code)]
    for number in model.literals(node, ACG.articleNumber, ACG.sectionNumber) if labels else ():
        for _, passage in model.cited(node):
            articles = passage.articles
            if len(articles) < 2 or number.value not in articles:
                continue
            if not any(label.search(articles[number.value]) for label in labels):
                message = f"nothing of what it says stands under article {number.value} in {passage}"
                yield violation(
                    "verify-value", node, ACG.articleNumber, number, f"{message}; name its article"
                )


def _iri(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the numbers and dates in a node's name are its own."""
    for number in unsupported_in_iri(model, node):
        message = f"{number} in the name is no number or date of the node; name it after its own"
        yield violation("verify-iri", node, RDF.type, None, message)


Check = Callable[[Model, NamedNode], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    check_source, check_passage, _values, check_evidence, check_links,
    _codes, _names, _figure, _marks, _labels, _article, _iri,
)  # fmt: skip


def _columns(model: Model, passage: NamedNode, profile: Profile) -> tuple[NamedNode, ...]:
    """Return the themes of the columns of the table that a passage is part of; none for other passages."""
    tables = model.things(passage, DCTERMS.isPartOf)
    return next((profile.columns[table] for table in tables if table in profile.columns), ())
