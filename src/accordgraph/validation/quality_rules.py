"""Quality queries: the rules across nodes, each a SELECT that must find nothing.

Every row is a finding about its `?node`; `?path`, `?value` and `?message` say more where the query has them.
The header says how bad it is (`#+ severity: Warning`, else a violation) and what is right (`#+ message:`).
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, QuerySolution, QuerySolutions, RdfFormat, Store

from accordgraph.errors import QueryFileError
from accordgraph.library.query_file import Query, query_error
from accordgraph.namespaces import ID
from accordgraph.validation.report import SEVERITIES, Finding


def quality_store(nquads: bytes) -> Store:
    """Return a store of the whole dataset for the queries to run over."""
    store = Store()
    store.bulk_load(nquads, RdfFormat.N_QUADS)
    return store


def run_quality(store: Store, queries: Iterable[Query]) -> list[Finding]:
    """Return what the queries find; the findings' `file` is empty.

    Raises `QueryFileError` for a query that is not a SELECT of `?node`, or whose header is wrong.
    """
    return [finding for query in queries for finding in _run(store, query)]


def _run(store: Store, query: Query) -> Iterator[Finding]:
    severity = query.header("severity", "Violation")
    if severity not in SEVERITIES:
        raise QueryFileError(f"{query.path}: severity {severity!r} should be one of {', '.join(SEVERITIES)}")
    names, rows = _solutions(store, query)
    if "node" not in names:
        raise QueryFileError(
            f"{query.path}: a quality query is a SELECT of ?node (and ?path, ?value, ?message)"
        )
    for row in rows:
        node = row["node"]
        if not isinstance(node, NamedNode):
            raise QueryFileError(
                f"{query.path}: ?node is {node}; it should be the IRI that the finding is about"
            )
        path, value, message = (_cell(row, name, names) for name in ("path", "value", "message"))
        yield Finding(
            severity=severity,
            rule=query.name,
            node=node.value,
            path=path.value if isinstance(path, NamedNode) else "",
            value=str(value) if value is not None else "",
            message=message.value if hasattr(message, "value") else query.header("message", query.summary),
            file="",
        )


def _solutions(store: Store, query: Query) -> tuple[list[str], list[QuerySolution]]:
    """Return the columns and rows, none for a query that is no SELECT; what the engine gave is let go."""
    try:
        solutions = store.query(query.text, base_iri=ID)
    except SyntaxError as error:
        raise QueryFileError(f"{query.path}: {query_error(error)}") from error
    if not isinstance(solutions, QuerySolutions):
        return [], []
    return [variable.value for variable in solutions.variables], list(solutions)


def _cell(row: QuerySolution, name: str, names: list[str]) -> object:
    return row[name] if name in names else None
