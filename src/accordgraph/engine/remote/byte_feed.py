"""A feed: octets that come in the event loop, read as a file by a thread that parses them."""

import asyncio
import threading

_MOST = 2**20
"""How many octets wait for the reader before the writer does."""


class Feed:
    """A file that is written to while it is read; one task writes, one thread reads."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._held = bytearray()
        self._changed = threading.Condition()
        self._room = asyncio.Event()
        self._ended = self._left = False
        self._error: Exception | None = None

    async def put(self, octets: bytes) -> None:
        """Add octets; waits while the reader has enough to read. Once it has left, nothing is added."""
        with self._changed:
            if self._left:
                return
            self._held += octets
            self._changed.notify()
            full = len(self._held) > _MOST
            if full:
                self._room.clear()
        if full:
            await self._room.wait()

    def end(self, error: Exception | None = None) -> None:
        """Say that no more will come; with an error, that it is not the end, and the reader is told it."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    def leave(self) -> None:
        """Say, in the reader's thread, that no more will be read."""
        with self._changed:
            self._left = True
            self._held.clear()
            self._loop.call_soon_threadsafe(self._room.set)

    def read(self, size: int = -1) -> bytes:
        """Return the next octets, at most so many; none at the end. Raises the error that ended them."""
        with self._changed:
            while not self._held and not self._ended:
                self._changed.wait()
            if self._error:
                raise self._error
            count = len(self._held) if size < 0 else min(size, len(self._held))
            octets = bytes(self._held[:count])
            del self._held[:count]
            if not self._held:
                self._loop.call_soon_threadsafe(self._room.set)
        return octets
