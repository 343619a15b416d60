"""Answers in the forms that people and programs ask for."""

import io
import json
from collections.abc import Callable
from typing import IO, Any, cast

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, RdfFormat

from accordgraph.errors import InputError
from accordgraph.library.catalogue import schemes_of
from accordgraph.library.parameters import Schemes
from accordgraph.namespaces import shorten
from accordgraph.rdf.canonical_turtle import write as canonical_turtle
from accordgraph.results import formats, xlsx
from accordgraph.results.exact_text import XmlOutput, check_rdf_xml, write_csv
from accordgraph.results.formats import Form
from accordgraph.results.result import Answer, Term, written
from accordgraph.results.row_limit import RowLimit, too_many_rows

_CHUNK_BYTES = 65_536
"""The octets that are gathered before they go on."""


def write(
    answer: Answer,
    form: Form,
    output: IO[bytes],
    most_rows: int | None = None,
    about: xlsx.About | None = None,
) -> int:
    """Write an answer in a form of its kind to a file; a spreadsheet also says what it is `about`.

    Returns how many rows or triples were written: 0 for a boolean, and where no limit had them counted.
    Raises `LimitExceeded` when it has more rows or triples than `most_rows`, `InputError` when the form is
    for answers of the other kind. A `TABLE` is never too long: it has the first rows and says if there are
    more.
    """
    if form == formats.TABLE:
        content = _table(answer, most_rows)
        output.write(json.dumps(content, ensure_ascii=False).encode())
        return len(content.get("rows", ()))
    if form == formats.XLSX and not answer.is_graph:
        return xlsx.write(answer, output, about, most_rows)
    if form not in (formats.GRAPHS if answer.is_graph else formats.RESULTS) or form.format is None:
        raise InputError(f"{form.name} is not a form of this answer")
    if answer.is_graph:
        triples = answer.triples(most_rows)
        if most_rows is not None and len(triples) > most_rows:
            raise too_many_rows(most_rows)
        _write_graph(answer, triples, output, cast(RdfFormat, form.format))
        return len(triples)
    if form == formats.CSV and answer.boolean is None:
        return write_csv(answer, output, most_rows)
    kind = cast(QueryResultsFormat, form.format)
    if form == formats.XML:
        output = cast(IO[bytes], XmlOutput(output))
    if most_rows is None or answer.boolean is not None:
        answer.write(output, kind)
        return 0
    limit = RowLimit(output, kind, most_rows)
    answer.write(cast(IO[bytes], limit), kind)
    return limit.rows


def _write_graph(answer: Answer, triples: list[ox.Triple], output: IO[bytes], form: RdfFormat) -> None:
    """Write a graph; in RDF/XML, which cannot hold every graph, the whole or nothing."""
    if form != RdfFormat.RDF_XML:
        answer.write_triples(triples, output, form)
        return
    check_rdf_xml(triples)
    whole = io.BytesIO()
    answer.write_triples(triples, cast(IO[bytes], XmlOutput(whole)), form)
    output.write(whole.getvalue())


def render(answer: Answer, name: str) -> str:
    """Return an answer as text in the form of that name; a graph as Turtle, canonical where it has that form.

    Raises `InputError` when the form is for answers of the other kind.
    """
    if name == "ttl" and answer.is_graph:
        triples = answer.triples()
        try:
            return canonical_turtle(triples)
        except ValueError:  # a blank node that has no one place
            output = io.BytesIO()
            answer.write_triples(triples, output, RdfFormat.TURTLE)
            return output.getvalue().decode()
    if name == "ttl":
        raise InputError("ttl is for CONSTRUCT and DESCRIBE; this query wants csv, tsv, json, xlsx or table")
    if answer.is_graph:
        raise InputError(f"{name} is for SELECT and ASK; the answer to this query is a graph: ttl or table")
    output = io.BytesIO()
    write(answer, formats.ALL[name], output)
    text = output.getvalue().decode()
    return text if text.endswith("\n") else text + "\n"


def encode(answer: Answer, name: str, about: xlsx.About) -> bytes:
    """Return an answer as the octets of a file in the form of that name.

    Raises `InputError` when the form is for answers of the other kind.
    """
    if name != formats.XLSX.name or answer.is_graph:
        return render(answer, name).encode()
    output = io.BytesIO()
    write(answer, formats.XLSX, output, about=about)
    return output.getvalue()


def table(answer: Answer, most_rows: int | None = None) -> str:
    """Return an answer in the form `TABLE`, as text."""
    return json.dumps(_table(answer, most_rows), ensure_ascii=False)


def _table(answer: Answer, most_rows: int | None) -> dict[str, Any]:
    if answer.boolean is not None:
        return {"boolean": answer.boolean}
    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]] = []
    more = False
    if answer.is_graph:
        columns = ("subject", "predicate", "object")
        triples = answer.triples()
        rows = [(triple.subject, triple.predicate, triple.object) for triple in triples[:most_rows]]
        more = len(rows) < len(triples)
    else:
        columns = answer.variables
        for row in answer.rows():
            if len(rows) == most_rows:
                more = True
                break
            rows.append(row)
    return {"columns": columns, "rows": [[json_term(term) for term in row] for row in rows], "more": more}


def json_term(term: Term | None) -> dict[str, object] | None:
    """Return a term as the JSON of SPARQL results writes it."""
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: json_term(part) for name, part in parts.items()}}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def schemes(answer: Answer) -> Schemes:
    """Return the codes of each scheme from the answer to the query `concepts`."""
    place = answer.variables.index("concept")
    concepts = (row[place] for row in answer.rows())
    return schemes_of(concept.value for concept in concepts if isinstance(concept, NamedNode))


def cells(answer: Answer) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the column names and the rows of an answer as a person reads them."""
    if answer.is_graph:
        return ("subject", "predicate", "object"), [tuple(map(cell, triple)) for triple in answer.triples()]
    if answer.boolean is not None:
        return ("answer",), [("yes" if answer.boolean else "no",)]
    return answer.variables, [tuple(map(cell, row)) for row in answer.rows()]


def cell(term: Term | None) -> str:
    """Return a term as a person reads it: a shortened IRI, or the text of a literal without its datatype."""
    if isinstance(term, NamedNode):
        return shorten(term.value)
    if isinstance(term, Literal):
        return term.value
    return "" if term is None else written(term)


class ChunkedOutput:
    """A file that hands what is written to it to `send`, piece by piece; `flush` hands on the rest."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send, self._held = send, bytearray()

    def write(self, octets: bytes) -> int:
        """Take octets; returns how many."""
        self._held += octets
        if len(self._held) >= _CHUNK_BYTES:
            self.flush()
        return len(octets)

    def flush(self) -> None:
        """Hand on what is held."""
        if rest := self.take():
            self._send(rest)

    def take(self) -> bytes:
        """Take out what is held."""
        rest = bytes(self._held)
        self._held.clear()
        return rest
