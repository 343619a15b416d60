"""The JSON-LD context of the graph, and documents that are written with it.

Own terms go by their local names, those of other vocabularies by prefixed names. A term says what its values
are where the ontology says so, or where all values in the graph are of one kind; a value that is not of that
kind stands under the full IRI of its property, so that every document means what the triples mean.
"""

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from pyoxigraph import RdfFormat, Triple

from accordgraph.namespaces import ACG, OWL, PREFIXES, RDF, SCHEMES, XSD
from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.results.json_reader import LITERAL, URI, Row, Term, TermTriple, rows_of
from accordgraph.results.result import Answer

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
_TYPE, _STRING = RDF.type.value, XSD.string.value
_IRI, _LANGUAGE = "@id", "@language"
_ALIASES = {"id": "@id", "type": "@type"}


@dataclass(frozen=True)
class TermDefinition:
    """A name in the context: what it stands for, and what its values are (`@id`, `@language`, a datatype)."""

    name: str
    iri: str
    kind: str = ""

    @property
    def definition(self) -> dict[str, str] | str:
        """The definition as the context has it."""
        if self.kind == _LANGUAGE:
            return {"@id": self.iri, "@container": _LANGUAGE}
        if self.kind:
            return {"@id": self.iri, "@type": self.kind}
        return self.iri


_UNKNOWN = TermDefinition("", "")


class Context:
    """The terms of the graph, made from the rows of the queries `linked/terms` and `linked/values`."""

    def __init__(self, terms: Iterable[Row], values: Iterable[Row]) -> None:
        kinds = {}
        for row in values:
            first, last = row["first"].value, row["last"].value
            kinds[row["property"].value] = first if first == last else ""
        classes = []
        for row in terms:
            iri = row["term"].value
            if row["kind"].value == OWL.Class.value:
                classes.append(iri)
            elif row["kind"].value == OWL.ObjectProperty.value:
                kinds[iri] = _IRI
            elif "range" in row:
                kinds[iri] = row["range"].value
        kinds.pop(_TYPE, None)
        self._properties = {
            iri: TermDefinition(_name(iri), iri, "" if kind == _STRING else kind)
            for iri, kind in sorted(kinds.items())
            if _name(iri) != iri
        }
        self._classes = {iri: TermDefinition(_name(iri), iri) for iri in sorted(set(classes))}

    def document(self) -> dict[str, Any]:
        """Return the whole context as a document of its own.

        The prefixes of the concept schemes are left out: `level` and `status` are names of properties.
        """
        prefixes = {name: iri for name, iri in PREFIXES.items() if name not in SCHEMES}
        return {"@context": self._context([*self._properties.values(), *self._classes.values()], prefixes)}

    def write(self, triples: Iterable[TermTriple], first: str = "") -> dict[str, Any]:
        """Return triples as a JSON-LD document with as much of the context as they need.

        The subject `first` comes first, then the others in the order in which they are given.
        """
        used: dict[str, TermDefinition] = {}
        nodes = []
        for subject, group in groupby(triples, key=lambda triple: triple[0]):
            node: dict[str, Any] = {"id": _resource(subject)}
            for predicate, same in groupby(group, key=lambda triple: triple[1].value):
                cells = [triple[2] for triple in same]
                if predicate == _TYPE:
                    node["type"] = _one([self._class(cell, used) for cell in cells])
                else:
                    self._values(predicate, cells, node, used)
            nodes.append(node)
        nodes.sort(key=lambda node: node["id"] != first)
        prefixes = {name.partition(":")[0] for name in used if ":" in name} | {"xsd"}
        context = self._context(
            used.values(), {name: PREFIXES[name] for name in prefixes if name in PREFIXES}
        )
        return {"@context": context, "@graph": nodes}

    def _values(
        self, predicate: str, cells: Iterable[Term], node: dict[str, Any], used: dict[str, TermDefinition]
    ) -> None:
        term = self._properties.get(predicate, _UNKNOWN)
        fit: list[Any] = []
        texts: dict[str, list[str]] = {}
        rest: list[str | dict[str, str]] = []
        for cell in cells:
            if term.kind == _LANGUAGE and cell.language:
                texts.setdefault(cell.language, []).append(cell.value)
            elif term.kind == _IRI and cell.kind != LITERAL:
                fit.append(_resource(cell))
            elif cell.datatype == (term.kind or _STRING) and term is not _UNKNOWN:
                fit.append(_native(cell))
            else:
                rest.append(_expanded(cell))
        if texts or fit:
            used[term.name] = term
            node[term.name] = {language: _one(group) for language, group in texts.items()} or _one(fit)
        if rest:
            node[predicate] = _one(rest)

    def _class(self, cell: Term, used: dict[str, TermDefinition]) -> str:
        if cell.kind == URI and cell.value in self._classes:
            term = self._classes[cell.value]
            used[term.name] = term
            return term.name
        return _resource(cell)

    @staticmethod
    def _context(terms: Iterable[TermDefinition], prefixes: Mapping[str, str]) -> dict[str, Any]:
        """Return a context: what is short for what, prefixes, and then terms by name."""
        named = sorted(terms, key=lambda term: term.name)
        return (
            dict(_ALIASES)
            | dict(sorted((name, str(iri)) for name, iri in prefixes.items()))
            | {term.name: term.definition for term in named}
        )


def _name(iri: str) -> str:
    """Return the name of a term: without prefix if it is our own, else with one, else the IRI."""
    if iri.startswith(ACG):
        return iri.removeprefix(ACG)
    space = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefixes = [prefix for prefix, namespace in PREFIXES.items() if namespace == iri[:space]]
    return f"{prefixes[0]}:{iri[space:]}" if prefixes and space < len(iri) else iri


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _resource(cell: Term) -> str:
    return cell.key


def _native(cell: Term) -> str | int | bool:
    """Return a literal as JSON has it where that means the very same literal, else its text."""
    text = cell.value
    if cell.datatype == XSD.integer.value and _WHOLE.fullmatch(text):
        return int(text)
    if cell.datatype == XSD.boolean.value and text in ("true", "false"):
        return text == "true"
    return text


def _expanded(cell: Term) -> str | dict[str, str]:
    """Return a term as JSON-LD has it where no context says what it is; a plain text is just a string."""
    if cell.kind != LITERAL:
        return {"id": _resource(cell)}
    if cell.language:
        return {"@value": cell.value, "@language": cell.language}
    if cell.datatype == _STRING:
        return cell.value
    return {"@value": cell.value, "@type": cell.datatype}


def write_graph(triples: Sequence[Triple], form: Form, context: Context, first: str = "") -> bytes:
    """Return triples in an RDF form; JSON-LD with our context, the subject `first` first."""
    if form == formats.JSON_LD:
        return json.dumps(context.write(rows_of(triples), first), ensure_ascii=False, indent=1).encode()
    output = io.BytesIO()
    Answer.write_triples(sorted(set(triples), key=str), output, cast(RdfFormat, form.format))
    return output.getvalue()
