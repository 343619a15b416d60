"""Which rule on variables a query breaks, and where: the rules that SPARQL has beside its grammar.

What is bound may not be bound again, what is grouped shows its keys and aggregates, and a blank node stays in
one group. The engine refuses what breaks these without a word on the place. This walks over a query whose
grammar is right, and knows no more of it than brackets, SELECT, and the words that begin a part.
"""

from accordgraph.sparql.tokenizer import Token, tokens
from accordgraph.sparql.variable_rules import (
    AGGREGATES,
    Broken,
    Found,
    Lost,
    Select,
    bound_by,
    check_grouped,
    check_once,
    is_as,
    name_of,
    outside_aggregates,
    without_aggregates,
)

_MODIFIERS = {"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}
_PAIRS = {"(": ")", "{": "}"}
_END = Token("end", "", -1)


def broken_rule(text: str) -> Broken | None:
    """Return the first rule on variables that a query breaks, in the order of its parts.

    None if none is seen. The grammar of the text has to be right.
    """
    walk = _Walk(list(tokens(text)))
    try:
        walk.query()
    except Found as found:
        return found.broken
    except (Lost, RecursionError):
        return None
    return None


class _Walk:
    def __init__(self, found: list[Token]) -> None:
        self._tokens, self._at = found, 0
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
            if token.text.upper() in {"GROUP", *AGGREGATES}:
                raise Found(f"{form} does not group here; a SELECT within can", token)

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
                select.aggregates |= any(token.text.upper() in AGGREGATES for token in words)
        grouped = grouped or select.aggregates
        if grouped:
            check_grouped(select, keys, overlooked)
        for token in select.named:
            if name_of(token) in (keys if grouped else visible):
                raise Found(f"`{token.text}` is bound already", token)
        return visible if select.star else {name_of(token) for token in select.plain + select.named}

    def _clause(self) -> Select:
        """Read what stands between SELECT and its group."""
        select = Select()
        self._next()
        while self._here.text not in ("{", "") and self._word not in ("WHERE", "FROM"):
            if self._here.kind == "variable":
                select.plain.append(self._here)
            elif self._here.text == "*":
                select.star = self._here
            if self._here.text == "(":
                inside = self._brackets()
                select.aggregates |= any(token.text.upper() in AGGREGATES for token in inside)
                select.named.append(bound_by(inside))
                select.used += outside_aggregates(inside[:-1])
            else:
                self._next()
        listed = sorted(select.plain + select.named, key=lambda token: token.start)
        check_once(listed, "SELECT")
        return select

    def _keys(self) -> tuple[set[str], dict[str, str]]:
        """Read what stands behind GROUP BY: its keys, and the names that the engine overlooks there."""
        keys, overlooked = set[str](), dict[str, str]()
        while self._here.text not in ("}", "") and self._word not in _MODIFIERS:
            before = self._tokens[self._at - 1]
            if self._here.kind == "variable":
                keys.add(name_of(self._here))
            if self._here.text != "(":
                self._next()
                continue
            key = [token for token in self._brackets() if token.text not in ("(", ")")]
            if before.text.upper() != "BY" and before.kind in ("word", "name", "iri"):
                continue  # the brackets of a function
            if len(key) == 1 and key[0].kind == "variable":
                keys.add(name_of(key[0]))
            elif len(key) == 3 and key[0].kind == "variable" and is_as(key):
                keys.add(name_of(key[0]))
                overlooked[name_of(key[2])] = name_of(key[0])
            elif is_as(key):
                keys.add(name_of(key[-1]))
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
                name = bound_by(without_aggregates(self._brackets(), "BIND"))
                if name_of(name) in visible:
                    raise Found(f"`{name.text}` is bound already", name)
                visible.add(name_of(name))
            elif token.text == "{":
                visible |= self._group()
            else:
                if token.kind == "variable":
                    visible.add(name_of(token))
                elif token.text.startswith("_:") and self._nodes.setdefault(token.text, number) != number:
                    raise Found(f"the blank node `{token.text}` stands in two groups", token)
                self._next()
        self._next()
        return visible

    def _filter(self) -> None:
        """Read what a FILTER asks: brackets, or a function and its brackets, or EXISTS and its group."""
        while self._here.text not in ("(", "{", ""):
            self._next()
        if self._here.text == "{":
            self._group()
        else:
            without_aggregates(self._brackets(), "FILTER")

    def _values(self) -> set[str]:
        """Read VALUES and its block, and return its variables."""
        self._next()
        listed = [self._here] if self._here.kind == "variable" else self._brackets()
        check_once(listed, "VALUES")
        self._to("{")
        self._brackets()
        return {name_of(token) for token in listed}

    def _brackets(self) -> list[Token]:
        """Read brackets, round ones or braces without groups, and return what is inside.

        The group of an EXISTS is read as a group, and is not part of it.
        """
        if self._here.text not in _PAIRS:
            raise Lost
        closes, inside = [_PAIRS[self._here.text]], list[Token]()
        braces = self._here.text == "{"
        self._next()
        while closes:
            if self._here is _END:
                raise Lost
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
