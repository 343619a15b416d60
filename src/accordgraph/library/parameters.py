"""The parameters of queries: their types, and how a text that a person writes becomes a term.

A type is one of `TYPES`, or `concept(theme)`: a concept of that scheme.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode

from accordgraph.errors import shown
from accordgraph.namespaces import CONCEPT, ID, PREFIXES, SCHEMES, XSD

Schemes = Mapping[str, Sequence[str]]
"""The codes of the concepts that the data has, by the name of their scheme."""

RESERVED = ("format", "lang", "limit", "offset")
"""What a request says beside the parameters of its query: no parameter has such a name."""
LANGUAGES = ("en", "fr", "nl", "de")
"""The languages of labels."""
IRI_SCHEMES = ("http", "https", "urn", "mailto")
"""How an absolute IRI may begin that is not written in `<>`: what else stands before a colon is a prefix."""
INTEGERS = (-(2**63), 2**63 - 1)
"""The least and the greatest whole number that the engine holds."""
DECIMAL = r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})"
"""The numbers with a point that the engine holds exactly: it counts 10^-18 in 128 bits, up to 1.7 * 10^20."""

_CONCEPT = re.compile(r"concept\(([a-z-]+)\)")
_CODE = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Parameter:
    """A value that a query asks for: its name, its type, what it means, and its default as SPARQL has it."""

    name: str
    type: str
    description: str
    default: str

    @property
    def scheme(self) -> str | None:
        """The scheme that a concept is chosen from; None for other types."""
        return scheme_of(self.type)

    def choices(self, schemes: Schemes | None = None) -> tuple[str, ...]:
        """Return every value that there is, where the type is a closed list; else nothing.

        The concepts of a scheme are known only where `schemes` says them.
        """
        if self.scheme is not None:
            return tuple((schemes or {}).get(self.scheme, ()))
        return _CHOICES.get(self.type, ())

    def right(self, schemes: Schemes | None = None) -> str:
        """Say what a right value is."""
        if self.scheme is None:
            return TYPES[self.type][1]
        listed = ", ".join(self.choices(schemes))
        return f"a concept of the scheme {self.scheme}" + (f": {listed}" if listed else "")

    def term(self, text: str, schemes: Schemes | None = None) -> NamedNode | Literal:
        """Return the term that a text means; raises `ValueError` when it is not a right value."""
        if self.scheme is None:
            return TYPES[self.type][0](text)
        concept = _concept(self.scheme, text)
        if schemes is not None and concept.value not in {
            f"{CONCEPT}{self.scheme}/{code}" for code in self.choices(schemes)
        }:
            raise ValueError(text)
        return concept

    def fault(self, text: str, schemes: Schemes | None = None) -> str:
        """Say what is wrong with a text that is not a right value, and what would be right."""
        message = f"{shown(text)!r} is not {self.right(schemes)}"
        return message + (unknown_prefix(text) if self.type == "iri" else "")

    def written(self, term: NamedNode | Literal) -> str:
        """Return a term as a person writes it: the reverse of `term`."""
        if isinstance(term, Literal):
            return term.value
        if self.scheme is not None:
            return term.value.removeprefix(f"{CONCEPT}{self.scheme}/")
        return term.value.removeprefix(ID)


def scheme_of(type_: str) -> str | None:
    """Return the scheme of a type `concept(scheme)`; None for other types."""
    match = _CONCEPT.fullmatch(type_)
    return match[1] if match else None


def is_type(type_: str) -> bool:
    """Tell whether there is a type of that name."""
    return type_ in TYPES or scheme_of(type_) in SCHEMES


def iri(text: str) -> NamedNode:
    """Return the IRI that a person means: `<IRI>`, an absolute IRI, `theme:telework`, or `be/body/nar`.

    Raises `ValueError` when it is none of these, as where the prefix is not one of ours.
    """
    if bracketed := text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    prefix, colon, local = text.partition(":")
    if not colon:
        if not text:
            raise ValueError("empty")
        return ID[text]
    if prefix in PREFIXES:
        return NamedNode(PREFIXES[prefix] + local)
    if not bracketed and prefix not in IRI_SCHEMES:
        raise ValueError(text)
    return NamedNode(text)


def unknown_prefix(text: str) -> str:
    """Return what to add to a message about a text that is no IRI: where it has no prefix of ours, these."""
    prefix, colon, _ = text.partition(":")
    if not colon or prefix in PREFIXES or prefix in IRI_SCHEMES or text.startswith("<"):
        return ""
    return (
        f"; there is no prefix {shown(prefix)!r}, there are: {', '.join(PREFIXES)}; "
        f"an IRI that does not begin with {', '.join(IRI_SCHEMES)} is written in <>"
    )


def _concept(scheme: str, text: str) -> NamedNode:
    """Return the concept that a code, a prefixed name or an IRI names; `ValueError` for another scheme."""
    space = f"{CONCEPT}{scheme}/"
    code = text if ":" not in text else iri(text).value.removeprefix(space)
    if not _CODE.fullmatch(code):
        raise ValueError(text)
    return NamedNode(space + code)


def _literal(datatype: NamedNode, pattern: str) -> Callable[[str], Literal]:
    def make(text: str) -> Literal:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(text)
        if datatype == XSD.date:
            date.fromisoformat(text)
        if datatype == XSD.integer and not INTEGERS[0] <= int(text) <= INTEGERS[1]:
            raise ValueError(text)
        return Literal(text, datatype=datatype)

    return make


def _language(text: str) -> Literal:
    if text not in LANGUAGES:
        raise ValueError(text)
    return Literal(text)


TYPES: Mapping[str, tuple[Callable[[str], NamedNode | Literal], str]] = {
    "iri": (iri, "an IRI: write <https://...>, a prefixed name such as theme:telework, or be/body/nar"),
    "string": (Literal, "a text"),
    "integer": (
        _literal(XSD.integer, r"[+-]?[0-9]+"),
        f"a whole number from {INTEGERS[0]} to {INTEGERS[1]}, such as 20",
    ),
    "decimal": (
        _literal(XSD.decimal, DECIMAL),
        "a number of at most 20 digits before the point and 18 behind it, such as 144.31",
    ),
    "boolean": (_literal(XSD.boolean, "true|false"), "true or false"),
    "date": (
        _literal(XSD.date, r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        "a day from 0001-01-01 to 9999-12-31, such as 2023-01-01",
    ),
    "language": (_language, f"a language: {', '.join(LANGUAGES)}"),
}
"""The types that do not depend on the data: how a text becomes a term, and what a right value is."""

_CHOICES: Mapping[str, tuple[str, ...]] = {"boolean": ("true", "false"), "language": LANGUAGES}
