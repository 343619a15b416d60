"""SPARQL tokens: what can be stated about a query without parsing it.

The engine parses. The tokenizer distinguishes keywords from the content of strings, IRIs and comments, and
takes time proportional to the length of any text, since the web process runs it on what clients send.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_COMMENT = r"\#[^\n\r]*"
_STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
)
_IRI = r'<[^<>"{}|^`\x00-\x20]*>'
_TOKEN = re.compile(
    rf"(?P<skip>(?:\s+|{_COMMENT})++)|(?P<iri>{_IRI})|(?P<variable>[?$]\w+)|(?P<tag>@[\w-]+)"
    r"|(?P<name>(?:[^\W\d_][\w.-]*+|_)?:(?:[\w:%-]|\\.|\.(?=[\w:%\\-]))*)|(?P<run>[^\W\d_][\w.-]*+)"
    r"|(?P<quote>[\"'])|(?P<mark>.)",
    re.DOTALL,
)
_IN_RUN = re.compile(r"(?P<word>[^\W\d_]\w*)|(?P<mark>.)")
_SHORT = {
    '"': re.compile(r'"(?:[^"\\\n\r]|\\.)*+', re.DOTALL),
    "'": re.compile(r"'(?:[^'\\\n\r]|\\.)*+", re.DOTALL),
}
_LONG = {
    '"': re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""', re.DOTALL),
    "'": re.compile(r"'''(?:[^'\\]|\\.|'(?!''))*'''", re.DOTALL),
}

_ATOM = re.compile(rf"{_STRING}|\\.|[?$][A-Za-z0-9_]+|:[A-Za-z0-9_-]+", re.DOTALL)
_IRI_ATOM = re.compile(_IRI)
_LINE_END = re.compile(r"[\n\r]|$")
_GAP = rf"(?:\s|{_COMMENT}(?:[\n\r]|$))*"
_PREFIX, _LOCAL = r"[^\s(){}<>\"'?$\#:]", r"(?:\\.|[^\s(){}<>\\\#])"
_SERVICE = re.compile(
    rf"SERVICE{_GAP}(?:SILENT{_GAP})?"
    rf"(?:(?:{_IRI}|[?$]\w+|{_PREFIX}{{0,500}}:{_LOCAL}{{0,500}}){_GAP}\{{"
    rf"|{_PREFIX}{{500}}|{_PREFIX}{{0,500}}:{_LOCAL}{{500}})",
    re.IGNORECASE | re.DOTALL,
)
"""SERVICE and its target, up to the brace; a name of more than 500 characters is not read to its end."""


class Token(NamedTuple):
    """A token of a query: its kind (iri, name, word ...), its text and its offset."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a query without white space and comments.

    A run of letters, dots and hyphens that no colon ends holds no prefixed name at all, and where a string
    has no end, no string that begins inside of it has one either: both are read once.
    """
    place, end = 0, len(text)
    unended_short = {'"': 0, "'": 0}
    """Up to this offset no short string has an end."""
    unended_long = {'"': end, "'": end}
    """From this offset on no long string has an end."""
    while place < end:
        match = _TOKEN.match(text, place)
        assert match is not None and match.lastgroup is not None  # `mark` matches everything
        kind, start, place = match.lastgroup, place, match.end()
        if kind == "run":
            for part in _IN_RUN.finditer(text, start, place):
                yield Token(str(part.lastgroup), part.group(), part.start())
        elif kind == "quote":
            quote = match.group()
            if text.startswith(quote * 3, start) and start < unended_long[quote]:
                if long := _LONG[quote].match(text, start):
                    place = long.end()
                    yield Token("string", long.group(), start)
                    continue
                unended_long[quote] = start
            if start >= unended_short[quote]:
                short = _SHORT[quote].match(text, start)
                assert short is not None
                if text.startswith(quote, short.end()):
                    place = short.end() + 1
                    yield Token("string", text[start:place], start)
                    continue
                unended_short[quote] = short.end()
            yield Token("mark", quote, start)
        elif kind != "skip":
            yield Token(kind, match.group(), start)


def position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column of an offset, both from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def calls_service(text: str) -> bool:
    """Return whether a query may call another endpoint by SERVICE, wherever and however it is written.

    `<` opens an IRI or compares, and only a parser can distinguish the two, so both readings are followed;
    the engine also accepts `SERVICEex:p{` and `1SERVICE<...>{`, so no space is required. A harmless query
    can be refused (`GRAPH service:x {`), but no known form of a call is accepted.
    """
    if "service" not in text.lower():
        return False
    reachable = bytearray(len(text) + 1)
    reachable[0] = 1
    line_end = -1
    for place in range(len(text)):
        if not reachable[place]:
            continue
        if _SERVICE.match(text, place):
            return True
        if text[place] == "#":
            if line_end < place and (end := _LINE_END.search(text, place)):
                line_end = end.start()
            reachable[line_end] = 1
            continue
        atom = _ATOM.match(text, place)
        reachable[atom.end() if atom else place + 1] = 1
        if iri := _IRI_ATOM.match(text, place):
            reachable[iri.end()] = 1
    return False
