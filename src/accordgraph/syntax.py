"""What is wrong with a query that the engine cannot read, and where.

The engine says no reliably, but the place it names is often the end of the text. So the usual mistakes are
looked for by name, and for the others a second parser (rdflib's, which is slow and not asked otherwise) says
at which clause it gave up.
"""

import re

from accordgraph.errors import QueryError, shown
from accordgraph.lexer import first_word, undeclared_prefix
from accordgraph.namespaces import PREFIXES

_ENGINE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_QUERIES = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_LONGEST = 20_000
"""The most characters that the second parser reads: it takes some seconds a megabyte."""


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
        prefix = name.text.partition(":")[0]
        return QueryError(
            f"the prefix {shown(prefix)}: of {shown(name.text)} is not declared", *_place(text, name.start)
        )
    start = _second_opinion(text)
    if start is not None:
        rest = text[start:].strip()
        if not rest:
            return QueryError("the query ends too early; is a bracket open?", *_place(text, start))
        clause = rest.splitlines()[0][:60]
        return QueryError(f"from here on this cannot be read as SPARQL: {clause}", *_place(text, start))
    return _as_the_engine_says(error)


def _place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column of an offset, both from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _second_opinion(text: str) -> int | None:
    """Return where rdflib's parser gives up; None when it does not, or should not be asked."""
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseQuery

    if len(text) > _LONGEST:
        return None
    try:
        parseQuery(text.expandtabs(1))
    except ParseException as error:
        return error.loc
    except Exception:  # too deep, or a fault of its own: the engine has spoken anyway
        return None
    return None


def _as_the_engine_says(error: SyntaxError) -> QueryError:
    """Return what the engine says: of a query whose grammar is right, it names the rule that is broken."""
    match = _ENGINE.fullmatch(str(error))
    if not match:
        return QueryError(shown(str(error)))
    rules = [hint for hint in match[3].split(", ") if " " in hint]
    reason = "; ".join(map(shown, rules)) or "it breaks a rule, such as a variable that is bound twice"
    return QueryError(f"this cannot be read as SPARQL: {reason}", int(match[1]), int(match[2]))
