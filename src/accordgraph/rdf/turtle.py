"""Turtle files: their text, their triples, and whether they are in canonical form.

The form has no comments: a note that should stay is a triple.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, Quad, RdfFormat, Triple, parse

from accordgraph.errors import TurtleError
from accordgraph.files.whole_file import write_whole
from accordgraph.rdf.canonical_turtle import write

_COMMENT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|'
    r"'''(?:[^'\\]|\\.|'(?!''))*'''|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'(?:[^'\\\n]|\\.)*'|"
    r"<[^<>\s]*>|\\.|(?P<comment>#[^\n]*)",
    re.DOTALL,
)


_MARK = "\ufeff"
"""The byte order mark."""


def read(path: Path) -> str:
    """Return the text of a Turtle file; raises `TurtleError` when it is not UTF-8 or cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise TurtleError(path, f"not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    except OSError as error:
        raise TurtleError(path, f"cannot be read: {error.strerror}") from error


def parse_text(text: str, path: Path) -> list[Triple]:
    """Parse Turtle; raises `TurtleError` with line and column (`path` is only named in it).

    A byte order mark at the beginning is passed over. Raises `TurtleError` also for what only RDF 1.2 has,
    and for a carriage return as it is in a text in quotes: a program for Windows may have made it, and it
    would become a part of the text.
    """
    try:
        triples = [quad.triple for quad in parse(text.removeprefix(_MARK), RdfFormat.TURTLE)]
    except SyntaxError as error:
        message = re.sub(r"^.*?\bline \d+[^:]*: ", "", str(error.msg))
        if _MARK in text[1:]:
            message = f"a byte order mark (U+FEFF) inside of the file; remove it: {message}"
        raise TurtleError(path, message, error.lineno, error.offset) from error
    except ValueError as error:
        raise TurtleError(path, str(error)) from error
    for triple in triples:
        value = triple.object
        if isinstance(value, Triple):
            raise TurtleError(path, "a triple inside a triple (RDF 1.2); state it as a claim")
        if isinstance(value, Literal) and value.direction:
            message = f"a base direction (RDF 1.2): {value}; write the text without --{value.direction.value}"
            raise TurtleError(path, message)
    if "\r" in text and (line := _carriage_return(text)):
        message = "a carriage return in a text; save the file with LF as line end, or write \\r for it"
        raise TurtleError(path, message, line)
    return triples


def _carriage_return(text: str) -> int:
    """Return the number of the line with the first carriage return in quotes, 0 if there is none."""
    texts = (match for match in _COMMENT.finditer(text) if match[0][0] in "\"'")
    places = (match.start() + match[0].index("\r") for match in texts if "\r" in match[0])
    return next((text.count("\n", 0, place) + 1 for place in places), 0)


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
