"""Where a text stops being SPARQL, by a second parser: rdflib's, which is slow and used for errors only.

The parser tries all alternatives and then names the clause in which the last of them failed. The position
that helps a person is the farthest one that any alternative reached.
"""

import re
from functools import cache
from threading import Lock
from typing import Any

LONGEST = 20_000
"""The longest text that is parsed, in characters: it takes some seconds per megabyte."""
_ESCAPE = re.compile(r"\\\\(?=u)|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\.", re.IGNORECASE | re.DOTALL)
_ONE_AT_A_TIME = Lock()


def stops_at(text: str) -> int | None:
    """Return the offset of the first unexpected token, which may be the end of the text.

    None when the parser reads it all, or gives up on it for another reason than its grammar.
    """
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseQuery

    if len(text) > LONGEST:
        return None
    farthest = 0

    def note(_: str, offset: int, *others: object) -> None:
        nonlocal farthest
        farthest = max(farthest, offset)

    with _ONE_AT_A_TIME:
        try:
            _on_failure(note)
            parseQuery(_ESCAPE.sub(_filled, text.expandtabs(1)))
        except ParseException:
            return farthest
        except Exception:  # too deep, or a fault of its own: the engine has rejected the query anyway
            return None
        finally:
            _on_failure(None)
    return None


def _filled(escape: re.Match[str]) -> str:
    """Return letters in the place of a code point escape, which the parser would replace by one character."""
    code_point = len(escape.group()) > 2 or escape.group() == "\\\\"
    return "x" * len(escape.group()) if code_point else escape.group()


def words() -> frozenset[str]:
    """Return the keywords of SPARQL, functions too, in capitals."""
    return frozenset(symbol.match.upper() for symbol in _symbols() if hasattr(symbol, "match"))


@cache
def _symbols() -> list[Any]:
    """Return the symbols of the grammar: what is made of letters, not of other rules.

    Without the colon of a prefixed name: any word might be a prefix, so it is missed after all of them.
    """
    from pyparsing import Token
    from rdflib.plugins.sparql.parser import QueryUnit

    grammar: Any = QueryUnit  # it gives its rules without types
    symbols = [rule for rule in grammar.visit_all() if isinstance(rule, Token)]
    return [symbol for symbol in symbols if getattr(symbol, "match", "") != ":"]


def _on_failure(note: Any) -> None:
    """Have each symbol call `note` wherever it does not match; None removes the call."""
    for symbol in _symbols():
        symbol.failAction = note
