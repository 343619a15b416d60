"""The checks of one node against the passages that it cites; each finding says what would be right.

A check is a function from the model and a node to findings, so that a changed node can be checked by itself.
"""

from collections.abc import Callable, Iterator

from pyoxigraph import Literal, NamedNode

from accordgraph.contexts import kind_of, pattern, pattern_of, standing
from accordgraph.evidence import Model, Term, lines_of, root_of
from accordgraph.findings import Finding
from accordgraph.identity import OURS, Identity, claims_on, codes_of, committees, identity, named_in, phrase
from accordgraph.labels import strange_in_iri, unfounded
from accordgraph.namespaces import ACG, CONCEPT, DCTERMS, ID, RDF, SKOS, shorten
from accordgraph.passages import LocatorError, passage_digest, squash
from accordgraph.written_forms import Malformed

LINKS = (ACG.isConcludedIn, ACG.isProvisionOf, ACG.examines, ACG.assesses, ACG.against, ACG.isSignedBy)
"""The direct links of which the far end, too, must be shown in the passages."""

COLUMNS = {
    ID["source/report-131/fps-synthesis-table"]: (
        "disconnection",
        "telework",
        "digitalisation",
        "artificial-intelligence",
    )
}
"""The tables whose rows are marks, and the theme of each of their columns."""


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


def _passage(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check where a passage is and what its digest is."""
    if not model.is_a(node, ACG.Passage):
        return
    lines, (source, *_) = lines_of(model, node), (*model.things(node, DCTERMS.isPartOf), node)
    text = model.texts.get(source)
    if lines is None:
        yield _finding("verify-passage", node, ACG.firstLine, None, "has no first and last line; give both")
    elif not model.is_a(source, ACG.SourceDocument):
        yield _finding(
            "verify-passage", node, DCTERMS.isPartOf, None, "is part of no source; name its source"
        )
    elif text is not None:
        stated = model.literals(node, ACG.digest)
        try:
            digest = passage_digest(text.text, *lines)
        except LocatorError as error:
            yield _finding("verify-passage", node, ACG.firstLine, None, f"{text.file}: {error}")
        else:
            if [value.value for value in stated] != [digest]:
                message = (
                    f"lines {lines[0]}-{lines[1]} of {text.file} are not the lines that were cited: "
                    f"their digest is {digest}; find the passage again"
                )
                yield _finding("verify-passage", node, ACG.digest, stated[0] if stated else None, message)


def _source(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the text of a source is there."""
    if model.is_a(node, ACG.SourceDocument) and node not in model.texts:
        root = root_of(model, node)
        digests = model.literals(root, ACG.textDigest)
        wanted = f"{digests[0].value}" if digests else "that acg:textDigest should name"
        message = f"its text is missing: no .txt file of the folder has the SHA-256 {wanted}"
        yield _finding("verify-source", node, ACG.textDigest, digests[0] if digests else None, message)


def _values(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that every number, date and amount stands in a cited passage, in its place."""
    cited = [passage.words for _, passage in model.cited(node)]
    if not cited and any(model.is_a(iri, ACG.Passage) for iri in model.things(node, ACG.evidence)):
        return  # their text is missing or their lines are wrong, which is a finding of its own
    for predicate, value in values_of(model, node):
        try:
            wanted = pattern_of(predicate, value)
        except Malformed as error:
            yield _finding("verify-value", node, predicate, value, str(error))
            continue
        if not any(wanted.search(words) for words in cited):
            others = sorted({other for words in cited for other in standing(predicate, words)})
            there = f"there stands {' and '.join(others)}" if others else "nothing like it stands there"
            name = shorten(predicate.value)
            message = f"{value.value} is not written as {name} in {_places(model, node)}; {there}"
            yield _finding("verify-value", node, predicate, value, message)


def _evidence(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that every cited passage exists and is about the node."""
    about, known = committees(model, node), identity(model, node)
    if not known and model.things(node, ACG.evidence):
        message = "nothing tells which passage is about it; give it a dcterms:title or a skos:hiddenLabel"
        yield _finding("verify-evidence", node, ACG.evidence, None, message)
        return
    cited = model.things(node, ACG.evidence)
    shown = {iri for iri in cited if iri in model.passages and _shows(model, iri, known, about)}
    heads = _of_wholes(model, node) if shown else frozenset()
    for iri in cited:
        if iri not in model.passages:
            if not model.is_a(iri, ACG.Passage):
                message = f"{shorten(iri.value)} is not a passage; cite one"
                yield _finding("verify-evidence", node, ACG.evidence, iri, message)
        elif iri not in shown | heads or _elsewhere(model, node, iri):
            where = f"{shorten(iri.value)} ({model.passages[iri]})"
            message = f"{where} names nothing by which {shorten(node.value)} is known; cite one that does"
            yield _finding("verify-evidence", node, ACG.evidence, iri, message)


def _shows(model: Model, iri: NamedNode, known: Identity, about: frozenset[NamedNode]) -> bool:
    passage, named = model.passages[iri], named_in(model, iri)
    if about and named:
        return any(identity(model, committee).shown_in(passage) for committee in about)
    return known.shown_in(passage, content=not named)


def _elsewhere(model: Model, claim: NamedNode, iri: NamedNode) -> bool:
    """Return whether a passage shows only the concept of a claim, in a text that does not show its subject.

    A heading stands in the text that it orders. What the publisher of the whole writes is about all of it.
    """
    objects = model.things(claim, RDF.object) if model.is_a(claim, ACG.Claim) else ()
    if not any(model.values(thing, SKOS.inScheme) for thing in objects):
        return False
    subjects = [identity(model, subject) for subject in model.things(claim, RDF.subject)]
    (source, *_) = model.things(iri, DCTERMS.isPartOf)
    creators = model.things(source, DCTERMS.creator)
    if not any(subjects) or creators == model.things(root_of(model, source), DCTERMS.creator):
        return False
    cited = [
        passage for other, passage in model.cited(claim) if source in model.things(other, DCTERMS.isPartOf)
    ]
    return not any(known.shown_in(passage) for known in subjects for passage in cited)


def _of_wholes(model: Model, node: NamedNode) -> frozenset[NamedNode]:
    """Return the passages of what a node is part of: they show where it belongs, and name the whole."""
    wholes = model.things(node, DCTERMS.isPartOf)
    return frozenset(iri for whole in wholes for iri in model.things(whole, ACG.evidence))


def _links(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the passages show both ends of every link."""
    ends = (RDF.subject, RDF.object) if model.is_a(node, ACG.Claim) else LINKS
    cited = model.cited(node)
    for predicate in ends if cited else ():
        for thing in model.things(node, predicate):
            known = identity(model, thing)
            if known and not any(known.shown_in(passage) for _, passage in cited):
                message = f"{shorten(thing.value)} is not named in {_places(model, node)}"
                yield _finding(
                    "verify-link", node, predicate, thing, f"{message}; cite a passage that names it"
                )
    for predicate in model.nodes[node].keys() - {ACG.evidence}:
        for thing in model.things(node, predicate):
            if thing.value.startswith(ID) and thing not in model.nodes:
                message = f"{shorten(thing.value)} is nowhere described; is its name right?"
                yield _finding("verify-link", node, predicate, thing, message)


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
                message = f"none of {words} is in {_places(model, node)}; code what the passage says"
                yield _finding("verify-code", node, predicate, code, message)


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
                message = f"'{name.value}' is not printed in {_places(model, node)}; take it as it is printed"
                yield _finding("verify-name", node, predicate, name, message)


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
            number = pattern_of(RDF.value, value).pattern
        except Malformed:
            continue
        together = pattern(f"{number}{between}{unit}|{unit}{between}{number}")
        for iri, passage in model.cited(node):
            if not together.search(passage.words):
                message = f"{shorten(iri.value)} ({passage}) does not give {value.value} with what is counted"
                yield _finding("verify-evidence", node, ACG.evidence, iri, message)


def _marks(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that an examination finds what is marked in its row; the head of the table has no marks."""
    tables = [
        (passage, columns)
        for iri, passage in (model.cited(node) if model.is_a(node, ACG.Examination) else ())
        if (columns := _columns(model, iri))
    ]
    if not tables:
        return
    rows = [[columns[i] for i in marks if i < len(columns)] for p, columns in tables for marks in p.marks]
    marked = {CONCEPT[f"theme/{theme}"] for row in rows for theme in row}
    if len(rows) != 1 or marked != set(model.things(node, ACG.finds)):
        found = " and ".join(sorted(shorten(theme.value) for theme in marked)) or "nothing"
        places = " and ".join(str(passage) for passage, _ in tables)
        message = f"what is cited of the table, {places}, marks {found}; acg:finds should say the same"
        yield _finding("verify-marks", node, ACG.finds, None, message)


def _labels(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the numbers and dates in what we write come from somewhere."""
    for predicate, label, number in unfounded(model, node):
        message = f"{number} in '{label.value}' is no number or date of the node or its passages"
        yield _finding("verify-label", node, predicate, label, message)


def _article(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that what a provision says stands under the article that it names."""
    labels = [pattern(phrase(label)) for code in codes_of(model, node) for label in model.labels(code)]
    for number in model.literals(node, ACG.articleNumber) if labels else ():
        for _, passage in model.cited(node):
            articles = passage.articles
            if len(articles) < 2 or number.value not in articles:
                continue
            if not any(label.search(articles[number.value]) for label in labels):
                message = f"nothing of what it says stands under article {number.value} in {passage}"
                yield _finding(
                    "verify-value", node, ACG.articleNumber, number, f"{message}; name its article"
                )


def _iri(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the numbers and dates in a node's name are its own."""
    for number in strange_in_iri(model, node):
        message = f"{number} in the name is no number or date of the node; name it after its own"
        yield _finding("verify-iri", node, RDF.type, None, message)


Check = Callable[[Model, NamedNode], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    _source, _passage, _values, _evidence, _links, _codes, _names, _figure, _marks, _labels, _article, _iri,
)  # fmt: skip


def _columns(model: Model, passage: NamedNode) -> tuple[str, ...]:
    return next((COLUMNS[up] for up in model.things(passage, DCTERMS.isPartOf) if up in COLUMNS), ())


def _places(model: Model, node: NamedNode) -> str:
    cited = model.cited(node)
    return (
        " or ".join(f"{shorten(iri.value)} ({passage})" for iri, passage in cited)
        or "any passage: it cites none"
    )


def _finding(rule: str, node: NamedNode, path: NamedNode, value: Term | None, message: str) -> Finding:
    return Finding("Violation", rule, node.value, path.value, str(value or ""), message, "")
