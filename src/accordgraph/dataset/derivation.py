"""What follows from the facts: each rule is a CONSTRUCT query whose result is a named graph of its own.

The rules run in the order of their file names (`10-claims.rq` before `20-parts.rq`), each over the facts and
all that the rules before it derived, which together are the default graph.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryTriples, Store, Triple

from accordgraph.errors import QueryFileError
from accordgraph.library.query_file import Query, query_error
from accordgraph.namespaces import GRAPH, ID, RDF


def rule_name(query: Query) -> str:
    """Return the name of a rule: that of its file without the number that orders it."""
    number, _, name = query.name.partition("-")
    return name if number.isdigit() and name else query.name


def rule_graph(query: Query) -> NamedNode:
    """Return the named graph that a rule's result stands in."""
    return GRAPH[f"derived/{rule_name(query)}"]


def derive(
    triples: Iterable[Triple], rules: Iterable[Query], progress: Callable[[str], None] = lambda name: None
) -> Mapping[NamedNode, frozenset[Triple]]:
    """Run the rules in the order of their names and return the triples of each; `progress` is told each name.

    Raises `QueryFileError` for a rule that is not SPARQL or not a CONSTRUCT.
    """
    facts = _sorted(triples)
    written = written_forms(facts)
    store = Store()
    store.extend(_quads(facts))
    derived = {}
    for rule in sorted(rules, key=lambda query: query.name):
        progress(rule_name(rule))
        result = construct(store, rule, written)
        store.extend(_quads(_sorted(result)))
        derived[rule_graph(rule)] = result
    return derived


def construct(
    store: Store, rule: Query, written: Mapping[Literal, Literal] | None = None
) -> frozenset[Triple]:
    """Return what a rule constructs over the default graph of a store, literals as they are `written`."""
    try:
        result = store.query(rule.text, base_iri=ID)
    except SyntaxError as error:
        raise QueryFileError(f"{rule.path}: {query_error(error)}") from error
    triples = list(result) if isinstance(result, QueryTriples) else None
    del result  # which an error would keep, and only this thread may let go
    if triples is None:
        raise QueryFileError(f"{rule.path}: a rule is a CONSTRUCT query")
    forms = written or {}
    return frozenset(
        Triple(
            t.subject,
            t.predicate,
            forms.get(t.object, t.object) if isinstance(t.object, Literal) else t.object,
        )
        for t in triples
    )


def written_forms(triples: Iterable[Triple]) -> Mapping[Literal, Literal]:
    """Return the form in which the facts write each literal that the store gives back in another form.

    The store keeps the value of a number, not its digits: the amount 20.00 would come out of a rule as 20,
    and be another triple than the fact.
    """
    literals = sorted({t.object for t in triples if isinstance(t.object, Literal)}, key=str, reverse=True)
    nodes = {BlankNode(f"n{number}"): literal for number, literal in enumerate(literals)}
    store = Store()
    store.extend(Quad(node, RDF.value, literal) for node, literal in nodes.items())
    stored = {node: quad.object for node in nodes for quad in store.quads_for_pattern(node, None, None)}
    return {stored[node]: literal for node, literal in nodes.items() if stored[node] != literal}  # type: ignore[misc]


def _sorted(triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples in an order that does not vary."""
    return sorted(triples, key=str)


def _quads(triples: Iterable[Triple]) -> Iterator[Quad]:
    return (Quad(t.subject, t.predicate, t.object) for t in triples)
