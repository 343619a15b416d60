"""Content negotiation: which form of an answer a client wants most, by RFC 9110 section 12.5.1.

Each form takes the quality of the most exact range that matches it. Among the best, the range that is more
exact decides, and then our own order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat

_UTF8 = "; charset=utf-8"
_ELEMENT = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*")+')
_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)\s*((?:;.*)?)", re.DOTALL)
_QUALITY = re.compile(r";\s*q\s*=\s*([^;\s]*)\s*(?=;|$)", re.IGNORECASE)
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


@dataclass(frozen=True)
class Form:
    """A form that an answer can have: the engine's format, its media type and other names of it."""

    format: QueryResultsFormat | RdfFormat
    media_type: str
    others: tuple[str, ...] = ()
    parameters: str = ""


@dataclass(frozen=True)
class Choice:
    """The form that was chosen, and the Content-Type that says so in the name the client used."""

    form: Form
    content_type: str


RESULTS = (
    Form(QueryResultsFormat.JSON, "application/sparql-results+json", ("application/json",)),
    Form(QueryResultsFormat.XML, "application/sparql-results+xml", ("application/xml", "text/xml")),
    Form(QueryResultsFormat.CSV, "text/csv", parameters=_UTF8),
    Form(QueryResultsFormat.TSV, "text/tab-separated-values", parameters=_UTF8),
)
"""The forms of solutions and of booleans."""

GRAPHS = (
    Form(RdfFormat.TURTLE, "text/turtle", parameters=_UTF8),
    Form(RdfFormat.N_TRIPLES, "application/n-triples"),
    Form(RdfFormat.JSON_LD, "application/ld+json", ("application/json",)),
    Form(RdfFormat.RDF_XML, "application/rdf+xml", ("application/xml", "text/xml")),
)
"""The forms of graphs."""


@dataclass(frozen=True)
class _Range:
    kind: str
    subtype: str
    quality: float

    def exactness(self, media_type: str) -> int:
        """Return 3 for the very type, 2 for `type/*`, 1 for `*/*` and 0 where the range does not match."""
        kind, _, subtype = media_type.partition("/")
        if (self.kind, self.subtype) == (kind, subtype):
            return 3
        if (self.kind, self.subtype) == (kind, "*"):
            return 2
        return int((self.kind, self.subtype) == ("*", "*"))


def choose(accept: str | None, forms: Sequence[Form]) -> Choice | None:
    """Return the form that an Accept header asks for, or None when none of the forms will do.

    No header, or one without a readable range, means that anything will do. Parameters other than q are not
    looked at.
    """
    ranges = _ranges(accept or "") or [_Range("*", "*", 1.0)]
    best: tuple[float, int] = (0.0, 0)
    chosen = None
    for form in forms:
        for media_type in (form.media_type, *form.others):
            exactness, quality = max(
                ((range_.exactness(media_type), range_.quality) for range_ in ranges),
            )
            if exactness == 0 or quality == 0 or (media_type != form.media_type and exactness < 3):
                continue
            if (quality, exactness) > best:
                best = (quality, exactness)
                chosen = Choice(form, media_type + (form.parameters or _charset(media_type)))
    return chosen


def _ranges(accept: str) -> list[_Range]:
    found = []
    for element in _ELEMENT.findall(accept):
        if not (match := _RANGE.fullmatch(element)):
            continue
        weight = _QUALITY.search(match[3])
        if weight and not _WEIGHT.fullmatch(weight[1]):
            continue
        quality = float(weight[1]) if weight else 1.0
        found.append(_Range(match[1].lower(), match[2].lower(), quality))
    return found


def _charset(media_type: str) -> str:
    """Return the charset parameter where the type has one that would otherwise not be UTF-8."""
    return _UTF8 if media_type.startswith("text/") else ""
