"""Reading SPARQL as tokens: what can be said about a query without parsing it.

The engine parses; this tells words of the language from what stands in strings, IRIs and comments. It is no
second parser, and where a text can be read in two ways it follows both.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import islice

_COMMENT = r"\#[^\n\r]*"
_STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
)
_IRI = r'<[^<>"{}|^`\x00-\x20]*>'
_TOKEN = re.compile(
    rf"(?P<skip>\s+|{_COMMENT})|(?P<string>{_STRING})|(?P<iri>{_IRI})|(?P<variable>[?$]\w+)|(?P<tag>@[\w-]+)"
    r"|(?P<name>(?:[^\W\d_][\w.-]*|_)?:(?:[\w:%-]|\\.|\.(?=[\w:%\\-]))*)|(?P<word>[^\W\d_]\w*)|(?P<mark>.)",
    re.DOTALL,
)
_DECLARATIONS = {"PREFIX": ("name", "iri"), "BASE": ("iri",), "VERSION": ("string",)}
_UPDATES = {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"}

_CHANGING = re.compile(r"(?<![^\W\d])(?:NOW|RAND|UUID|STRUUID|BNODE)(?!\w)", re.IGNORECASE)
"""The functions that give another value each time, wherever their names stand."""

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
"""SERVICE and what it calls, up to the brace; of names beyond 500 characters the end is not looked for."""


@dataclass(frozen=True)
class Token:
    """A piece of a query: its kind (iri, name, word ...), its text and where it starts."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True)
class DatasetClause:
    """The FROM clauses of a query as they are written, and the declarations before the query's first word."""

    prologue: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    places: tuple[tuple[int, int], ...] = ()
    """Where each clause starts and ends."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, leaving out white space and comments."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup is not None and match.lastgroup != "skip":
            yield Token(match.lastgroup, match.group(), match.start())


def _after_prologue(text: str) -> Iterator[Token]:
    """Yield the tokens from the first word that is no declaration: SELECT, ASK, INSERT and so on.

    What only begins like a declaration is none: the search ends there, so that it reads no text twice.
    """
    found = tokens(text)
    for token in found:
        parts = _DECLARATIONS.get(token.text.upper(), ()) if token.kind == "word" else ()
        taken = list(islice(found, len(parts)))
        if not parts or [part.kind for part in taken] != list(parts):
            yield token
            yield from taken
            break
    yield from found


def dataset_clause(text: str) -> DatasetClause:
    """Return the FROM and FROM NAMED clauses of a query."""
    body = list(_after_prologue(text))
    default, named, places = [], [], []
    for place, token in enumerate(body):
        if token.kind != "word" or token.text.upper() != "FROM":
            continue
        following = body[place + 1 : place + 3]
        if following and following[0].text.upper() == "NAMED":
            named += [graph.text for graph in following[1:]]
        else:
            following = following[:1]
            default += [graph.text for graph in following]
        last = (token, *following)[-1]
        places.append((token.start, last.start + len(last.text)))
    prologue = text[: body[0].start] if body else text
    return DatasetClause(prologue, tuple(default), tuple(named), tuple(places))


def first_word(text: str) -> Token | None:
    """Return what a text begins with after its declarations, which says what it is; None when it is empty."""
    return next(_after_prologue(text), None)


def is_update(text: str) -> bool:
    """Tell whether a text is a SPARQL update (INSERT, DELETE, LOAD ...) and not a query."""
    word = first_word(text)
    return word is not None and word.text.upper() in _UPDATES


def always_the_same(text: str) -> bool:
    """Tell whether a query has the same answer whenever it is asked; in doubt, that it has not."""
    if _CHANGING.search(text):
        return False
    word = first_word(text)
    makes_nodes = "[" in text or "_:" in text
    return not (makes_nodes and word is not None and word.text.upper() == "CONSTRUCT")


def undeclared_prefix(text: str, known: Container[str] = ()) -> Token | None:
    """Return the first prefixed name whose prefix is neither declared in the text nor known."""
    found = list(tokens(text))
    declared = {
        name.text
        for word, name in zip(found, found[1:], strict=False)
        if word.kind == "word" and word.text.upper() == "PREFIX"
    }
    for token in found:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix != "_" and f"{prefix}:" not in declared and prefix not in known:
            return token
    return None


def calls_service(text: str) -> bool:
    """Tell whether a query may call another endpoint by SERVICE, wherever and however it is written.

    `<` opens an IRI or compares, and without parsing one cannot know which, so both readings are followed;
    the engine also takes `SERVICEex:p{` and `1SERVICE<...>{`, so no space is asked for. It may refuse a
    harmless query (`GRAPH service:x {`), but lets no call through that is known to us.
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
