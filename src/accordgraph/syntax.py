"""What is wrong with a query that the engine cannot read, and where.

The engine says no reliably, but the place it names is often the end of the text. So the usual mistakes are
looked for by name, and for the others a second parser says where the query stops being SPARQL.
"""

import re

from accordgraph.errors import EvaluationError, QueryError, shown
from accordgraph.grammar import stops_at, words
from accordgraph.lexer import Token, first_word, tokens, undeclared_prefix
from accordgraph.namespaces import PREFIXES

_ENGINE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_RULE = re.compile(r"[A-Z][a-z]+(?: [\w'?-]+)+")
"""How the engine names a rule, among the symbols that it would have taken."""
_QUERIES = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_IRI_WITH_SPACE = re.compile(r"<[\w#/.:][^<>\"{}|^`\n]*[ \t][^<>\"{}|^`\n]*>")


def explain(error: SyntaxError, text: str) -> QueryError:
    """Return the engine's syntax error as ours: what is wrong, and the line and column (from 1) where."""
    word = first_word(text)
    if word is None:
        return QueryError("there is no query in this text", *_place(text, len(text)))
    if word.text.upper() not in _QUERIES:
        return QueryError(
            f"a query begins with {', '.join(_QUERIES)}, not {shown(word.text)}", *_place(text, word.start)
        )
    if name := undeclared_prefix(text, PREFIXES):
        if iri := _iri_with_space(text, name.start):
            return iri
        prefix = name.text.partition(":")[0]
        return QueryError(
            f"the prefix {shown(prefix)}: of {shown(name.text)} is not declared", *_place(text, name.start)
        )
    stop = stops_at(text)
    if stop is None:
        return _as_the_engine_says(error, text, word)
    return _iri_with_space(text, stop) or _what_stops(text, stop)


def _what_stops(text: str, stop: int) -> QueryError:
    """Return what is wrong with that which cannot stand at an offset."""
    if not text[stop:].strip():
        end = len(text.rstrip())
        return QueryError("the query ends too early; is a bracket open?", *_place(text, end))
    here, behind = _from(text, stop)
    if here.kind == "word" and behind == "(" and here.text.upper() not in words():
        message = f"there is no function {shown(here.text)} in SPARQL"
        return EvaluationError(message, *_place(text, stop))
    if here.text in ("'", '"'):
        return QueryError("the string that begins here does not end", *_place(text, stop))
    return QueryError(f"`{shown(here.text)}` cannot stand here", *_place(text, stop))


def _from(text: str, place: int) -> tuple[Token, str]:
    """Return the token that stands at an offset, or the rest of it, and the text of the next one."""
    rest = [token for token in tokens(text) if token.start + len(token.text) > place]
    start = max(rest[0].start, place)
    here = Token(rest[0].kind, text[start : rest[0].start + len(rest[0].text)], start)
    return here, rest[1].text if len(rest) > 1 else ""


def _iri_with_space(text: str, place: int) -> QueryError | None:
    """Return the error of an IRI with a space in it, if an offset lies in one."""
    for match in _IRI_WITH_SPACE.finditer(text):
        if match.start() < place < match.end():
            return QueryError(f"an IRI holds no space: {shown(match.group())}", *_place(text, match.start()))
    return None


def _place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column of an offset, both from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _as_the_engine_says(error: SyntaxError, text: str, word: Token) -> QueryError:
    """Return what the engine says: of a query whose grammar is right, it names the rule that is broken.

    The place is that of a variable which is bound though it occurs before, or of the query's first word.
    """
    match = _ENGINE.fullmatch(str(error))
    if not match:
        return QueryError(shown(str(error)), *_place(text, word.start))
    rules = [hint for hint in match[3].split(", ") if _RULE.fullmatch(hint)]
    reason = "; ".join(rules) or "it breaks a rule, such as a variable that is bound twice"
    bound = None if rules else _bound_twice(text)
    return QueryError(f"this cannot be read as SPARQL: {reason}", *_place(text, (bound or word).start))


def _bound_twice(text: str) -> Token | None:
    """Return the first variable that an AS binds though it occurs before, as far as one can see."""
    seen: set[str] = set()
    previous: Token | None = None
    for token in tokens(text):
        if token.kind == "variable":
            if previous and previous.text.upper() == "AS" and token.text[1:] in seen:
                return token
            seen.add(token.text[1:])
        previous = token
    return None
