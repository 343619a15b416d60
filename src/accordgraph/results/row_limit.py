"""Counting the rows of an answer while the engine writes it, so that one with too many can be stopped.

The engine writes solutions by itself and does not count them. Each of its formats marks the end of a row in
a way that cannot stand inside a value, or that is known there. Counting is a search in what is written,
without a step for each value, so that it costs little beside the writing.
"""

from collections.abc import Callable
from typing import IO

from pyoxigraph import QueryResultsFormat

from accordgraph.errors import LimitExceeded


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
        return _JsonRows()
    if form == QueryResultsFormat.CSV:
        return _CsvRows()
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


class _CsvRows:
    """Counts the ends of lines outside of what stands in double quotes; the head is none."""

    def __init__(self) -> None:
        self._inside, self._first = False, -1

    def __call__(self, piece: bytes) -> int:
        count, self._first = self._first, 0
        for place, part in enumerate(piece.split(b'"')):
            self._inside ^= place > 0
            count += 0 if self._inside else part.count(b"\n")
        return count


class _JsonRows:
    """Counts where rows begin: at `[{"` and `,{"`, of which `"` could only be the end of a text.

    Then a brace or a comma follows it. A row without a value is `{}`; that could stand within a text, so
    where there is one the texts are taken out.
    """

    def __init__(self) -> None:
        self._inside, self._rest = False, b""

    def __call__(self, piece: bytes) -> int:
        piece = self._rest + piece
        head = piece[:-3]
        end = len(head) - (len(head) - len(head.rstrip(b"\\"))) % 2  # an escape stays whole
        head, self._rest = piece[:end], piece[end:]
        count = 0
        for begin in (b'[{"', b',{"'):
            if found := piece.count(begin, 0, end + 2):
                texts = (piece.count(begin + after, 0, end + 3) for after in (b"}", b","))
                count += found - sum(texts)
        if b"\\" in head:
            head = head.replace(b"\\\\", b"").replace(b'\\"', b"")
        if b"{}" in piece[: end + 1]:
            count += self._empty(head + piece[end : end + 1])
        self._inside ^= head.count(b'"') % 2 > 0
        return count

    def _empty(self, piece: bytes) -> int:
        """Return how many rows without a value there are."""
        return sum(part.count(b"{}") for part in piece.split(b'"')[self._inside :: 2])
