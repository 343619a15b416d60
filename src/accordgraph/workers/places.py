"""Time and slow places: how long a query runs beside all others, and what becomes of it then.

A query is young at first. One that is young no longer stands back behind all others; one that outlives the
quick time, or gives much, needs one of the few slow places. It is held for a while when they are taken, and
stopped and told to come again when too many are held; so a burst of slow queries cannot keep a short one
waiting.
"""

import asyncio
import signal
from collections import deque
from dataclasses import dataclass, field

from accordgraph.errors import Overloaded
from accordgraph.settings import Settings
from accordgraph.workers.process import Worker, out_of_time

_YOUNG_SECONDS, _NICE = 0.02, 15
"""How long a query is young, and how far the system then lets other processes go before its worker."""
_MANY, _YOUNG_PROCESSOR_SECONDS = 8, 0.008
"""With more queries than this under way the quick time of one is over when it is young no longer; it is young
until it has had a processor for so long, since many may have to wait for their turn."""
_RETRY_SECONDS = 5


@dataclass(eq=False)
class Stay:
    """One query in a worker, from when it came until it ends."""

    worker: Worker
    clock: float
    """The seconds that the worker had had a processor when the query came."""
    young: bool = True
    slow_place: bool = False
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)


class Places:
    """The queries under way."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stays: set[Stay] = set()
        self._held: deque[Stay] = deque()
        self._slow = 0

    def __len__(self) -> int:
        return len(self._stays)

    def sizes(self) -> dict[str, int]:
        """Return how many queries are under way, have a slow place, and are held for one."""
        return {"busy": len(self._stays), "slow": self._slow, "queued": len(self._held)}

    def workers(self) -> list[Worker]:
        """Return the workers of the queries under way."""
        return [stay.worker for stay in self._stays]

    def enter(self, worker: Worker, waited: float) -> Stay:
        """Take in a query that has waited for its worker for so many seconds."""
        stay = Stay(worker, worker.processor_seconds())
        self._stays.add(stay)
        self._watch(stay, waited)
        return stay

    def _watch(self, stay: Stay, waited: float) -> None:
        settings, later = self._settings, asyncio.get_running_loop().call_later
        left = max(0, settings.query_seconds - waited)
        stay.timers = {
            "young": later(_YOUNG_SECONDS, self._grow_old, stay),
            "quick": later(settings.quick_seconds, self.ask_for_slow_place, stay),
            "limit": later(left, lambda: stay.worker.end(out_of_time(settings))),
        }

    def leave(self, stay: Stay) -> None:
        """Let a query go that has ended, or is to be stopped; its slow place goes to one that is held."""
        for timer in stay.timers.values():
            timer.cancel()
        self._stays.discard(stay)
        if stay in self._held:
            self._held.remove(stay)
        self._slow -= stay.slow_place
        stay.slow_place = False
        while self._held and self._slow < self._settings.slow_places:
            self._go_on(self._held.popleft())

    def ask_for_slow_place(self, stay: Stay) -> None:
        """End the quick time of a query: it goes on, is held, or is told to come again."""
        stay.timers["quick"].cancel()
        if stay.slow_place or stay in self._held or stay.worker.told:
            return
        if self._slow < self._settings.slow_places:
            self._go_on(stay)
        elif len(self._held) < self._settings.queue_length:
            self._held.append(stay)
            stay.worker.send(signal.SIGSTOP)
            later = asyncio.get_running_loop().call_later
            stay.timers["held"] = later(self._settings.queue_seconds, self._waited_enough, stay)
        else:
            _shed(stay)

    def _grow_old(self, stay: Stay) -> None:
        """Put a query that is young no longer behind others; with many, its quick time is over too."""
        many = len(self._stays) - len(self._held) > _MANY
        used = stay.worker.processor_seconds() - stay.clock
        if many and 0 <= used < _YOUNG_PROCESSOR_SECONDS:  # below 0 when it has just ended
            later = asyncio.get_running_loop().call_later
            stay.timers["young"] = later(_YOUNG_SECONDS, self._grow_old, stay)
            return
        stay.young = False
        stay.worker.stand_back(_NICE)
        if many:
            self.ask_for_slow_place(stay)

    def _go_on(self, stay: Stay) -> None:
        self._slow += 1
        stay.slow_place = True
        stay.worker.send(signal.SIGCONT)

    def _waited_enough(self, stay: Stay) -> None:
        if stay in self._held:
            _shed(stay)


def _shed(stay: Stay) -> None:
    message = "this query is not a quick one, and the places for slow ones are taken; ask again later"
    stay.worker.end(Overloaded(message, _RETRY_SECONDS))
