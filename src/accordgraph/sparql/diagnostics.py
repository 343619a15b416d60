"""What is wrong with a query that the engine cannot read, and where.

The engine says no reliably, but the place it names is often the end of the text. So the usual mistakes are
looked for by name, and for the others a second parser says where the query stops being SPARQL. Where nobody
knows the place, none is told: a wrong one is worse.
"""

import re

import pyoxigraph as ox

from accordgraph.errors import EvaluationError, QueryError, shown
from accordgraph.namespaces import ID, PREFIXES
from accordgraph.sparql.reference_parser import LONGEST, stops_at, words
from accordgraph.sparql.tokenizer import Token, dataset_clause, first_word, tokens, undeclared_prefix
from accordgraph.sparql.variable_scopes import broken_rule

_ENGINE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_RULE = re.compile(r"[A-Z][a-z]+(?: [\w'?-]+)+")
"""How the engine names a rule, among the symbols that it would have taken."""
_QUERIES = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_BEYOND = (
    *("LATERAL", "VERSION", "TRIPLE", "SUBJECT", "PREDICATE", "OBJECT", "ISTRIPLE"),
    *("HASLANG", "HASLANGDIR", "LANGDIR", "STRLANGDIR", "ADJUST"),
)
_MARKS_BEYOND = ("<<", "{|", "--")
"""What the engine reads and the second parser does not: it says nothing of what is wrong behind."""
_IRI_WITH_SPACE = re.compile(r"<[\w#/.:][^<>\"{}|^`\s]*[ \t][^<>\"{}|^`\n]*>")
_COMPARISON = re.compile(r"&&|[\s(,=][?$]\w")
"""What shows that `<` and `>` compare, as in `?a <5 && ?b >3`, and hold no IRI."""
_IRI_WITH_MARK = re.compile(r"<[A-Za-z][\w+.-]*://[^<>\"{}|^`\x00-\x20]*([\"{}|^`\r\n])")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_PARTS = {
    "iri": ("SELECT ({} AS ?x) {{}}", "this is no IRI: {}"),
    "tag": ("SELECT (''{} AS ?x) {{}}", "this is no language tag: {}"),
    "TRUE": ("SELECT ({} AS ?x) {{}}", "a truth value is written in small letters, not `{}`"),
    "FALSE": ("SELECT ({} AS ?x) {{}}", "a truth value is written in small letters, not `{}`"),
    "VALUES": ("{}", "a row of this VALUES has too few values, or too many"),
}
"""What can be asked for alone: how, and what is wrong where that cannot be read."""


_OPERATORS = {"AND": "&&", "OR": "||", "NOT": "! (and NOT only before IN and EXISTS)"}


def explain(error: SyntaxError, text: str) -> QueryError:
    """Return the engine's syntax error as ours: what is wrong, and the line and column (from 1) where."""
    if escape := _bad_escape(text):
        return escape
    word = first_word(text)
    if word is None:
        return QueryError("there is no query in this text", *_place(text, len(text)))
    declares = word.text.upper() in ("BASE", "PREFIX")
    if not declares and word.text.upper() not in _QUERIES:
        return QueryError(
            f"a query begins with {', '.join(_QUERIES)}, not {shown(word.text)}", *_place(text, word.start)
        )
    stop = stops_at(text)
    name = None if declares else undeclared_prefix(text, PREFIXES)
    if name and (stop is None or stop >= name.start or _is_beyond(text, stop)):
        if iri := _bad_iri(text, name.start):
            return iri
        prefix = name.text.partition(":")[0]
        return QueryError(
            f"the prefix {shown(prefix)}: of {shown(name.text)} is not declared", *_place(text, name.start)
        )
    if stop is None:
        read = len(text) <= LONGEST
        return (read and (_bad_rule(text) or _bad_part(text))) or _as_the_engine_says(error)
    return _bad_iri(text, stop) or _what_stops(error, text, stop)


def _what_stops(error: SyntaxError, text: str, stop: int) -> QueryError:
    """Return what is wrong with that which cannot stand at an offset."""
    if not text[stop:].strip():
        return QueryError(f"the query ends too early; {_missing(text)}", *_place(text, len(text.rstrip())))
    if _is_beyond(text, stop):
        return _as_the_engine_says(error)
    here, behind = _from(text, stop)
    if here.text.upper() in ("BASE", "PREFIX"):
        message = f"this {here.text} cannot be read; it is to be like PREFIX name: <IRI> or BASE <IRI>"
        return QueryError(message, *_place(text, stop))
    if here.text.upper() in _OPERATORS:
        message = f"`{here.text}` cannot stand here; SPARQL writes {_OPERATORS[here.text.upper()]}"
        return QueryError(message, *_place(text, stop))
    if here.kind == "word" and behind == "(" and here.text.upper() not in words():
        message = f"there is no function {shown(here.text)} in SPARQL"
        return EvaluationError(message, *_place(text, stop))
    if here.text in ("'", '"') or (here.text in ("''", '""') and text.startswith(here.text[0] * 3, stop)):
        return QueryError("the string that begins here does not end", *_place(text, stop))
    return QueryError(f"`{shown(here.text)}` cannot stand here", *_place(text, stop))


def _missing(text: str) -> str:
    """Return what a text that ends too early lacks."""
    *_, last = found = [token.text for token in tokens(text)]
    if sum(found.count(opened) - found.count(closed) for opened, closed in ("()", "{}", "[]")) > 0:
        return "a bracket is still open"
    return f"something has to follow {shown(last)}"


def _is_beyond(text: str, stop: int) -> bool:
    """Tell whether the second parser stops at what only the engine reads."""
    if not text[stop:].strip():
        return False
    around = text[max(0, stop - 2) : stop + 2]
    return _from(text, stop)[0].text.upper() in _BEYOND or any(mark in around for mark in _MARKS_BEYOND)


def _from(text: str, place: int) -> tuple[Token, str]:
    """Return the token that stands at an offset, or the rest of it, and the text of the next one."""
    rest = [token for token in tokens(text) if token.start + len(token.text) > place]
    start = max(rest[0].start, place)
    here = Token(rest[0].kind, text[start : rest[0].start + len(rest[0].text)], start)
    return here, rest[1].text if len(rest) > 1 else ""


def _bad_iri(text: str, place: int) -> QueryError | None:
    """Return the error of an IRI that holds a space or another wrong mark, if an offset lies in one."""
    for match in _IRI_WITH_SPACE.finditer(text):
        if match.start() < place < match.end() and not _COMPARISON.search(match.group()):
            return QueryError(f"an IRI holds no space: {shown(match.group())}", *_place(text, match.start()))
    for match in _IRI_WITH_MARK.finditer(text):
        if match.start() < place < match.end():
            mark = "end of a line" if match[1] in "\r\n" else f"`{match[1]}`"
            return QueryError(f"an IRI holds no {mark}", *_place(text, match.start(1)))
    return None


def _place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column of an offset, both from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _bad_escape(text: str) -> QueryError | None:
    """Return the error of a code point escape that stands for no character, or stands where none is read.

    Behind a quote that opens no string one cannot tell what is in a string.
    """
    for token in tokens(text):
        if token.text in ("'", '"'):
            return None
        end = token.start + max(len(token.text), 10 if token.text == "\\" else 0)
        for escape in _ESCAPE.finditer(text, token.start, end):
            digits = escape[1] or escape[2]
            code = int(digits or "0", 16)
            if token.kind not in ("string", "iri") and digits:
                message = f"the escape `{escape.group()}` can stand in a string or an IRI, not here"
            elif code > 0x10FFFF or 0xD800 <= code < 0xE000:
                message = f"the escape `{escape.group()}` stands for no character"
            else:
                continue
            return QueryError(message, *_place(text, escape.start()))
    return None


def _bad_part(text: str) -> QueryError | None:
    """Return the error of a part that the engine cannot read by itself either."""
    store, prologue, found = ox.Store(), dataset_clause(text).prologue, list(tokens(text))
    for number, token in enumerate(found):
        kind = token.text.upper() if token.kind == "word" else token.kind
        if kind not in _PARTS:
            continue
        query, message = _PARTS[kind]
        part = token.text
        if kind == "VALUES":
            end = next((mark.start for mark in found[number:] if mark.text == "}"), len(text))
            part = f"{prologue}\nSELECT * {{ {text[token.start : end + 1]} }}"
        try:
            store.query(query.format(part), base_iri=ID, prefixes=PREFIXES)
        except SyntaxError:
            return QueryError(message.format(shown(token.text)), *_place(text, token.start))
    return None


def _bad_rule(text: str) -> QueryError | None:
    """Return the error of a rule on variables that is broken; the grammar has to be right."""
    broken = broken_rule(text)
    return QueryError(broken.message, *_place(text, broken.token.start)) if broken else None


def _as_the_engine_says(error: SyntaxError) -> QueryError:
    """Return what the engine says: of a query whose grammar is right, it names the rule that is broken.

    It does not say where.
    """
    match = _ENGINE.fullmatch(str(error))
    if not match:
        return QueryError(shown(str(error)))
    rules = [hint for hint in match[3].split(", ") if _RULE.fullmatch(hint)]
    reason = "; ".join(rules) or "it breaks a rule, and which one is not known"
    return QueryError(f"this cannot be read as SPARQL: {reason}")
