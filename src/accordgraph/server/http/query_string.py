"""Parsing of query strings and form-encoded bodies; what is not UTF-8 is an error."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode

from accordgraph.errors import shown
from accordgraph.server.http import problems
from accordgraph.server.http.problems import Problem


def decoded(octets: bytes, where: str) -> str:
    """Decode UTF-8; raises `Problem` for other bytes. `where` names their place in the message."""
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise Problem(problems.BAD_REQUEST, f"the {where} is not UTF-8 at byte {error.start + 1}") from error


def pairs(octets: bytes, where: str) -> list[tuple[str, str]]:
    """Return the names and values of a query string or a form; raises `Problem` for other than UTF-8."""
    text = decoded(octets, where)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise Problem(problems.BAD_REQUEST, f"the {where} encodes bytes that are not UTF-8") from error


def graph_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return graph names unchanged; raises `Problem` for one that is not an absolute IRI."""
    iris = tuple(names)
    for name in iris:
        try:
            NamedNode(name)
        except ValueError as error:
            raise Problem(
                problems.BAD_REQUEST, f"the graph name {shown(name)!r} is not an absolute IRI"
            ) from error
    return iris
