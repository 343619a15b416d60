"""Turtle files: their text, their triples, and whether they are in canonical form.

The form has no comments: a note that should stay is a triple.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Triple, parse

from accordgraph.errors import TurtleError
from accordgraph.rdf.canonical_turtle import write
from accordgraph.whole_file import write_whole

_COMMENT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|'
    r"'''(?:[^'\\]|\\.|'(?!''))*'''|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'(?:[^'\\\n]|\\.)*'|"
    r"<[^<>\s]*>|\\.|(?P<comment>#[^\n]*)",
    re.DOTALL,
)


def read(path: Path) -> str:
    """Return the text of a Turtle file; raises `TurtleError` when it is not UTF-8 or cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise TurtleError(path, f"not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    except OSError as error:
        raise TurtleError(path, f"cannot be read: {error.strerror}") from error


def parse_text(text: str, path: Path) -> list[Triple]:
    """Parse Turtle; raises `TurtleError` with line and column (`path` is only named in it)."""
    try:
        return [quad.triple for quad in parse(text, RdfFormat.TURTLE)]
    except SyntaxError as error:
        message = re.sub(r"^.*?\bline \d+[^:]*: ", "", str(error.msg))
        raise TurtleError(path, message, error.lineno, error.offset) from error
    except ValueError as error:
        raise TurtleError(path, str(error)) from error


def comments(text: str) -> list[int]:
    """Return the numbers of the lines on which a Turtle text has a comment."""
    return [text.count("\n", 0, m.start()) + 1 for m in _COMMENT.finditer(text) if m["comment"]]


def canonical(text: str, path: Path, triples: Sequence[Triple] | None = None) -> str:
    """Return the canonical form of a Turtle text (`path` is only named in errors).

    `triples`, where given, are those of the text, which is then not parsed again.
    Raises `TurtleError` when the text cannot be parsed, when it has a comment, which the canonical form would
    lose, or when several nodes refer to one blank node.
    """
    triples = parse_text(text, path) if triples is None else triples
    if lines := comments(text):
        raise TurtleError(path, "a comment, which the canonical form cannot keep; write it as a triple "
                          "(skos:note, skos:scopeNote) or in the folder's README", lines[0])  # fmt: skip
    try:
        result = write(triples)
    except ValueError as error:
        raise TurtleError(path, str(error)) from error
    if result != text and fingerprint(parse_text(result, path)) != fingerprint(triples):
        raise TurtleError(path, "the canonical form would not say the same; this is a fault of the formatter")
    return result


def format_file(path: Path, check: bool = False) -> bool:
    """Write a file in canonical form, unless only to `check`; return whether it was not in that form.

    Raises `TurtleError` as `canonical` does; the file is then left as it is.
    """
    text = read(path)
    result = canonical(text, path)
    if result == text:
        return False
    if not check:
        write_whole(path, result)
    return True


def fingerprint(triples: Iterable[Triple]) -> frozenset[Triple]:
    """Return the triples as a set that is equal for two graphs if and only if they are isomorphic."""
    graph = frozenset(triples)
    if not any(isinstance(term, BlankNode) for triple in graph for term in (triple.subject, triple.object)):
        return graph
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in graph)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(quad.triple for quad in dataset)
