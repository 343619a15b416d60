"""SHACL: the shapes of shapes/ over the merged dataset, run by pySHACL.

pySHACL works on rdflib graphs, so the triples are handed over term by term, literals as they are written.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import RDF, SH, Graph
from rdflib.term import BNode, IdentifiedNode, Node, URIRef

from accordgraph.errors import ShapeError
from accordgraph.namespaces import XSD, shorten
from accordgraph.rdf.turtle import parse_text, read
from accordgraph.rdf.xsd import is_lexical
from accordgraph.validation.lexical_forms import check_lexical_forms
from accordgraph.validation.report import Finding

SHAPES = (SH.NodeShape, SH.PropertyShape)
"""The classes of shapes."""


def load_shapes(paths: Iterable[Path]) -> Graph:
    """Read the shapes files into one graph.

    Raises `TurtleError` for a file that cannot be parsed, and `ShapeError` for one that uses a term of the
    SHACL namespace which SHACL does not define (misspelt, it would check nothing), and where no shape is,
    or an ill-typed literal.
    """
    triples: list[Triple] = []
    for path in paths:
        shapes = parse_text(read(path), path)
        unknown = sorted(_unknown_terms(shapes))
        if unknown:
            raise ShapeError(f"{path}: SHACL has no {', '.join(unknown)}; look for a misspelling")
        if wrong := check_lexical_forms(shapes):
            raise ShapeError(
                f"{path}: {shorten(wrong[0].path)} of {shorten(wrong[0].node)}: {wrong[0].message}"
            )
        triples += shapes
    graph = to_rdflib(triples)
    if not any(graph.subjects(RDF.type, SHAPES[0])):
        raise ShapeError("no shape in shapes/, so that nothing would be validated; restore the folder")
    return graph


def _unknown_terms(triples: Iterable[Triple]) -> set[str]:
    iris = {term.value for triple in triples for term in triple if isinstance(term, NamedNode)}
    names = {iri.removeprefix(str(SH)) for iri in iris if iri.startswith(str(SH))}
    return {f"sh:{name}" for name in names if name not in SH}


def run_shapes(triples: Iterable[Triple], shapes: Graph) -> list[Finding]:
    """Return what the shapes find in the triples; the findings' `file` is empty."""
    with _quiet():
        data = to_rdflib(triples)
        _, report, text = pyshacl.validate(
            data, shacl_graph=flattened(shapes), inplace=True, inference="none"
        )
    if not isinstance(report, Graph):
        raise ShapeError(f"the shapes cannot be run: {text}")
    results = report.objects(None, SH.result)
    return [_finding(report, result) for result in results if not _is_mistaken(report, result, shapes)]


def _is_mistaken(report: Graph, result: Node, shapes: Graph) -> bool:
    """Return whether a result calls a literal ill-typed that Python cannot hold, such as a day before 1."""
    shape, value = report.value(result, SH.sourceShape), report.value(result, SH.value)
    if report.value(result, SH.sourceConstraintComponent) != SH.DatatypeConstraintComponent:
        return False
    if not isinstance(value, rdflib.Literal) or shapes.value(shape, SH.datatype) != value.datatype:
        return False
    return is_lexical(str(value), NamedNode(str(value.datatype)))


def flattened(shapes: Graph) -> Graph:
    """Return the same shapes, each property shape with the targets of the node shape that owns it.

    pySHACL runs a property shape once for each focus node when it gets there by `sh:property`, but once for
    all of them when the property shape has the targets itself: three times as fast, with the same findings.
    It is the same because every property shape has one owner, and no shape with targets is used by `sh:node`.
    """
    flat = Graph(bind_namespaces="none")
    flat += shapes
    for owner in set(shapes.subjects(RDF.type, SH.NodeShape)):
        targets = [(p, o) for p in (SH.targetClass, SH.targetSubjectsOf) for o in shapes.objects(owner, p)]
        for shape in shapes.objects(owner, SH.property) if targets else ():
            flat.remove((owner, SH.property, shape))
            for predicate, target in targets:
                flat.add((shape, predicate, target))
    return flat


def _finding(report: Graph, result: Node) -> Finding:
    def one(predicate: URIRef) -> Node | None:
        return report.value(result, predicate)

    path, value, message = one(SH.resultPath), one(SH.value), one(SH.resultMessage)
    return Finding(
        severity=str(one(SH.resultSeverity)).removeprefix(str(SH)),
        rule=str(one(SH.sourceShape)),
        node=str(one(SH.focusNode)),
        path=str(path) if isinstance(path, URIRef) else "",
        value=_written(value),
        message=str(message),
        file="",
        component=str(one(SH.sourceConstraintComponent)),
    )


def _written(value: Node | None) -> str:
    """Return a value as N-Triples writes it; nothing for a blank node, which has no name to look for."""
    if isinstance(value, URIRef):
        return str(NamedNode(value))
    if isinstance(value, rdflib.Literal):
        datatype = NamedNode(value.datatype) if value.datatype and not value.language else None
        return str(Literal(str(value), language=value.language, datatype=datatype))
    return ""


def to_rdflib(triples: Iterable[Triple]) -> Graph:
    """Return the triples as an rdflib graph that has the same blank nodes and the same lexical forms."""
    terms: dict[object, Node] = {}

    def convert(term: object) -> Node:
        if term not in terms:
            terms[term] = _convert(term)
        return terms[term]

    graph = Graph(bind_namespaces="none")
    with _quiet():
        for triple in triples:
            graph.add((convert(triple.subject), convert(triple.predicate), convert(triple.object)))
    return graph


def _convert(term: object) -> IdentifiedNode | rdflib.Literal:
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    assert isinstance(term, Literal)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = None if term.datatype == XSD.string else URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from logging a stack trace for each ill-typed literal: the shapes report them."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
