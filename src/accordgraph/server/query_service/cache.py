"""The cache: while a dataset is served, the same query has the same result.

The least recently used result goes first when the memory is full. A result that is still being sent is a
pending entry; its memory counts too.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from accordgraph.engine.engine import CurrentEngine

Value = TypeVar("Value")

_LARGEST_PART = 8
_OVERHEAD = 500
"""About what a key and its place take beside the octets."""


class Cache:
    """Octets by key, up to so many octets in all."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Hashable, bytes] = OrderedDict()
        self.hits = self.misses = 0
        self.drafts = 0
        """The octets of drafts."""
        self.size = 0
        """The octets that are kept, with what their keys take, and those of drafts."""

    @property
    def largest(self) -> int:
        """The most octets of one answer that is kept."""
        return self._most // _LARGEST_PART

    @property
    def most_drafts(self) -> int:
        """The most octets of all drafts together."""
        return self._most // 2

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
        if len(octets) + _OVERHEAD > self.largest:
            return
        before = self._held.pop(key, None)
        self.size += len(octets) + _OVERHEAD - (0 if before is None else len(before) + _OVERHEAD)
        self._held[key] = octets
        self.trim()

    def trim(self) -> None:
        """Let go of answers until the rest is within the limit."""
        while self.size > self._most and self._held:
            self.size -= len(self._held.popitem(last=False)[1]) + _OVERHEAD


class PendingEntry:
    """An answer that is kept once it is whole; it is given up when it is too large, or memory is short."""

    def __init__(self, cache: Cache, key: Hashable | None) -> None:
        self._cache, self._key = cache, key
        self._parts: list[bytes] | None = None if key is None else []
        self._size = 0

    def add(self, octets: bytes) -> None:
        """Take a part."""
        if self._parts is None:
            return
        self._parts.append(octets)
        self._size += len(octets)
        self._cache.size += len(octets)
        self._cache.drafts += len(octets)
        self._cache.trim()
        if self._size > self._cache.largest or self._cache.drafts > self._cache.most_drafts:
            self.drop()

    def keep(self) -> None:
        """Say that the answer is whole."""
        parts, key = self._parts, self._key
        self.drop()
        if parts is not None:
            self._cache.put(key, b"".join(parts))

    def drop(self) -> None:
        """Let go of the parts."""
        self._cache.size -= self._size
        self._cache.drafts -= self._size
        self._parts, self._size = None, 0


class PerDataset(Generic[Value]):
    """Something that is made with an engine, and made again once that was exchanged."""

    def __init__(self, engine: CurrentEngine, make: Callable[[], Awaitable[Value]]) -> None:
        self._engine, self._make = engine, make
        self._value: tuple[str, Value] | None = None
        self._making = asyncio.Lock()

    async def get(self) -> Value:
        """Return it; raises what making it raises."""
        async with self._making:
            while self._value is None or self._value[0] != self._engine.token:
                token = self._engine.token
                self._value = token, await self._make()
            return self._value[1]
