"""Syntax errors: what is wrong with a query that the engine rejects, and at which line and column.

The engine rejects reliably, but the position that it reports is often the end of the text. So the usual
mistakes are looked for one by one, and for the others a second parser reports where the query stops being
SPARQL. Where the position is uncertain, none is reported: a wrong one is worse.
"""

import re

import pyoxigraph as ox

from accordgraph.errors import EvaluationError, QueryError, shown
from accordgraph.namespaces import ID, PREFIXES
from accordgraph.sparql.query import QUERY_FORMS, SparqlQuery
from accordgraph.sparql.reference_parser import LONGEST, stops_at, words
from accordgraph.sparql.tokenizer import Token, position, tokenize
from accordgraph.sparql.variable_scopes import variable_error

_ENGINE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_RULE = re.compile(r"[A-Z][a-z]+(?: [\w'?-]+)+")
"""How the engine names a rule, among the symbols that it would have accepted."""
_BEYOND = (
    *("LATERAL", "VERSION", "TRIPLE", "SUBJECT", "PREDICATE", "OBJECT", "ISTRIPLE"),
    *("HASLANG", "HASLANGDIR", "LANGDIR", "STRLANGDIR", "ADJUST"),
)
_MARKS_BEYOND = ("<<", "{|", "--")
"""What the engine reads and the second parser does not: it cannot judge what follows."""
_IRI_WITH_SPACE = re.compile(r"<[\w#/.:][^<>\"{}|^`\s]*[ \t][^<>\"{}|^`\n]*>")
_COMPARISON = re.compile(r"&&|[\s(,=][?$]\w")
"""What shows that `<` and `>` compare, as in `?a <5 && ?b >3`, and enclose no IRI."""
_IRI_WITH_MARK = re.compile(r"<[A-Za-z][\w+.-]*://[^<>\"{}|^`\x00-\x20]*([\"{}|^`\r\n])")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_PARTS = {
    "iri": ("SELECT ({} AS ?x) {{}}", "invalid IRI: {}"),
    "tag": ("SELECT (''{} AS ?x) {{}}", "invalid language tag: {}"),
    "TRUE": ("SELECT ({} AS ?x) {{}}", "booleans are written in lower case, not `{}`"),
    "FALSE": ("SELECT ({} AS ?x) {{}}", "booleans are written in lower case, not `{}`"),
    "VALUES": ("{}", "a row of this VALUES has too few or too many values"),
}
"""The parts that can be parsed alone: as which query, and what is wrong where the engine rejects it."""

_OPERATORS = {"AND": "&&", "OR": "||", "NOT": "! (and NOT only before IN and EXISTS)"}


def explain(error: SyntaxError, query: SparqlQuery) -> QueryError:
    """Return the engine's syntax error as ours: what is wrong, and the line and column (from 1) where."""
    text, first, tokens = query.text, query.first, list(tokenize(query.text))
    if escape := _bad_escape(text, tokens):
        return escape
    if first is None:
        return QueryError("the query is empty", *position(text, len(text)))
    declares = first.text.upper() in ("BASE", "PREFIX")
    if not declares and first.text.upper() not in QUERY_FORMS:
        message = f"a query begins with {', '.join(QUERY_FORMS)}, not {shown(first.text)}"
        return QueryError(message, *position(text, first.start))
    stop = stops_at(text)
    name = None if declares else _undeclared_prefix(query, tokens)
    if name and (stop is None or stop >= name.start or _is_beyond(text, tokens, stop)):
        message = f"the prefix {shown(name.text.partition(':')[0])}: of {shown(name.text)} is not declared"
        return _bad_iri(text, name.start) or QueryError(message, *position(text, name.start))
    if stop is None:
        if len(text) > LONGEST:
            return _as_the_engine_states(error)
        if broken := variable_error(tokens):
            return QueryError(broken.message, *position(text, broken.token.start))
        return _bad_part(query, tokens) or _as_the_engine_states(error)
    return _bad_iri(text, stop) or _unexpected(error, text, tokens, stop)


def _undeclared_prefix(query: SparqlQuery, tokens: list[Token]) -> Token | None:
    """Return the first prefixed name whose prefix is neither declared nor one of the graph's."""
    for token in tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in {"_", *PREFIXES, *query.declared}:
            return token
    return None


def _unexpected(error: SyntaxError, text: str, tokens: list[Token], stop: int) -> QueryError:
    """Return what is wrong with what cannot stand at an offset."""
    if not text[stop:].strip():
        message = f"unexpected end of the query: {_missing(tokens)}"
        return QueryError(message, *position(text, len(text.rstrip())))
    if _is_beyond(text, tokens, stop):
        return _as_the_engine_states(error)
    here, following = _from(text, tokens, stop)
    kind, word = QueryError, here.text.upper()
    if word in ("BASE", "PREFIX"):
        message = f"invalid {here.text}; write PREFIX name: <IRI> or BASE <IRI>"
    elif word in _OPERATORS:
        message = f"unexpected `{here.text}`; SPARQL writes {_OPERATORS[word]}"
    elif here.kind == "word" and following == "(" and word not in words():
        kind, message = EvaluationError, f"there is no function {shown(here.text)} in SPARQL"
    elif here.text in ("'", '"') or (here.text in ("''", '""') and text.startswith(here.text[0] * 3, stop)):
        message = "the string that begins here is not terminated"
    else:
        message = f"unexpected `{shown(here.text)}`"
    return kind(message, *position(text, stop))


def _missing(tokens: list[Token]) -> str:
    """Return what a text that ends too early lacks."""
    marks = [token.text for token in tokens]
    if sum(marks.count(opened) - marks.count(closed) for opened, closed in ("()", "{}", "[]")) > 0:
        return "a bracket is not closed"
    return f"something has to follow {shown(marks[-1])}"


def _is_beyond(text: str, tokens: list[Token], stop: int) -> bool:
    """Return whether the second parser stops at what only the engine reads."""
    if not text[stop:].strip():
        return False
    around = text[max(0, stop - 2) : stop + 2]
    here, _ = _from(text, tokens, stop)
    return here.text.upper() in _BEYOND or any(mark in around for mark in _MARKS_BEYOND)


def _from(text: str, tokens: list[Token], offset: int) -> tuple[Token, str]:
    """Return the token at an offset, or the rest of it, and the text of the next one."""
    rest = [token for token in tokens if token.end > offset]
    start = max(rest[0].start, offset)
    return Token(rest[0].kind, text[start : rest[0].end], start), rest[1].text if len(rest) > 1 else ""


def _bad_iri(text: str, offset: int) -> QueryError | None:
    """Return the error of an IRI with a space or another illegal character, if an offset lies in one."""
    for match in _IRI_WITH_SPACE.finditer(text):
        if match.start() < offset < match.end() and not _COMPARISON.search(match.group()):
            message = f"an IRI must not contain a space: {shown(match.group())}"
            return QueryError(message, *position(text, match.start()))
    for match in _IRI_WITH_MARK.finditer(text):
        if match.start() < offset < match.end():
            mark = "a line break" if match[1] in "\r\n" else f"`{match[1]}`"
            return QueryError(f"an IRI must not contain {mark}", *position(text, match.start(1)))
    return None


def _bad_escape(text: str, tokens: list[Token]) -> QueryError | None:
    """Return the error of a code point escape of no character, or outside of strings and IRIs.

    Behind a quote that opens no string it is uncertain what belongs to a string.
    """
    for token in tokens:
        if token.text in ("'", '"'):
            return None
        end = max(token.end, token.start + 10 if token.text == "\\" else 0)
        for escape in _ESCAPE.finditer(text, token.start, end):
            digits = escape[1] or escape[2]
            code = int(digits or "0", 16)
            if token.kind not in ("string", "iri") and digits:
                message = f"the escape `{escape.group()}` is allowed in strings and IRIs only"
            elif code > 0x10FFFF or 0xD800 <= code < 0xE000:
                message = f"the escape `{escape.group()}` is not a Unicode character"
            else:
                continue
            return QueryError(message, *position(text, escape.start()))
    return None


def _bad_part(query: SparqlQuery, tokens: list[Token]) -> QueryError | None:
    """Return the error of a part that the engine rejects alone too."""
    store, text = ox.Store(), query.text
    for index, token in enumerate(tokens):
        kind = token.text.upper() if token.kind == "word" else token.kind
        if kind not in _PARTS:
            continue
        template, message = _PARTS[kind]
        part = token.text
        if kind == "VALUES":
            end = next((mark.start for mark in tokens[index:] if mark.text == "}"), len(text))
            part = f"{query.prologue}\nSELECT * {{ {text[token.start : end + 1]} }}"
        try:
            store.query(template.format(part), base_iri=ID, prefixes=PREFIXES)
        except SyntaxError:
            return QueryError(message.format(shown(token.text)), *position(text, token.start))
    return None


def _as_the_engine_states(error: SyntaxError) -> QueryError:
    """Return what the engine states: the rule that is broken, without a position."""
    match = _ENGINE.fullmatch(str(error))
    if not match:
        return QueryError(shown(str(error)))
    rules = [hint for hint in match[3].split(", ") if _RULE.fullmatch(hint)]
    return QueryError(f"syntax error: {'; '.join(rules) or 'the parser states no reason'}")
