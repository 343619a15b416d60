"""The checks of what a node cites: each passage is where the data says, and shows the node and its links."""

from collections.abc import Iterator

from pyoxigraph import NamedNode

from accordgraph.namespaces import ACG, DCTERMS, ID, RDF, SKOS, shorten
from accordgraph.validation.report import Finding
from accordgraph.verification.identification import Identity, committees, identity, named_in
from accordgraph.verification.model import Model, Term, lines_of, root_of
from accordgraph.verification.passages import LocatorError, passage_digest

LINKS = (
    ACG.isConcludedIn, ACG.isProvisionOf, ACG.examines, ACG.assesses, ACG.against, ACG.isSignedBy,
    ACG.isRunBy, ACG.isPartneredBy, ACG.isIssuedBy,
)  # fmt: skip
"""The direct links of which the far end, too, must be shown in the passages."""


def check_source(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the text of a source is there."""
    if model.is_a(node, ACG.SourceDocument) and node not in model.texts:
        root = root_of(model, node)
        digests = model.literals(root, ACG.textDigest)
        digest = f"{digests[0].value}" if digests else "that acg:textDigest should name"
        message = f"its text is missing: no .txt file of the folder has the SHA-256 {digest}"
        yield violation("verify-source", node, ACG.textDigest, digests[0] if digests else None, message)
    elif model.literals(node, ACG.textDigest) and node not in model.profiles:
        message = (
            "no file in profiles/ describes how it is printed, so the place of a value cannot be checked; "
            "add one (docs/add-a-year.md)"
        )
        yield violation("verify-source", node, ACG.textDigest, None, message)


def check_passage(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check where a passage is and what its digest is."""
    if not model.is_a(node, ACG.Passage):
        return
    lines, (source, *_) = lines_of(model, node), (*model.things(node, DCTERMS.isPartOf), node)
    text = model.texts.get(source)
    if lines is None:
        yield violation("verify-passage", node, ACG.firstLine, None, "has no first and last line; give both")
    elif not model.is_a(source, ACG.SourceDocument):
        yield violation(
            "verify-passage", node, DCTERMS.isPartOf, None, "is part of no source; name its source"
        )
    elif text is not None:
        stated = model.literals(node, ACG.digest)
        try:
            digest = passage_digest(text.text, *lines)
        except LocatorError as error:
            yield violation("verify-passage", node, ACG.firstLine, None, f"{text.file}: {error}")
        else:
            if [value.value for value in stated] != [digest]:
                message = (
                    f"lines {lines[0]}-{lines[1]} of {text.file} are not the lines that were cited: "
                    f"their digest is {digest}; find the passage again"
                )
                yield violation("verify-passage", node, ACG.digest, stated[0] if stated else None, message)


def check_evidence(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that every cited passage exists and is about the node."""
    about, identity_of_node = committees(model, node), identity(model, node)
    if not identity_of_node and model.things(node, ACG.evidence):
        message = "nothing tells which passage is about it; give it a dcterms:title or a skos:hiddenLabel"
        yield violation("verify-evidence", node, ACG.evidence, None, message)
        return
    cited = model.things(node, ACG.evidence)
    shown = {iri for iri in cited if iri in model.passages and _shows(model, iri, identity_of_node, about)}
    heads = _of_wholes(model, node) if shown else frozenset()
    for iri in cited:
        if iri not in model.passages:
            if not model.is_a(iri, ACG.Passage):
                message = f"{shorten(iri.value)} is not a passage; cite one"
                yield violation("verify-evidence", node, ACG.evidence, iri, message)
        elif iri not in shown | heads or _elsewhere(model, node, iri):
            where = f"{shorten(iri.value)} ({model.passages[iri]})"
            message = f"{where} names nothing by which {shorten(node.value)} is known; cite one that does"
            yield violation("verify-evidence", node, ACG.evidence, iri, message)


def check_links(model: Model, node: NamedNode) -> Iterator[Finding]:
    """Check that the passages show both ends of every link."""
    ends = (RDF.subject, RDF.object) if model.is_a(node, ACG.Claim) else LINKS
    cited = model.cited(node)
    for predicate in ends if cited else ():
        for thing in model.things(node, predicate):
            identity_of_node = identity(model, thing)
            if identity_of_node and not any(identity_of_node.shown_in(passage) for _, passage in cited):
                message = f"{shorten(thing.value)} is not named in {places_cited(model, node)}"
                yield violation(
                    "verify-link", node, predicate, thing, f"{message}; cite a passage that names it"
                )
    for predicate in model.nodes[node].keys() - {ACG.evidence}:
        for thing in model.things(node, predicate):
            if thing.value.startswith(ID) and thing not in model.nodes:
                message = f"{shorten(thing.value)} is nowhere described; is its name right?"
                yield violation("verify-link", node, predicate, thing, message)


def places_cited(model: Model, node: NamedNode) -> str:
    """Return the passages that a node cites, as a finding names them."""
    cited = model.cited(node)
    return (
        " or ".join(f"{shorten(iri.value)} ({passage})" for iri, passage in cited)
        or "any passage: it cites none"
    )


def violation(rule: str, node: NamedNode, path: NamedNode, value: Term | None, message: str) -> Finding:
    """Return what a check found: the rule that is broken, by which property and value of the node."""
    return Finding("Violation", rule, node.value, path.value, str(value or ""), message, "")


def _shows(model: Model, iri: NamedNode, identity_of_node: Identity, about: frozenset[NamedNode]) -> bool:
    passage, named = model.passages[iri], named_in(model, iri)
    if about and named:
        return any(identity(model, committee).shown_in(passage) for committee in about)
    return identity_of_node.shown_in(passage, content=not named)


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
    return not any(identity_of_node.shown_in(passage) for identity_of_node in subjects for passage in cited)


def _of_wholes(model: Model, node: NamedNode) -> frozenset[NamedNode]:
    """Return the passages of what a node is part of: they show where it belongs, and name the whole."""
    wholes = model.things(node, DCTERMS.isPartOf)
    return frozenset(iri for whole in wholes for iri in model.things(whole, ACG.evidence))
