"""Derivation: each rule is a CONSTRUCT query whose result is a named graph of its own.

The rules run in the order of their file names (`10-claims.rq` before `20-parts.rq`), each on a default graph
of the asserted triples and all results of earlier rules.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryTriples, Store, Triple

from accordgraph.errors import QueryFileError
from accordgraph.library.query_file import Query, query_error
from accordgraph.namespaces import GRAPH, ID, RDF


def rule_name(query: Query) -> str:
    """Return the name of a rule: its file name without the leading number."""
    number, _, name = query.name.partition("-")
    return name if number.isdigit() and name else query.name


def rule_graph(query: Query) -> NamedNode:
    """Return the named graph of a rule's result."""
    return GRAPH[f"derived/{rule_name(query)}"]


def derive(
    triples: Iterable[Triple], rules: Iterable[Query], progress: Callable[[str], None] = lambda name: None
) -> Mapping[NamedNode, frozenset[Triple]]:
    """Run the rules in the order of their names and return the triples of each; reports each to `progress`.

    Raises `QueryFileError` for a rule that is not SPARQL or not a CONSTRUCT.
    """
    facts = _sorted(triples)
    forms = lexical_forms(facts)
    store = Store()
    store.extend(_quads(facts))
    derived = {}
    for rule in sorted(rules, key=lambda query: query.name):
        progress(rule_name(rule))
        result = construct(store, rule, forms)
        store.extend(_quads(_sorted(result)))
        derived[rule_graph(rule)] = result
    return derived


def construct(store: Store, rule: Query, forms: Mapping[Literal, Literal] | None = None) -> frozenset[Triple]:
    """Return the triples that a rule constructs; literals get their lexical forms from `forms`."""
    try:
        result = store.query(rule.text, base_iri=ID)
    except SyntaxError as error:
        raise QueryFileError(f"{rule.path}: {query_error(error)}") from error
    triples = list(result) if isinstance(result, QueryTriples) else None
    del result  # an error would keep it, and only this thread may free it
    if triples is None:
        raise QueryFileError(f"{rule.path}: a rule is a CONSTRUCT query")
    forms = forms or {}
    objects = (
        (t, forms.get(t.object, t.object) if isinstance(t.object, Literal) else t.object) for t in triples
    )
    return frozenset(Triple(t.subject, t.predicate, object_) for t, object_ in objects)


def lexical_forms(triples: Iterable[Triple]) -> Mapping[Literal, Literal]:
    """Return the lexical form of each literal that the store returns in another form.

    The store keeps the value of a number, not its digits: a rule would return the amount 20.00 as 20, which
    makes another triple than the asserted one.
    """
    literals = sorted({t.object for t in triples if isinstance(t.object, Literal)}, key=str, reverse=True)
    nodes = {BlankNode(f"n{number}"): literal for number, literal in enumerate(literals)}
    store = Store()
    store.extend(Quad(node, RDF.value, literal) for node, literal in nodes.items())
    stored = {node: quad.object for node in nodes for quad in store.quads_for_pattern(node, None, None)}
    return {stored[node]: literal for node, literal in nodes.items() if stored[node] != literal}  # type: ignore[misc]


def _sorted(triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples in a reproducible order."""
    return sorted(triples, key=str)


def _quads(triples: Iterable[Triple]) -> Iterator[Quad]:
    return (Quad(t.subject, t.predicate, t.object) for t in triples)
