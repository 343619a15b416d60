"""The run queue: who waits for a turn; the clients take turns, so that none waits for the many of another.

Those that have not run yet go before those that have had a turn, three times of four: a short query passes
the long ones, and these go on.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

_FRESH_TURNS = 3


class Entry(Protocol):
    """What can wait."""

    client: str
    """Who asked."""


E = TypeVar("E", bound=Entry)


class RunQueue(Generic[E]):
    """All who wait for a turn: `fresh` ones, and others."""

    def __init__(self) -> None:
        self._levels: dict[bool, OrderedDict[str, deque[E]]] = {True: OrderedDict(), False: OrderedDict()}
        self._turns = 0
        """How many fresh ones have gone before the others that wait."""

    def __iter__(self) -> Iterator[E]:
        levels = (self._levels[False], self._levels[True])
        return (entry for level in levels for line in level.values() for entry in line)

    def __len__(self) -> int:
        return sum(len(line) for level in self._levels.values() for line in level.values())

    def add(self, entry: E, fresh: bool) -> None:
        """Have one more wait."""
        self._levels[fresh].setdefault(entry.client, deque()).append(entry)

    def remove(self, entry: E) -> None:
        """Let one go that waits."""
        for level in self._levels.values():
            line = level.get(entry.client, deque())
            if entry in line:
                line.remove(entry)
                if not line:
                    del level[entry.client]

    def head(self) -> E | None:
        """Return whose turn is next; it still waits."""
        return next(iter(self._next_level().values()))[0] if len(self) else None

    def pop(self) -> None:
        """Take out whose turn is next."""
        level = self._next_level()
        self._turns = self._turns + 1 if level is self._levels[True] else 0
        client, line = level.popitem(last=False)
        line.popleft()
        if line:
            level[client] = line

    def _next_level(self) -> OrderedDict[str, deque[E]]:
        fresh, others = self._levels[True], self._levels[False]
        return fresh if fresh and (self._turns < _FRESH_TURNS or not others) else others
