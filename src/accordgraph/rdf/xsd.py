"""The lexical forms of the datatypes of XSD 1.1 Part 2 and of RDF: which texts a literal may have.

RDF collapses no white space, so ` 20 ` is no integer. What Python takes for a number or a day says nothing:
`2_0`, Arabic digits and days of a week are none in XSD.
"""

import json
import re
from calendar import monthrange
from collections.abc import Callable
from xml.etree import ElementTree

from pyoxigraph import Literal, NamedNode

from accordgraph.namespaces import RDF, XSD, shorten

_YEAR, _MONTH, _DAY = "-?(?:[1-9][0-9]{3,}|0[0-9]{3})", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_FLOAT = rf"{_DECIMAL}(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN"
_MONTHS = "(?:[0-9]+Y)?(?:[0-9]+M)?"
_HOURS = r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
_CHAR = "[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NEXT = f"{_START}.0-9\xb7\u0300-\u036f\u203f\u2040-"
_NCNAME = f"[{_START}][{_NEXT}]*"
_TOKEN = "[:" + _NEXT + "]+"
_QNAME = f"(?:{_NCNAME}:)?{_NCNAME}"
_B64 = "[A-Za-z0-9+/] ?"

_FORMS = {
    "string": (f"{_CHAR}*", "a text"),
    "normalizedString": (r"[^\x00-\x1f\ufffe\uffff]*", "a text without line ends and tabs"),
    "token": (r"(?:[^\x00-\x20\ufffe\uffff]+(?: [^\x00-\x20\ufffe\uffff]+)*)?", "words with a space between"),
    "anyURI": (f"{_CHAR}*", "https://example.org/"),
    "language": ("[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*", "fr-BE"),
    "Name": (f"[:{_START}][:{_NEXT}]*", "name"),
    "NMTOKEN": (_TOKEN, "token"),
    "NMTOKENS": (f"{_TOKEN}(?: {_TOKEN})*", "token token"),
    **{name: (_NCNAME, "name") for name in ("NCName", "ID", "IDREF", "ENTITY")},
    **{name: (f"{_NCNAME}(?: {_NCNAME})*", "name name") for name in ("IDREFS", "ENTITIES")},
    **{name: (_QNAME, "prefix:name") for name in ("QName", "NOTATION")},
    "boolean": ("true|false|1|0", "true"),
    "decimal": (_DECIMAL, "20.5"),
    "double": (_FLOAT, "2.05E1"),
    "float": (_FLOAT, "2.05E1"),
    "duration": (f"-?P(?=[0-9T]){_MONTHS}(?:[0-9]+D)?{_HOURS}", "P1Y2M3DT4H5M6S"),
    "yearMonthDuration": (f"-?P(?=[0-9]){_MONTHS}", "P1Y2M"),
    "dayTimeDuration": (f"-?P(?=[0-9T])(?:[0-9]+D)?{_HOURS}", "P3DT4H5M6S"),
    "dateTime": (f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}?", "2023-03-23T10:20:30"),
    "dateTimeStamp": (f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}", "2023-03-23T10:20:30Z"),
    "date": (f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?", "2023-03-23"),
    "time": (f"{_TIME}{_ZONE}?", "10:20:30"),
    "gYear": (f"{_YEAR}{_ZONE}?", "2023"),
    "gYearMonth": (f"{_YEAR}-{_MONTH}{_ZONE}?", "2023-03"),
    "gMonth": (f"--{_MONTH}{_ZONE}?", "--03"),
    "gMonthDay": (f"--{_MONTH}-{_DAY}{_ZONE}?", "--03-23"),
    "gDay": (f"---{_DAY}{_ZONE}?", "---23"),
    "hexBinary": ("(?:[0-9a-fA-F]{2})*", "0FB7"),
    "base64Binary": (
        rf"(?:(?:{_B64}){{4}})*(?:(?:{_B64}){{3}}[A-Za-z0-9+/]|(?:{_B64}){{2}}[AEIMQUYcgkosw048] ?="
        rf"|{_B64}[AQgw] ?= ?=)|",
        "D7c=",
    ),
}
_RANGES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    **{name: (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for name, bits in (("long", 64), ("int", 32))},
    **{name: (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for name, bits in (("short", 16), ("byte", 8))},
    **{name: (0, 2**bits - 1) for name, bits in (("unsignedLong", 64), ("unsignedInt", 32))},
    **{name: (0, 2**bits - 1) for name, bits in (("unsignedShort", 16), ("unsignedByte", 8))},
}
"""The least and the greatest integer of each type; None where there is none."""
INTEGERS = frozenset(XSD[name] for name in _RANGES)
"""The datatypes of integers."""
_PATTERNS = {XSD[name]: re.compile(pattern) for name, (pattern, _) in _FORMS.items()}
_BOUNDS = {XSD[name]: bounds for name, bounds in _RANGES.items()}
_DATES = {XSD.date, XSD.dateTime, XSD.dateTimeStamp}
_INTEGER = re.compile("[+-]?[0-9]+")
_LONGEST = 4_000
"""The digits of an integer beyond which only its sign is looked at: it is out of every bound."""


def fault(literal: Literal) -> str:
    """Return what is wrong with the text of a literal and what is right; nothing if nothing is wrong."""
    if is_lexical(literal.value, literal.datatype):
        return ""
    datatype = literal.datatype
    if datatype in _PATTERNS:
        right = _FORMS[datatype.value.removeprefix(str(XSD))][1]
    elif datatype in _BOUNDS:
        low, high = _BOUNDS[datatype]
        right = str(20 if low is None and high is None else high if high is not None else low)
    elif datatype in _OF_RDF:
        right = "a text without control characters" if datatype == RDF.langString else "a well-formed one"
    else:
        return f"XSD has no datatype {shorten(datatype.value)}; look for a misspelling"
    return f"{literal.value!r} is no {shorten(datatype.value)}; right is, for example, {right}"


def is_lexical(text: str, datatype: NamedNode) -> bool:
    """Return whether a text is in the lexical space of a datatype; of a type of others, any is."""
    if datatype in _BOUNDS:
        return bool(_INTEGER.fullmatch(text)) and _in_bounds(text, *_BOUNDS[datatype])
    if datatype in _PATTERNS:
        return bool(_PATTERNS[datatype].fullmatch(text)) and _in_calendar(text, datatype)
    if datatype in _OF_RDF:
        return _OF_RDF[datatype](text)
    return not datatype.value.startswith(str(XSD))


def _in_bounds(text: str, low: int | None, high: int | None) -> bool:
    if len(text) > _LONGEST:
        return (low if text.startswith("-") else high) is None
    number = int(text)
    return (low is None or number >= low) and (high is None or number <= high)


def _in_calendar(text: str, datatype: NamedNode) -> bool:
    """Return whether a day is in its month; every fourth century has as many leap years as the first."""
    if datatype in _DATES:
        year, month, day = text.removeprefix("-").split("T")[0].split("-")[:3]
        return int(day[:2]) <= monthrange(2000 + int(year[-4:]) % 400, int(month))[1]
    if datatype == XSD.gMonthDay:
        return int(text[5:7]) <= monthrange(2000, int(text[2:4]))[1]
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=lambda name: 1 / 0)
    except (ValueError, ArithmeticError, RecursionError):
        return False
    return True


def _is_xml(text: str) -> bool:
    try:
        ElementTree.fromstring(f"<x>{text}</x>")
    except (ElementTree.ParseError, ValueError):
        return False
    return True


_OF_RDF: dict[NamedNode, Callable[[str], bool]] = {
    RDF.langString: lambda text: bool(_PATTERNS[XSD.string].fullmatch(text)),
    RDF.JSON: _is_json,
    RDF.XMLLiteral: _is_xml,
}
