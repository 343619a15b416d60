"""SPARQL 1.1 Query Results JSON, read into typed terms; and the internal format `TABLE`, which has its terms.

What engines, endpoints and workers send is read here, once; nothing else takes the JSON apart.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from accordgraph.results.writers import json_term

URI, BLANK_NODE, LITERAL, TRIPLE = "uri", "bnode", "literal", "triple"


@dataclass(frozen=True, slots=True)
class Term:
    """An RDF term: its kind (`uri`, `bnode`, `literal` or `triple`), and IRI, identifier or lexical form.

    A literal has a language tag, or a datatype where the JSON states one; a triple term has three `parts`.
    """

    kind: str
    value: str
    language: str = ""
    datatype: str = ""
    parts: tuple["Term", ...] = ()

    @property
    def key(self) -> str:
        """A text that is equal for equal terms; of an IRI, the IRI."""
        if self.kind == URI:
            return self.value
        if self.kind == BLANK_NODE:
            return f"_:{self.value}"
        return f'"{self.value}"{self.language}^{self.datatype}'


Row = Mapping[str, Term]
"""A solution: the terms of the variables that are bound."""
TermTriple = Sequence[Term]
"""Subject, predicate and object."""


@dataclass(frozen=True)
class Table:
    """The content of a result as pages show it: rows of terms, None for what is unbound, or a boolean.

    `more` says that the result has more rows than these.
    """

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    more: bool = False
    boolean: bool | None = None


def read_rows(body: str | bytes) -> list[Row]:
    """Return the solutions of a SELECT; raises `ValueError` for what is no result of one in JSON."""
    return rows_in(json.loads(body))


def rows_in(document: Any) -> list[Row]:
    """Return the solutions in a document that has been parsed; raises `ValueError` like `read_rows`."""
    try:
        bindings = document["results"]["bindings"]
        return [{name: _term(term) for name, term in binding.items()} for binding in bindings]
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError("no results of a SELECT query in JSON") from error


def read_table(body: bytes) -> Table:
    """Return the content of a result in the format `TABLE`."""
    content = json.loads(body)
    if "boolean" in content:
        return Table(boolean=content["boolean"])
    rows = [[cell and _term(cell) for cell in row] for row in content["rows"]]
    return Table(content["columns"], rows, content["more"])


def rows_of(triples: Iterable[ox.Triple]) -> list[TermTriple]:
    """Return triples, each once and in order, as the rows of a `Table`."""
    ordered = sorted(set(triples), key=str)
    return [[_term(json_term(part)) for part in (one.subject, one.predicate, one.object)] for one in ordered]


def _term(content: Any) -> Term:
    kind, value = content["type"], content["value"]
    if kind == TRIPLE:
        return Term(kind, "", parts=tuple(_term(value[name]) for name in ("subject", "predicate", "object")))
    return Term(
        LITERAL if kind == "typed-literal" else kind,
        value,
        content.get("xml:lang", ""),
        content.get("datatype", ""),
    )
