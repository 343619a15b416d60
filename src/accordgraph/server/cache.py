"""Answers that are kept: while a dataset is served, the same question has the same answer.

What was not asked for longest goes first when the memory for them is full.
"""

from collections import OrderedDict
from collections.abc import Hashable

_LARGEST_PART = 8


class Cache:
    """Octets by key, up to so many octets in all."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Hashable, bytes] = OrderedDict()
        self.size = self.hits = self.misses = 0

    @property
    def largest(self) -> int:
        """The most octets of one answer that is kept."""
        return self._most // _LARGEST_PART

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable) -> bytes | None:
        """Return what is kept under a key."""
        if key not in self._held:
            self.misses += 1
            return None
        self.hits += 1
        self._held.move_to_end(key)
        return self._held[key]

    def put(self, key: Hashable, octets: bytes) -> None:
        """Keep octets, unless they are too many for one answer."""
        if len(octets) > self.largest:
            return
        self.size += len(octets) - len(self._held.pop(key, b""))
        self._held[key] = octets
        while self.size > self._most:
            self.size -= len(self._held.popitem(last=False)[1])
