"""The rules on variables that SPARQL has beside its grammar: which one a query breaks, and where.

What is bound must not be bound again, a SELECT that groups shows keys and aggregates only, and a blank node
belongs to one group. The engine rejects what breaks these rules without a position. This module walks over a
query whose grammar is right, and knows brackets, SELECT, and the words that begin a part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accordgraph.sparql.tokenizer import Token

_MODIFIERS = {"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}
_PAIRS = {"(": ")", "{": "}"}
_END = Token("end", "", -1)
_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}


class VariableError(Exception):
    """A rule on variables that a query breaks, and the token that breaks it."""

    def __init__(self, message: str, token: Token) -> None:
        self.message, self.token = message, token
        super().__init__(message)


class _Unreadable(Exception):
    """Ends the check: the grammar of the text is not what it was taken for."""


@dataclass
class _Select:
    """What a SELECT lists: variables as they are, expressions with their variables, or a star."""

    plain: list[Token] = field(default_factory=list)
    used: list[Token] = field(default_factory=list)
    named: list[Token] = field(default_factory=list)
    star: Token | None = None
    aggregates: bool = False


def variable_error(tokens: Sequence[Token]) -> VariableError | None:
    """Return the first rule on variables that the tokens of a query break; None if none is detected.

    The grammar of the query has to be right.
    """
    try:
        _Walk(tokens).query()
    except VariableError as error:
        return error
    except (_Unreadable, RecursionError):
        return None
    return None


class _Walk:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._at = tokens, 0
        self._groups = 0
        self._nodes: dict[str, int] = {}
        """The group in which each blank node was first seen."""

    def query(self) -> None:
        while self._word not in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", ""):
            self._next()
        if self._word == "SELECT":
            self._select()
            return
        form = self._take().text.upper()
        if form == "CONSTRUCT" and self._here.text == "{":
            self._brackets()
        self._to("{")
        self._group()
        while form != "DESCRIBE" and self._here is not _END:
            token = self._take()
            if token.text.upper() in {"GROUP", *_AGGREGATES}:
                raise VariableError(f"{form} does not group; use a subquery", token)

    def _select(self) -> set[str]:
        """Read a SELECT up to its end, and return the variables that it gives."""
        select = self._clause()
        self._to("{")
        visible = self._group()
        keys, overlooked, grouped = set[str](), dict[str, str](), False
        while self._here.text not in ("}", ""):
            if self._word == "GROUP":
                grouped = True
                self._next(2)
                keys, overlooked = self._keys()
            elif self._word == "VALUES":
                visible |= self._values()
            else:
                words = [self._here, *self._brackets()] if self._here.text == "(" else [self._take()]
                select.aggregates |= any(token.text.upper() in _AGGREGATES for token in words)
        grouped = grouped or select.aggregates
        if grouped:
            _check_grouped(select, keys, overlooked)
        for token in select.named:
            if _name_of(token) in (keys if grouped else visible):
                raise VariableError(f"`{token.text}` is already bound", token)
        return visible if select.star else {_name_of(token) for token in select.plain + select.named}

    def _clause(self) -> _Select:
        """Read what stands between SELECT and its group."""
        select = _Select()
        self._next()
        while self._here.text not in ("{", "") and self._word not in ("WHERE", "FROM"):
            if self._here.kind == "variable":
                select.plain.append(self._here)
            elif self._here.text == "*":
                select.star = self._here
            if self._here.text == "(":
                inside = self._brackets()
                select.aggregates |= any(token.text.upper() in _AGGREGATES for token in inside)
                select.named.append(_bound_by(inside))
                select.used += _outside_aggregates(inside[:-1])
            else:
                self._next()
        listed = sorted(select.plain + select.named, key=lambda token: token.start)
        _check_once(listed, "SELECT")
        return select

    def _keys(self) -> tuple[set[str], dict[str, str]]:
        """Read what stands behind GROUP BY: its keys, and the names that the engine overlooks there."""
        keys, overlooked = set[str](), dict[str, str]()
        while self._here.text not in ("}", "") and self._word not in _MODIFIERS:
            before = self._tokens[self._at - 1]
            if self._here.kind == "variable":
                keys.add(_name_of(self._here))
            if self._here.text != "(":
                self._next()
                continue
            key = [token for token in self._brackets() if token.text not in ("(", ")")]
            if before.text.upper() != "BY" and before.kind in ("word", "name", "iri"):
                continue  # the brackets of a function
            if len(key) == 1 and key[0].kind == "variable":
                keys.add(_name_of(key[0]))
            elif len(key) == 3 and key[0].kind == "variable" and _is_as(key):
                keys.add(_name_of(key[0]))
                overlooked[_name_of(key[2])] = _name_of(key[0])
            elif _is_as(key):
                keys.add(_name_of(key[-1]))
        return keys, overlooked

    def _group(self) -> set[str]:
        """Read a group in braces, and return the variables that it binds."""
        self._groups += 1
        number, visible = self._groups, set[str]()
        self._next()
        while self._here.text not in ("}", ""):
            token, word = self._here, self._word
            if word == "SELECT":
                visible |= self._select()
            elif word == "VALUES":
                visible |= self._values()
            elif word in ("MINUS", "FILTER"):
                self._next()
                self._group() if word == "MINUS" else self._filter()
            elif word == "BIND":
                self._next()
                name = _bound_by(_without_aggregates(self._brackets(), "BIND"))
                if _name_of(name) in visible:
                    raise VariableError(f"`{name.text}` is already bound", name)
                visible.add(_name_of(name))
            elif token.text == "{":
                visible |= self._group()
            else:
                if token.kind == "variable":
                    visible.add(_name_of(token))
                elif token.text.startswith("_:") and self._nodes.setdefault(token.text, number) != number:
                    raise VariableError(f"the blank node `{token.text}` is used in two groups", token)
                self._next()
        self._next()
        return visible

    def _filter(self) -> None:
        """Read the condition of a FILTER: brackets, a function and its brackets, or EXISTS and its group."""
        while self._here.text not in ("(", "{", ""):
            self._next()
        if self._here.text == "{":
            self._group()
        else:
            _without_aggregates(self._brackets(), "FILTER")

    def _values(self) -> set[str]:
        """Read VALUES and its block, and return its variables."""
        self._next()
        listed = [self._here] if self._here.kind == "variable" else self._brackets()
        _check_once(listed, "VALUES")
        self._to("{")
        self._brackets()
        return {_name_of(token) for token in listed}

    def _brackets(self) -> list[Token]:
        """Read brackets, round ones or braces without groups, and return what is inside.

        The group of an EXISTS is read as a group, and is not part of it.
        """
        if self._here.text not in _PAIRS:
            raise _Unreadable
        closes, inside = [_PAIRS[self._here.text]], list[Token]()
        braces = self._here.text == "{"
        self._next()
        while closes:
            if self._here is _END:
                raise _Unreadable
            if self._here.text == "{" and not braces:
                self._group()
                continue
            token = self._take()
            if token.text in _PAIRS:
                closes.append(_PAIRS[token.text])
            elif token.text == closes[-1]:
                closes.pop()
            inside.append(token)
        return inside[:-1]

    def _to(self, mark: str) -> None:
        while self._here.text not in (mark, ""):
            self._next()

    @property
    def _here(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    @property
    def _word(self) -> str:
        return self._here.text.upper() if self._here.kind in ("word", "end") else "-"

    def _next(self, count: int = 1) -> None:
        self._at += count

    def _take(self) -> Token:
        self._next()
        return self._tokens[self._at - 1]


def _check_grouped(select: _Select, keys: set[str], overlooked: dict[str, str]) -> None:
    """Raise `VariableError` where a SELECT that groups shows what is neither a key nor an aggregate.

    The engine overlooks a key that is only another name of a variable.
    """
    if select.star:
        raise VariableError("`*` is not allowed with GROUP BY or aggregates; list the variables", select.star)
    for token in sorted(select.plain + select.used, key=lambda token: token.start):
        if _name_of(token) in overlooked:
            other = overlooked[_name_of(token)]
            raise VariableError(
                f"`{token.text}` is an alias of ?{other} that cannot be selected here; "
                f"write GROUP BY ?{other}",
                token,
            )
        if _name_of(token) not in keys:
            raise VariableError(f"`{token.text}` is neither a grouping key nor inside an aggregate", token)


def _name_of(token: Token) -> str:
    """Return the name of a variable: ?x and $x are one."""
    return token.text[1:]


def _bound_by(inside: list[Token]) -> Token:
    """Return the variable that `... AS ?x` binds."""
    if not _is_as(inside):
        raise _Unreadable
    return inside[-1]


def _is_as(inside: list[Token]) -> bool:
    """Return whether the tokens within brackets are an expression and its name."""
    return len(inside) > 2 and inside[-2].text.upper() == "AS"


def _check_once(listed: list[Token], where: str) -> None:
    """Raise `VariableError` where a variable stands twice in a list."""
    seen = set[str]()
    for token in listed:
        if _name_of(token) in seen:
            raise VariableError(f"`{token.text}` appears twice in this {where}", token)
        seen.add(_name_of(token))


def _without_aggregates(inside: list[Token], where: str) -> list[Token]:
    """Return tokens as they are; raise `VariableError` where an aggregate is among them."""
    for token in inside:
        if token.text.upper() in _AGGREGATES:
            raise VariableError(f"the aggregate {token.text} is not allowed in {where}", token)
    return inside


def _outside_aggregates(inside: list[Token]) -> list[Token]:
    """Return the variables of an expression that stand in no aggregate."""
    tokens, depth, closes = list[Token](), 0, list[int]()
    for place, token in enumerate(inside):
        if token.text == "(":
            depth += 1
            if place and inside[place - 1].text.upper() in _AGGREGATES:
                closes.append(depth)
        elif token.text == ")":
            if closes and closes[-1] == depth:
                closes.pop()
            depth -= 1
        elif token.kind == "variable" and not closes:
            tokens.append(token)
    return tokens
