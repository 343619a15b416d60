"""The queries of the library as SHACL describes them, so that editors find them as examples.

An editor looks for instances of `sh:SPARQLExecutable` with a comment and a text, and for prefixes that are
declared.
"""

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.library.catalogue import iri_of
from accordgraph.library.query_file import Query
from accordgraph.namespaces import BASE, PREFIXES, RDF, RDFS, SCHEMA, SH, XSD

LIBRARY = NamedNode(BASE + "queries")
"""The library, which declares the prefixes of its queries."""
ENDPOINT = NamedNode(BASE + "sparql")

_CLASSES: Mapping[str, tuple[NamedNode, NamedNode]] = {
    "SELECT": (SH.SPARQLSelectExecutable, SH.select),
    "ASK": (SH.SPARQLAskExecutable, SH.ask),
    "CONSTRUCT": (SH.SPARQLConstructExecutable, SH.construct),
}
"""The class of each form of query, and the property of its text; SHACL has none for DESCRIBE."""


def triples_of(queries: Iterable[Query], prefixes: Mapping[str, str] = PREFIXES) -> list[Triple]:
    """Return the description of queries and of the prefixes, in order."""
    triples = [triple for query in queries for triple in _query(query)]
    for prefix, namespace in prefixes.items():
        declaration = NamedNode(f"{LIBRARY.value}#{prefix}")
        triples += [
            Triple(LIBRARY, SH.declare, declaration),
            Triple(declaration, RDF.type, SH.PrefixDeclaration),
            Triple(declaration, SH.prefix, Literal(prefix)),
            Triple(declaration, SH.namespace, Literal(str(namespace), datatype=XSD.anyURI)),
        ]
    return sorted(triples, key=str)


def _query(query: Query) -> Iterator[Triple]:
    if query.sparql.form not in _CLASSES:
        return
    node, (class_, text) = NamedNode(iri_of(query)), _CLASSES[query.sparql.form]
    yield Triple(node, RDF.type, SH.SPARQLExecutable)
    yield Triple(node, RDF.type, class_)
    yield Triple(node, RDFS.comment, Literal(query.summary, language="en"))
    yield Triple(node, text, Literal(query.text))
    yield Triple(node, SH.prefixes, LIBRARY)
    yield Triple(node, SCHEMA.target, ENDPOINT)
    yield Triple(node, SCHEMA.keywords, Literal(query.kind))
