"""CSV and XML as their readers read them, where the engine's own writers lose or spoil a character.

The engine puts literals with a comma into quotes, but no IRIs and no triple terms; in XML it leaves carriage
returns, which readers take for line feeds, and control characters, which no reader takes.
"""

import re
from collections.abc import Iterable
from typing import IO

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from accordgraph.errors import InputError
from accordgraph.results.result import Answer, Term, written
from accordgraph.results.row_limit import too_many_rows

_SPECIAL = re.compile('[",\r\n]')
_XML_NAME = re.compile(r"[^\W\d][\w.-]*$")
_LINE_END = "\r\n"
_CONTROL = bytes(code for code in range(32) if chr(code) not in "\t\n\r")
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""U+FFFE and U+FFFF in UTF-8."""


def write_csv(answer: Answer, output: IO[bytes], most_rows: int | None = None) -> int:
    """Write the solutions of SELECT as CSV (RFC 4180) and return how many there are.

    In a table of one column an empty cell is `""`, since readers pass over an empty line. Raises
    `LimitExceeded` when there are more than `most_rows`.
    """
    columns = answer.variables
    empty = '""' if len(columns) == 1 else ""
    output.write((",".join(columns) + _LINE_END).encode())
    count = 0
    for row in answer.rows():
        if count == most_rows:
            raise too_many_rows(most_rows)
        count += 1
        cells = [_field(term) or empty for term in row]
        output.write((",".join(cells) + _LINE_END).encode())
    return count


def _field(term: Term | None) -> str:
    if isinstance(term, NamedNode | Literal):
        text = term.value
    elif isinstance(term, BlankNode):
        text = f"_:{term.value}"
    else:
        text = "" if term is None else written(term)
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def check_rdf_xml(triples: Iterable[Triple]) -> None:
    """Raise `InputError` for a property that RDF/XML cannot write: its IRI does not end in an XML name."""
    for triple in triples:
        if not _XML_NAME.search(triple.predicate.value):
            raise InputError(f"RDF/XML has no name for the property {triple.predicate}; use another format")


class XmlOutput:
    """A file for the engine's XML, in which carriage returns stay what they are."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output, self._end = output, b""

    def write(self, octets: bytes) -> int:
        """Hand on the octets; raises `InputError` instead for a character that XML has not."""
        octets = bytes(octets)
        if len(octets.translate(None, _CONTROL)) != len(octets):
            code = next(octet for octet in octets if octet in _CONTROL)
            raise _unfit(code)
        around = self._end + octets
        self._end = around[-2:]
        for code, character in enumerate(_NO_CHARACTERS, 0xFFFE):
            if character in around:
                raise _unfit(code)
        self._output.write(octets.replace(b"\r", b"&#13;"))
        return len(octets)

    def flush(self) -> None:
        """Flush the file."""
        self._output.flush()


def _unfit(code: int) -> InputError:
    return InputError(f"the answer has the character U+{code:04X}, which XML cannot hold; use another format")
