"""The answers of queries in the formats of the command line."""

import io

from pyoxigraph import Literal, NamedNode, QueryResultsFormat

from accordgraph.errors import InputError
from accordgraph.namespaces import shorten
from accordgraph.store import Answer
from accordgraph.turtle import write

FORMS = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
}
"""The formats for SELECT and ASK that the engine writes."""


def render(answer: Answer, form: str) -> str:
    """Return an answer as text in one of `FORMS`, or as canonical Turtle (`ttl`).

    Raises `InputError` when the format is for the other kind of answer.
    """
    if form == "ttl":
        if not answer.is_graph:
            raise InputError(
                f"ttl is for CONSTRUCT and DESCRIBE; this query wants {', '.join(FORMS)} or table"
            )
        return write(answer.triples())
    if answer.is_graph:
        raise InputError(f"{form} is for SELECT and ASK; the answer to this query is a graph: ttl or table")
    output = io.BytesIO()
    answer.write(output, FORMS[form])
    text = output.getvalue().decode()
    return text if text.endswith("\n") else text + "\n"


def cells(answer: Answer) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the column names and the rows of an answer as a person reads them."""
    if answer.is_graph:
        return ("subject", "predicate", "object"), [tuple(map(cell, triple)) for triple in answer.triples()]
    if answer.boolean is not None:
        return ("answer",), [("yes" if answer.boolean else "no",)]
    return answer.variables, [tuple(map(cell, row)) for row in answer.rows()]


def cell(term: object) -> str:
    """Return a term as a person reads it: a shortened IRI, or the text of a literal without its datatype."""
    if isinstance(term, NamedNode):
        return shorten(term.value)
    if isinstance(term, Literal):
        return term.value
    return "" if term is None else str(term)
