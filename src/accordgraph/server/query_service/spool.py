"""A spool: what a query gives is taken at once and kept, so that a slow reader does not hold its worker.

The first part is kept in memory, what is more in a file without a name. One task writes, one reads. There is
only so much room for all spools together: else clients that never take their answers would fill the disk.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator

from accordgraph.errors import LimitExceeded, Overloaded

_IN_MEMORY = 2**17
_PIECE = 65_536


class SpoolQuota:
    """How many octets all spools together may hold, and hold."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self.taken = most_bytes, 0

    def take(self, octets: int) -> None:
        """Take room; raises `Overloaded` when there is not so much."""
        if self.taken + octets > self._most:
            raise Overloaded(
                "the answers that clients have not taken yet fill the server; ask again later", 30
            )
        self.taken += octets

    def give(self, octets: int) -> None:
        """Give room back."""
        self.taken -= octets


class Spool:
    """The pieces of one answer, as they come."""

    def __init__(self, most_bytes: int, quota: SpoolQuota) -> None:
        self._most, self._quota, self._taken = most_bytes, quota, 0
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._written = self._read = 0
        self._changed = asyncio.Event()
        self.ended = False
        self.error: Exception | None = None
        """Why the answer stops before its end."""

    def __len__(self) -> int:
        return self._written

    def write(self, octets: bytes) -> None:
        """Keep a piece.

        Raises `LimitExceeded` when the answer grows too large, `Overloaded` when there is no room for more.
        """
        if self._written + len(octets) > self._most:
            raise LimitExceeded(
                "answer_bytes", f"the answer is larger than {self._most:,} bytes; ask for less, or in parts"
            )
        self._quota.take(len(octets))
        self._taken += len(octets)
        try:
            self._file.seek(0, 2)
            self._file.write(octets)
        except OSError as error:
            raise Overloaded(f"the answer cannot be kept for sending: {error.strerror}", 30) from error
        self._written += len(octets)
        self._changed.set()

    def end(self, error: Exception | None = None) -> None:
        """Say that no more will come, and why if that is not the end of the answer."""
        self.ended, self.error = True, error
        self._changed.set()

    async def begun(self, most_bytes: int, most_seconds: float) -> None:
        """Wait for the end, or so many octets, or until so long after the first of them."""
        while not self.ended and not self._written:
            await self._change()
        try:
            async with asyncio.timeout(most_seconds):
                while not self.ended and self._written < most_bytes:
                    await self._change()
        except TimeoutError:
            return

    async def finished(self) -> None:
        """Wait for the end."""
        while not self.ended:
            await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def whole(self) -> bytes:
        """Return all that was written."""
        self._file.seek(0)
        return self._file.read()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what is written, in order, until the end; raises `error` as soon as there is one."""
        while True:
            while self._read < self._written and not self.error:
                self._file.seek(self._read)
                piece = self._file.read(_PIECE)
                self._read += len(piece)
                yield piece
            if self.ended:
                break
            await self._change()
        if self.error:
            raise self.error

    def close(self) -> None:
        """Let go of what was kept."""
        self._file.close()
        self._quota.give(self._taken)
        self._taken = 0
