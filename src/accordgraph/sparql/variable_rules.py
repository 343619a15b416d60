"""The rules on variables that SPARQL has beside its grammar, as far as they are about one list of tokens."""

from dataclasses import dataclass, field

from accordgraph.sparql.tokenizer import Token

AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}


@dataclass(frozen=True)
class Broken:
    """A rule that is broken: what is wrong, and the token where it shows."""

    message: str
    token: Token


class Found(Exception):
    """Ends the search: a rule is broken."""

    def __init__(self, message: str, token: Token) -> None:
        self.broken = Broken(message, token)


class Lost(Exception):
    """Ends the search: the text is not what it was taken for."""


@dataclass
class Select:
    """What a SELECT lists: variables as they are, expressions with their variables, or a star."""

    plain: list[Token] = field(default_factory=list)
    used: list[Token] = field(default_factory=list)
    named: list[Token] = field(default_factory=list)
    star: Token | None = None
    aggregates: bool = False


def check_grouped(select: Select, keys: set[str], overlooked: dict[str, str]) -> None:
    """Raise `Found` where a SELECT that groups shows what is neither a key nor an aggregate.

    The engine overlooks a key that is only another name of a variable.
    """
    if select.star:
        raise Found("`*` cannot stand where solutions are grouped; name the variables", select.star)
    for token in sorted(select.plain + select.used, key=lambda token: token.start):
        if name_of(token) in overlooked:
            other = overlooked[name_of(token)]
            raise Found(
                f"`{token.text}` is only another name of ?{other}, which cannot be grouped here; "
                f"write GROUP BY ?{other}",
                token,
            )
        if name_of(token) not in keys:
            raise Found(f"`{token.text}` is neither grouped nor within an aggregate", token)


def name_of(token: Token) -> str:
    """Return the name of a variable: ?x and $x are one."""
    return token.text[1:]


def bound_by(inside: list[Token]) -> Token:
    """Return the variable that `... AS ?x` binds."""
    if not is_as(inside):
        raise Lost
    return inside[-1]


def is_as(inside: list[Token]) -> bool:
    """Tell whether the tokens within brackets are an expression and its name."""
    return len(inside) > 2 and inside[-2].text.upper() == "AS"


def check_once(listed: list[Token], where: str) -> None:
    """Raise `Found` where a variable stands twice in a list."""
    seen = set[str]()
    for token in listed:
        if name_of(token) in seen:
            raise Found(f"`{token.text}` stands twice in this {where}", token)
        seen.add(name_of(token))


def without_aggregates(inside: list[Token], where: str) -> list[Token]:
    """Return tokens as they are; raise `Found` where an aggregate is among them."""
    for token in inside:
        if token.text.upper() in AGGREGATES:
            raise Found(f"the aggregate {token.text} cannot stand in {where}", token)
    return inside


def outside_aggregates(inside: list[Token]) -> list[Token]:
    """Return the variables of an expression that stand in no aggregate."""
    found, depth, closes = list[Token](), 0, list[int]()
    for place, token in enumerate(inside):
        if token.text == "(":
            depth += 1
            if place and inside[place - 1].text.upper() in AGGREGATES:
                closes.append(depth)
        elif token.text == ")":
            if closes and closes[-1] == depth:
                closes.pop()
            depth -= 1
        elif token.kind == "variable" and not closes:
            found.append(token)
    return found
