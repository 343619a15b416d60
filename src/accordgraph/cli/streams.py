"""The standard streams: lines for people, data for programs, and what happens where they cannot be written.

What a person reads has its control characters escaped, and whatever the encoding of the stream lacks. Data go
out as they are, in UTF-8. A message on standard error that cannot be written is dropped; a result that cannot
be written is an error.
"""

import errno
import io
import os
import re
import sys
from contextlib import suppress
from typing import IO

from accordgraph.errors import AccordGraphError

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal would obey or reorder, but for line ends and tabs."""
_CLOSED = "it is closed"


class OutputError(AccordGraphError):
    """Standard output cannot be written; `reader_left` says that a pipe's reader has closed it."""

    def __init__(self, error: OSError) -> None:
        self.reader_left = error.errno == errno.EPIPE
        super().__init__(f"standard output cannot be written: {error.strerror or error}")


class _ClosedOutput(io.TextIOBase):
    """Stands for a standard output that was closed before the start."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.EBADF, _CLOSED)


def prepare() -> None:
    """Make the streams fit for any text: nothing that is written to them can raise `UnicodeError`."""
    if sys.stdout is None:
        sys.stdout = _ClosedOutput()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def printable(text: str) -> str:
    """Return a text with escapes for the characters that a terminal would obey, or that stdout lacks."""
    text = _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
    encoding = stdout_encoding()
    return text.encode(encoding, "backslashreplace").decode(encoding)


def stdout_encoding() -> str:
    """Return the encoding of standard output."""
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def print_text(text: str) -> None:
    """Print text for a person, as one line or more (nothing for an empty text); raises `OutputError`."""
    if text:
        print_styled(printable(text).removesuffix("\n") + "\n")


def print_styled(text: str) -> None:
    """Print text that may hold escape sequences of our own; raises `OutputError`."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise _failed(error) from error


def print_data(data: str | bytes) -> None:
    """Print data for a program, as they are; raises `OutputError`."""
    octets = data.encode() if isinstance(data, str) else data
    binary: IO[bytes] | None = getattr(sys.stdout, "buffer", None)
    if binary is None:
        print_styled(octets.decode(errors="backslashreplace"))
        return
    try:
        sys.stdout.flush()
        binary.write(octets)
        binary.flush()
    except OSError as error:
        raise _failed(error) from error


def print_message(message: str) -> None:
    """Print a message for the user in one line, apart from the result."""
    line = _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), message)
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(line.replace("\n", " ") + "\n")
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


def finish() -> None:
    """Write what is left; raises `OutputError`."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _failed(error) from error


def _failed(error: OSError) -> OutputError:
    _discard(sys.stdout)
    return OutputError(error)


def _discard(stream: IO[str]) -> None:
    """Let a stream lead nowhere: else the interpreter tries to write the rest at its end, and complains."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
