"""Names and values of a query string or a form, as UTF-8 or refused."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode

from accordgraph.errors import shown
from accordgraph.server.http import problems
from accordgraph.server.http.problems import Problem


def decoded(octets: bytes, where: str) -> str:
    """Return octets as the UTF-8 text that they are; raises `Problem` for what is not."""
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise Problem(problems.BAD_REQUEST, f"the {where} is not UTF-8 at byte {error.start + 1}") from error


def pairs(octets: bytes, where: str) -> list[tuple[str, str]]:
    """Return the names and values of a query string or a form; raises `Problem` for what is not UTF-8."""
    text = decoded(octets, where)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise Problem(problems.BAD_REQUEST, f"the {where} is not UTF-8 behind its % signs") from error


def graph_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of graphs as they are; raises `Problem` for one that is not an absolute IRI."""
    found = tuple(names)
    for name in found:
        try:
            NamedNode(name)
        except ValueError as error:
            raise Problem(
                problems.BAD_REQUEST, f"{shown(name)!r} names no graph: it is not an absolute IRI"
            ) from error
    return found
