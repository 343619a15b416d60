"""Time and slow places: how long a query runs beside all others, and what becomes of it then.

A query is young at first, and only few at a time are, so that each has its turn. One that is young no longer
stands back behind all others; one that outlives the quick time, or gives much, needs one of the few slow
places. It is held for a while when they are taken, and stopped and told to come again when too many are held;
so a burst of slow queries cannot keep a short one waiting. Queries that were not quick are remembered: the
dataset is the same, so they will not be quick the next time, and with many under way they need a slow place
from the start.
"""

import asyncio
import signal
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from accordgraph.engine.workers.handle import Worker, out_of_time
from accordgraph.errors import Overloaded
from accordgraph.settings import Settings

_YOUNG_SECONDS, _NICE = 0.02, 15
"""How long a query is young, and how far the system then lets other processes go before its worker."""
_MANY, _YOUNG_PROCESSOR_SECONDS = 8, 0.012
"""So many are young at a time. With more under way, the quick time of one is over when it is young no longer;
it is young until it has had a processor for so long, since it may have to wait for its turn."""
_RETRY_SECONDS = 5
_REMEMBERED = 10_000
"""The queries that are remembered."""


@dataclass(eq=False)
class Stay:
    """One query in a worker, from when it came until it ends."""

    worker: Worker
    query: int
    """What names the query: the same for the same one."""
    clock: float
    """The seconds that the worker had had a processor when the query came."""
    young: bool = True
    slowed: bool = False
    """Whether its worker stands back behind others."""
    slow_place: bool = False
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)


class Places:
    """The queries under way."""

    def __init__(self, settings: Settings, on_room: Callable[[], None]) -> None:
        """`on_room` is called when there may be room for one more."""
        self._settings, self._on_room = settings, on_room
        self._stays: set[Stay] = set()
        self._held: deque[Stay] = deque()
        self._slow = 0
        self._not_quick: OrderedDict[int, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._stays)

    def sizes(self) -> dict[str, int]:
        """Return how many queries are under way, have a slow place, and are held for one."""
        return {"busy": len(self._stays), "slow": self._slow, "queued": len(self._held)}

    def workers(self) -> list[Worker]:
        """Return the workers of the queries under way."""
        return [stay.worker for stay in self._stays]

    def room(self) -> int:
        """Return how many more may be young."""
        return max(0, _MANY - sum(stay.young for stay in self._stays))

    def refusal(self, query: int) -> Overloaded | None:
        """Return why a query cannot be taken in now, if it cannot."""
        settings = self._settings
        full = self._slow >= settings.slow_places and len(self._held) >= settings.queue_length
        return _overloaded() if full and self._are_many() and query in self._not_quick else None

    def enter(self, worker: Worker, query: int, waited: float) -> Stay:
        """Take in a query that has waited for its worker for so many seconds."""
        stay = Stay(worker, query, worker.processor_seconds())
        self._stays.add(stay)
        self._watch(stay, waited)
        if self._are_many():
            for other in list(self._stays):
                if not other.young or other.query in self._not_quick:
                    self.ask_for_slow_place(other)
        return stay

    def _remember(self, stay: Stay) -> None:
        self._not_quick[stay.query] = None
        self._not_quick.move_to_end(stay.query)
        if len(self._not_quick) > _REMEMBERED:
            self._not_quick.popitem(last=False)

    def _are_many(self) -> bool:
        return len(self._stays) - len(self._held) > _MANY

    def _watch(self, stay: Stay, waited: float) -> None:
        settings, later = self._settings, asyncio.get_running_loop().call_later
        left = max(0, settings.query_seconds - waited)
        stay.timers = {
            "young": later(_YOUNG_SECONDS, self._grow_old, stay),
            "quick": later(settings.quick_seconds, self._outlive, stay),
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
        self._on_room()

    def ask_for_slow_place(self, stay: Stay) -> None:
        """End the quick time of a query: it goes on, is held, or is told to come again."""
        stay.timers["quick"].cancel()
        stay.young = False
        if stay.slow_place or stay in self._held or stay.worker.ending:
            return
        self._remember(stay)
        if self._slow < self._settings.slow_places:
            self._go_on(stay)
        elif len(self._held) < self._settings.queue_length:
            self._held.append(stay)
            stay.worker.send(signal.SIGSTOP)
            later = asyncio.get_running_loop().call_later
            stay.timers["held"] = later(self._settings.queue_seconds, self._waited_enough, stay)
        else:
            _shed(stay)
        self._on_room()

    def _grow_old(self, stay: Stay) -> None:
        """Put a query that is young no longer behind others; with many, its quick time is over too."""
        if self._are_many() and _had_no_turn(stay):
            later = asyncio.get_running_loop().call_later
            stay.timers["young"] = later(_YOUNG_SECONDS, self._grow_old, stay)
            return
        stay.young, stay.slowed = False, True
        stay.worker.stand_back(_NICE)
        if self._are_many():
            self.ask_for_slow_place(stay)
        self._on_room()

    def _outlive(self, stay: Stay) -> None:
        """End the quick time of a query that has outlived it, if it had its turn at all."""
        if _had_no_turn(stay):
            later = asyncio.get_running_loop().call_later
            stay.timers["quick"] = later(self._settings.quick_seconds, self._outlive, stay)
            return
        self.ask_for_slow_place(stay)

    def _go_on(self, stay: Stay) -> None:
        self._slow += 1
        stay.slow_place = True
        stay.worker.send(signal.SIGCONT)

    def _waited_enough(self, stay: Stay) -> None:
        if stay in self._held:
            _shed(stay)


def _had_no_turn(stay: Stay) -> bool:
    used = stay.worker.processor_seconds() - stay.clock
    return 0 <= used < _YOUNG_PROCESSOR_SECONDS  # below 0 when it has just ended


def _shed(stay: Stay) -> None:
    stay.worker.end(_overloaded())


def _overloaded() -> Overloaded:
    message = "this query is not a quick one, and the places for slow ones are taken; ask again later"
    return Overloaded(message, _RETRY_SECONDS)
