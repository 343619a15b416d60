"""Writing in pieces: what a writer gives in drops goes on in pieces of one size."""

from collections.abc import Callable

SIZE = 65_536
"""The octets that are gathered before they go on."""


class Pieces:
    """A file that hands what is written to it to `send`, piece by piece; `flush` hands on the rest."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send, self._held = send, bytearray()

    def write(self, octets: bytes) -> int:
        """Take octets; returns how many."""
        self._held += octets
        if len(self._held) >= SIZE:
            self.flush()
        return len(octets)

    def flush(self) -> None:
        """Hand on what is held."""
        if self._held:
            self._send(bytes(self._held))
            self._held.clear()
