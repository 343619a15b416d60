"""What the engine would evaluate over all graphs together inside of `GRAPH ?g { ... }`.

SPARQL evaluates the pattern once for each graph and then binds `?g`. The engine instead looks every triple
up with its graph, so a part without a triple has no graph, a sub-SELECT loses it, MINUS shares it, and an
expression sees it. Such a query would have a wrong answer; it is refused with a form that has the right one.
"""

import re
from collections.abc import Sequence

from accordgraph.errors import EvaluationError
from accordgraph.sparql.query import SparqlQuery
from accordgraph.sparql.tokenizer import Token, position, tokenize

_GRAPH_VARIABLE = re.compile(r"GRAPH[^{}<>]*[?$]", re.IGNORECASE)
_CLOSING = {"{": "}", "(": ")", "[": "]"}


def check_graph_scopes(query: SparqlQuery) -> None:
    """Raise `EvaluationError`, with line and column, for a query that the engine would answer wrongly.

    A text that is no SPARQL raises nothing here: the engine reports what is wrong with it.
    """
    if not _GRAPH_VARIABLE.search(query.text):
        return
    tokens = list(tokenize(query.text))
    for n, token in enumerate(tokens):
        if token.kind == "word" and token.text.upper() == "GRAPH" and _kind(tokens, n + 1) == "variable":
            _Scope(query.text, tokens, tokens[n + 1].text[1:]).check(n + 2)


def _kind(tokens: Sequence[Token], n: int) -> str:
    return tokens[n].kind if n < len(tokens) else ""


class _Scope:
    """The pattern of one `GRAPH ?g`."""

    def __init__(self, text: str, tokens: Sequence[Token], variable: str) -> None:
        self._text, self._tokens, self._variable = text, tokens, variable

    def check(self, start: int) -> None:
        """Check the group that begins at a token."""
        if self._mark(start) == "{":
            _, _, graphless = self._group(start)
            if graphless is not None:
                raise self._error(graphless)

    def _group(self, start: int, correlated: bool = False) -> tuple[int, bool, Token | None]:
        """Check a group.

        Returns the index behind it, whether its solutions have a graph, and what has none in it otherwise.
        Inside of EXISTS (`correlated`) the variable of the graph has the value of the outer solution.
        """
        n, has_graph, graphless = start + 1, False, None
        while n < len(self._tokens) and self._mark(n) != "}":
            token = self._tokens[n]
            word = token.text.upper() if token.kind == "word" else ""
            if word in ("SELECT", "MINUS"):
                raise self._error(token)
            if word in ("FILTER", "BIND"):
                n = self._expression(n + 1)
            elif word in ("VALUES", "GRAPH"):
                graphless = graphless or token
                n = self._behind(self._next("{", n))
            elif word == "OPTIONAL":
                n, _, _ = self._group(self._next("{", n), correlated)
            elif self._mark(n) == "{":
                n, branch, missing = self._group(n, correlated)
                while n < len(self._tokens) and self._tokens[n].text.upper() == "UNION":
                    n, other, more = self._group(self._next("{", n), correlated)
                    branch, missing = branch and other, missing or more
                has_graph, graphless = has_graph or branch, graphless or missing
            else:
                if correlated and self._is_graph(token):
                    raise self._error(token)
                has_graph = has_graph or token.text != "."
                n += 1
        return n + 1, has_graph, None if has_graph else graphless

    def _expression(self, n: int) -> int:
        """Check the expression of a FILTER or BIND; returns the index behind it."""
        while n < len(self._tokens) and self._mark(n) not in ("(", "{", "}"):
            n += 1
        if self._mark(n) == "{":
            return self._group(n, correlated=True)[0]
        end = self._behind(n) if self._mark(n) == "(" else n
        while n < end:
            if self._mark(n) == "{":
                n, _, _ = self._group(n, correlated=True)
                continue
            if self._is_graph(self._tokens[n]):
                raise self._error(self._tokens[n])
            n += 1
        return end

    def _mark(self, n: int) -> str:
        return self._tokens[n].text if _kind(self._tokens, n) == "mark" else ""

    def _is_graph(self, token: Token) -> bool:
        return token.kind == "variable" and token.text[1:] == self._variable

    def _next(self, mark: str, n: int) -> int:
        """Return the index of the next token that is a mark."""
        while n < len(self._tokens) and self._mark(n) != mark:
            n += 1
        return n

    def _behind(self, n: int) -> int:
        """Return the index behind the bracket that closes the one at a token."""
        if n >= len(self._tokens):
            return n
        opening, depth = self._mark(n), 0
        while n < len(self._tokens):
            depth += (self._mark(n) == opening) - (self._mark(n) == _CLOSING[opening])
            n += 1
            if depth == 0:
                break
        return n

    def _error(self, token: Token) -> EvaluationError:
        graph = f"GRAPH ?{self._variable}"
        right = {
            "SELECT": f"write {graph} inside of the sub-SELECT, which selects ?{self._variable}",
            "MINUS": f"write {graph} {{ ... }} MINUS {{ {graph} {{ ... }} }}",
            "VALUES": f"write VALUES before {graph}, or a triple pattern in the same group",
            "GRAPH": "write one GRAPH after the other, not inside of it",
        }.get(token.text.upper(), f"write FILTER and BIND behind the braces of {graph}")
        message = f"`{token.text}` inside of {graph} would be evaluated over all graphs together; {right}"
        return EvaluationError(message, *position(self._text, token.start))
