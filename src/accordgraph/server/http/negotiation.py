"""Content negotiation: the format that a client prefers, by RFC 9110 section 12.5.1.

Each format gets the quality of the most specific range that matches it. Between equals the more specific
range decides, then the order of the server.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from accordgraph.results.formats import NAMES, Form, with_charset
from accordgraph.server.http import problems
from accordgraph.server.http.problems import Problem

_ELEMENT = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*")+')
_RANGE = re.compile(
    r"\s*(?P<kind>[\w!#$&^.+*-]+)/(?P<subtype>[\w!#$&^.+*-]+)\s*(?P<parameters>(?:;.*)?)", re.DOTALL
)
_ANY = re.compile(r"\s*\*\s*(?P<parameters>(?:;.*)?)", re.DOTALL)
"""What old Java clients send for `*/*`."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_QUALITY = re.compile(r";\s*q\s*=\s*([^;\s]*)\s*(?=;|$)", re.IGNORECASE)
_WEIGHT = re.compile(r"0?\.\d+|0\.?|1(\.0*)?")
"""A quality value; clients also write more than three digits, or none before the point."""
_TOKEN = re.compile(r"\s*([\w*-]+)\s*(;\s*q\s*=.*)?", re.DOTALL)


@dataclass(frozen=True)
class Choice:
    """The format that was selected, and its Content-Type under the media type that the client used."""

    form: Form
    content_type: str


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


def header_of(request: Request, name: str) -> str | None:
    """Return a header of a request; lines that repeat it are one list (RFC 9110, section 5.3)."""
    lines = request.headers.getlist(name)
    return ", ".join(lines) if lines else None


def weights(header: str | None) -> dict[str, float]:
    """Return the quality of each name in Accept-Encoding or Accept-Language, in lower case."""
    qualities = {}
    for element in (header or "").lower().split(","):
        if (match := _TOKEN.fullmatch(element)) and (quality := _quality(match[2] or "")) is not None:
            qualities[match[1]] = quality
    return qualities


def choose(accept: str | None, forms: Sequence[Form]) -> Choice | None:
    """Return the format that an Accept header prefers, or None when it accepts none of them.

    No header, or one without a valid range, accepts anything. Parameters other than q are ignored.
    """
    ranges = _ranges(accept or "") or [_Range("*", "*", 1.0)]
    best: tuple[float, int] = (0.0, 0)
    choice = None
    for form in forms:
        for media_type in (form.media_type, *form.others):
            exactness, quality = max(
                ((range_.exactness(media_type), range_.quality) for range_ in ranges),
            )
            if exactness == 0 or quality == 0 or (media_type != form.media_type and exactness < 3):
                continue
            if (quality, exactness) > best:
                best = (quality, exactness)
                choice = Choice(form, with_charset(media_type))
    return choice


def choose_form(accept: str | None, name: str | None, forms: Sequence[Form]) -> Choice:
    """Return the format that a client requests by name or media type (`?format=`), else by its Accept header.

    An unknown name is ignored. Raises `Problem`, which lists the formats, when none is acceptable.
    """
    requested = _plain(name or "")
    choice = _called(requested, forms)
    if choice is None and requested not in NAMES:
        choice = choose(accept, forms)
    if choice:
        return choice
    available = [form.media_type for form in forms]
    listed = ", ".join(f"{form.media_type} ({form.name})" for form in forms)
    detail = f"the available formats are {listed}"
    raise Problem(problems.NOT_ACCEPTABLE, detail, {"Vary": "Accept"}, available=available)


def _plain(name: str) -> str:
    """Return the value of `format` in lower case without parameters; an unencoded + arrives as a space."""
    return name.partition(";")[0].strip().lower().replace(" ", "+")


def _called(name: str, forms: Sequence[Form]) -> Choice | None:
    """Return the format of a name: by its own name first, then by media types, then by aliases."""
    for form in forms:
        if name in (form.name, form.media_type):
            return Choice(form, form.content_type)
    for form in forms:
        if name in form.others:
            return Choice(form, with_charset(name))
    return next((Choice(form, form.content_type) for form in forms if name in form.aliases), None)


def _ranges(accept: str) -> list[_Range]:
    ranges = []
    for element in _ELEMENT.findall(accept):
        match = _RANGE.fullmatch(element) or _ANY.fullmatch(element)
        if match and (quality := _quality(match["parameters"])) is not None:
            named = match.groupdict()
            kind, subtype = (named.get(part, "*").lower() for part in ("kind", "subtype"))
            ranges.append(_Range(kind, subtype, quality))
    return ranges


def _quality(parameters: str) -> float | None:
    """Return the quality among the parameters of an element: 1 without one, None where it is invalid."""
    weight = _QUALITY.search(_QUOTED.sub('""', parameters))
    if weight and not _WEIGHT.fullmatch(weight[1]):
        return None
    return float(weight[1]) if weight else 1.0
