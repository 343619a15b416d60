"""Who waits for a worker: who came last has the next one, so a burst keeps nobody out for long."""

import asyncio
from dataclasses import dataclass

from accordgraph.engine.workers.scheduler import Stay


@dataclass(eq=False)
class QueueEntry:
    """One who waits, and since when."""

    turn: asyncio.Future[Stay]
    query: int
    since: float


class Queue:
    """All who wait, in the order in which they came."""

    def __init__(self) -> None:
        self._held: list[QueueEntry] = []

    def __len__(self) -> int:
        return len(self._held)

    def join(self, query: int) -> QueueEntry:
        """Have one more wait, for a worker for this query."""
        loop = asyncio.get_running_loop()
        waiting = QueueEntry(loop.create_future(), query, loop.time())
        self._held.append(waiting)
        return waiting

    def leave(self, waiting: QueueEntry) -> bool:
        """Let one go, and return whether that one was still in the queue."""
        if waiting not in self._held:
            return False
        self._held.remove(waiting)
        return True

    def last(self) -> QueueEntry | None:
        """Return who came last."""
        return self._held[-1] if self._held else None

    def tell(self, waiting: QueueEntry, error: Exception) -> bool:
        """Let one go and tell that no worker will come; returns whether anybody still waited there."""
        self.leave(waiting)
        if waiting.turn.done():
            return False
        waiting.turn.set_exception(error)
        return True

    def tell_oldest(self, error: Exception) -> bool:
        """Tell who has waited longest that no worker will come; returns whether there is such a one."""
        return any(self.tell(waiting, error) for waiting in list(self._held))

    def tell_all(self, error: Exception) -> None:
        """Tell everybody that no worker will come."""
        for waiting in list(self._held):
            self.tell(waiting, error)
