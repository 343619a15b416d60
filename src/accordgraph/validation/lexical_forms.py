"""The lexical form of every literal, whatever an engine or a SHACL processor makes of it."""

from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from accordgraph.namespaces import RDF
from accordgraph.rdf.xsd import fault
from accordgraph.validation.report import Finding

RULE = "lexical-form"


def check_lexical_forms(triples: Iterable[Triple]) -> list[Finding]:
    """Return a finding for each literal whose text its datatype does not have; its `file` is empty.

    What a blank node states is a finding about the node with an IRI that it belongs to.
    """
    every = list(triples)
    faults: dict[Literal, str] = {}
    for triple in every:
        if isinstance(triple.object, Literal) and triple.object not in faults:
            faults[triple.object] = fault(triple.object)
    owners: dict[object, object] = {t.object: t.subject for t in every if isinstance(t.object, BlankNode)}
    return [
        Finding(
            severity="Violation",
            rule=RULE,
            node=_named(triple.subject, owners),
            path=triple.predicate.value,
            value=str(triple.object),
            message=message,
            file="",
        )
        for triple in every
        if isinstance(triple.object, Literal) and (message := faults[triple.object])
    ]


def _named(node: object, owners: Mapping[object, object]) -> str:
    for _ in owners:  # however they refer to each other
        if isinstance(node, NamedNode):
            break
        node = owners.get(node)
    return node.value if isinstance(node, NamedNode) else RDF.nil.value
