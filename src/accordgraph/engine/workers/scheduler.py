"""The scheduler: when each query runs, by what it has used of the processor, and what becomes of it else.

Queries take turns in the places for short ones. One whose turn is over while others wait is suspended, and
waits for the next. One that has used the quick time, or gives much, is long-running (after its first turn,
when many are suspended): it needs one of the few
places for these, behind all others, and is suspended until it has one. Who has waited too long is told to
come again. How long a query runs is remembered: over the same dataset it will be the same the next time.
"""

import asyncio
import signal
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from accordgraph.engine.workers.run_queue import RunQueue
from accordgraph.engine.workers.worker_process import WorkerProcess, out_of_time
from accordgraph.errors import Overloaded, RateLimitExceeded
from accordgraph.settings import Settings

_TICK_SECONDS = 0.005
_TURN_SECONDS = 0.02
"""How long a query has the processor in one turn, when others wait."""
_RETRY_SECONDS = 5
_REMEMBERED = 10_000
"""The queries that are remembered."""


class State(Enum):
    """What a query does; docs/limits.md has the diagram."""

    QUEUED = "waits for a turn"
    RUNNING = "has a turn"
    HELD = "is long-running and waits for a place"
    LONG = "is long-running and has a place"
    ENDED = "has ended, or is to be stopped"


@dataclass(eq=False)
class Evaluation:
    """One query, from when it comes until it ends."""

    query: int
    """What names the query: the same for the same one."""
    client: str
    began: float
    """When it came, by the clock of the loop."""
    started: asyncio.Future[None]
    """Done once it has a process."""
    worker: WorkerProcess | None = None
    clock: float = 0.0
    """The processor seconds that its process had had when the query came."""
    turn: float = 0.0
    """What it had used when its turn began."""
    since: float = 0.0
    """Since when it waits, if it does."""
    waited: float = 0.0
    """How long it has waited before."""
    state: State = State.ENDED

    def used(self) -> float:
        """Return the processor seconds that it has used."""
        return max(0.0, self.worker.processor_seconds() - self.clock) if self.worker else 0.0


class Scheduler:
    """The queries under way."""

    def __init__(self, settings: Settings, take: Callable[[], WorkerProcess | None]) -> None:
        """`take` gives a process that is free, or has one come: then `dispatch` is called."""
        self._settings, self._take = settings, take
        self._queue: RunQueue[Evaluation] = RunQueue()
        self._running: set[Evaluation] = set()
        self._held: deque[Evaluation] = deque()
        self._long: set[Evaluation] = set()
        self._known: OrderedDict[int, float] = OrderedDict()
        self._clock: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._queue) + len(self._running) + len(self._held) + len(self._long)

    def sizes(self) -> dict[str, int]:
        """Return how many have begun and not ended, are long-running with a place, and wait."""
        waiting = [*self._queue, *self._held]
        busy = len(self._running) + len(self._long) + sum(one.worker is not None for one in waiting)
        return {"busy": busy, "slow": len(self._long), "queued": len(waiting)}

    def evaluations(self) -> list[Evaluation]:
        """Return all under way."""
        return [*self._long, *self._running, *self._held, *self._queue]

    def running(self) -> int:
        """Return how many have a turn."""
        return len(self._running)

    def wanted(self) -> int:
        """Return how many processes could begin a query now."""
        settings = self._settings
        places = settings.quick_places - len(self._running) + settings.slow_places - len(self._long)
        return min(places, sum(one.worker is None for one in (*self._queue, *self._held)))

    def submit(self, query: int, client: str) -> Evaluation:
        """Take in a query; raises `Overloaded` when that cannot be done."""
        loop = asyncio.get_running_loop()
        one = Evaluation(query, client, loop.time(), loop.create_future())
        if len(self) >= self._settings.workers:
            self._make_room(client)
        if (known := self._known.get(query, 0.0)) >= self._settings.quick_seconds:
            if not self._hold(one):
                raise _no_place()
        else:
            self._wait(one, fresh=known < _TURN_SECONDS)
        self.dispatch()
        self._clock = self._clock or loop.call_later(_TICK_SECONDS, self._tick)
        return one

    def _make_room(self, client: str) -> None:
        """Have the client that has most under way give one up; raises `Overloaded` if that is who comes."""
        counts = Counter(one.client for one in self.evaluations())
        greediest, most = max(counts.items(), key=lambda item: item[1], default=("", 0))
        if most > counts[client] + 1:
            self.refuse([one for one in self.evaluations() if one.client == greediest][-1], _too_many())
        elif counts[client]:
            raise _too_many()
        else:
            raise Overloaded("all places for queries are taken; ask again in a moment")

    def dispatch(self) -> None:
        """Give free places to those who wait for them."""
        settings = self._settings
        while self._held and len(self._long) < settings.slow_places and self._run(self._held[0]):
            self._grant(self._held.popleft())
        while len(self._running) < settings.quick_places and (head := self._queue.head()) and self._run(head):
            self._queue.pop()
            head.state, head.turn = State.RUNNING, head.used()
            self._running.add(head)

    def _run(self, one: Evaluation) -> bool:
        """Have a query go on, or begin; returns whether there was a process for it."""
        if one.worker:
            one.worker.send(signal.SIGCONT)
        elif worker := self._take():
            one.worker, one.clock = worker, worker.processor_seconds()
            if not one.started.done():  # else who asked has just left
                one.started.set_result(None)
        else:
            return False
        one.waited += asyncio.get_running_loop().time() - one.since
        return True

    def _grant(self, one: Evaluation) -> None:
        assert one.worker
        one.worker.stand_back()
        one.state = State.LONG
        self._long.add(one)

    def _wait(self, one: Evaluation, fresh: bool) -> None:
        one.state, one.since = State.QUEUED, asyncio.get_running_loop().time()
        self._queue.add(one, fresh)

    def _hold(self, one: Evaluation) -> bool:
        """Have a long-running query wait for a place, if there is room for one more."""
        free = self._settings.slow_places - len(self._long)
        if len(self._held) >= self._settings.queue_length + max(0, free):
            return False
        one.state, one.since = State.HELD, asyncio.get_running_loop().time()
        self._held.append(one)
        return True

    def become_long(self, one: Evaluation) -> None:
        """Say that a query is long-running: it gets a place, waits for one, or is told to come again."""
        if one.state is not State.RUNNING or not one.worker or one.worker.ending:
            return
        self._running.discard(one)
        if len(self._long) < self._settings.slow_places:
            self._grant(one)
        elif self._hold(one):
            one.worker.send(signal.SIGSTOP)
        else:
            self.refuse(one, _no_place())

    def leave(self, one: Evaluation) -> None:
        """Let a query go that has ended, or is to be stopped."""
        used = one.used()
        if one.worker and used >= _TURN_SECONDS:
            self._known[one.query] = used
            self._known.move_to_end(one.query)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.pop(one.query, None)
        self._forget(one)
        self.dispatch()

    def _forget(self, one: Evaluation) -> None:
        if one.state is State.QUEUED:
            self._queue.remove(one)
        elif one.state is State.HELD:
            self._held.remove(one)
        self._running.discard(one)
        self._long.discard(one)
        if one.worker and one.state in (State.QUEUED, State.HELD):
            one.worker.send(signal.SIGCONT)
        one.state = State.ENDED

    def refuse(self, one: Evaluation, reason: Exception) -> None:
        """End a query that is told why."""
        if one.worker:
            one.worker.end(reason)
        elif not one.started.done():
            one.started.set_exception(reason)
        self._forget(one)

    def _tick(self) -> None:
        """Look at the clocks of all queries under way."""
        settings, loop = self._settings, asyncio.get_running_loop()
        now = loop.time()
        for one in self.evaluations():
            over = now - one.began >= settings.query_seconds
            if one.state in (State.QUEUED, State.HELD):
                if over or one.waited + now - one.since >= settings.queue_seconds:
                    self.refuse(one, _no_place() if one.state is State.HELD else _no_turn())
            elif over:
                self.refuse(one, out_of_time(settings))
        for one in list(self._running):
            used = one.used()
            over = used - one.turn >= _TURN_SECONDS and len(self._queue) > 0
            suspended = sum(other.worker is not None for other in self._queue)
            if used >= settings.quick_seconds or (over and suspended >= settings.queue_length):
                self.become_long(one)
            elif over and one.worker:
                self._running.discard(one)
                one.worker.send(signal.SIGSTOP)
                self._wait(one, fresh=False)
        self.dispatch()
        self._clock = loop.call_later(_TICK_SECONDS, self._tick) if len(self) else None


def _no_place() -> Overloaded:
    message = "this query is not a quick one, and the places for slow ones are taken; ask again later"
    return Overloaded(message, _RETRY_SECONDS)


def _no_turn() -> Overloaded:
    return Overloaded("too many queries wait for their turn; ask again in a moment")


def _too_many() -> RateLimitExceeded:
    return RateLimitExceeded("you ask more queries at a time than there is room for; wait for their answers")
