"""Counting the rows of an answer while the engine writes it, so that one with too many can be stopped.

The engine writes solutions by itself and does not count them. Each of its formats marks the end of a row in
a way that cannot stand inside a value, once what is quoted has been left out.
"""

from collections.abc import Callable
from typing import IO

from pyoxigraph import QueryResultsFormat

from accordgraph.errors import LimitExceeded

_ESCAPES = (b"\\\\", b'\\"')


class RowLimit:
    """A file that hands on what is written to it until it holds more than so many rows.

    Then `write` raises `LimitExceeded`. The row that is one too many has not been handed on whole.
    """

    def __init__(self, output: IO[bytes], form: QueryResultsFormat, most: int) -> None:
        self._output, self._most = output, most
        self._count = _counter(form)
        self.rows = 0
        """How many have been handed on."""

    def write(self, octets: bytes) -> int:
        """Hand on the octets; raises `LimitExceeded` instead when there are too many rows."""
        self.rows += self._count(bytes(octets))
        if self.rows > self._most:
            raise too_many_rows(self._most)
        return self._output.write(octets)

    def flush(self) -> None:
        """Flush the file."""
        self._output.flush()


def too_many_rows(most: int) -> LimitExceeded:
    """Return the error that says how many rows an answer may have."""
    message = f"the answer has more than {most:,} rows; ask for fewer with LIMIT, or for parts with OFFSET"
    return LimitExceeded("answer_rows", message)


def _counter(form: QueryResultsFormat) -> Callable[[bytes], int]:
    """Return a function that is given an answer piece by piece and tells how many rows begin or end in it."""
    if form == QueryResultsFormat.XML:
        return _Marks(b"</result>")
    if form == QueryResultsFormat.JSON:
        return _Unquoted((b"[{", b",{"), escaped=True)
    if form == QueryResultsFormat.CSV:
        return _Unquoted((b"\n",), escaped=False, first=-1)
    return _Marks(b"\n", first=-1)


class _Marks:
    """Counts a mark, which may be cut in two by the end of a piece; `first` is what the head adds."""

    def __init__(self, mark: bytes, first: int = 0) -> None:
        self._mark, self._count, self._rest = mark, first, b""

    def __call__(self, piece: bytes) -> int:
        piece = self._rest + piece
        self._rest = piece[max(0, len(piece) - len(self._mark) + 1) :]
        count, self._count = self._count + piece.count(self._mark), 0
        return count


class _Unquoted:
    """Counts marks outside of what stands in double quotes."""

    def __init__(self, marks: tuple[bytes, ...], *, escaped: bool, first: int = 0) -> None:
        self._marks = [_Marks(mark, first) for mark in marks]
        self._escaped = escaped
        self._inside = False
        self._rest = b""

    def __call__(self, piece: bytes) -> int:
        piece = self._rest + piece
        self._rest = b""
        if self._escaped:
            cut = len(piece) - len(piece.rstrip(b"\\"))
            if cut % 2:
                piece, self._rest = piece[:-1], b"\\"
            for escape in _ESCAPES:
                piece = piece.replace(escape, b"")
        count = 0
        for place, part in enumerate(piece.split(b'"')):
            if place:
                self._inside = not self._inside
            count += 0 if self._inside else sum(marks(part) for marks in self._marks)
        return count
