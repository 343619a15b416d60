"""The pool: gives every query a worker at once, as far as there is room, and has workers wait for the next.

A worker that was slow is not used again, since the system has put it behind all others.
"""

import asyncio
import select
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from accordgraph.engine.engine import Job
from accordgraph.engine.workers.forkserver_client import Keeper
from accordgraph.engine.workers.handle import OUT_OF_MEMORY, OUT_OF_TIME, Worker
from accordgraph.engine.workers.protocol import Exchange
from accordgraph.engine.workers.scheduler import Places, Stay
from accordgraph.engine.workers.wait_queue import Queue
from accordgraph.errors import Overloaded, WorkerError
from accordgraph.settings import Settings

_REFILL_SECONDS = 0.2
"""How long to wait before a worker that ended while it was idle is replaced: it may end again."""
_COUNTED = ("started", "spent", "stopped", "memory", "processor", "lost")
_LIMITS = ("query_seconds", "query_memory", "query_bytes", "query_depth", "query_patterns")


class Pool:
    """Workers over one dataset: a file of N-Quads, or a folder that holds a store."""

    def __init__(self, source: Path, settings: Settings) -> None:
        self._source, self._settings = source, settings
        self._idle: list[Worker] = []
        self._places = Places(settings, self._match)
        self._keeper = Keeper(self)
        self._waiting = Queue()
        self._alive: dict[int, Worker] = {}
        self._stopped = False
        self.lost = False
        """Whether the nursery has ended by itself: then there are no more workers."""
        self.digest, self.triples = "", 0
        self.walls: tuple[str, ...] = ()
        self._counts: Counter[str] = Counter()

    def counts(self) -> dict[str, int]:
        """Return how many workers were started and how many ended.

        They end `spent` (used up by a slow query), `stopped`, by the limits of `memory` or `processor`, or
        are `lost`: they ended by themselves, for no reason that is known.
        """
        return {name: self._counts[name] for name in _COUNTED}

    def sizes(self) -> dict[str, int]:
        """Return how many workers wait, are busy, have a slow place, and are held for one."""
        return {"idle": len(self._idle), **self._places.sizes()}

    def state(self) -> dict[str, object]:
        """Return what keeps the workers off the network, and how many there are."""
        return {"walls": list(self.walls), "workers": self.sizes()}

    async def start(self) -> None:
        """Start the nursery and the first workers.

        Raises `WorkerError` when the dataset cannot be held, or when the workers would have a network and the
        settings do not allow that.
        """
        self._loop = asyncio.get_running_loop()
        limits = {name: getattr(self._settings, name) for name in _LIMITS}
        ready = await self._keeper.start(self._source, limits)
        self.digest, self.triples, self.walls = ready["digest"], ready["triples"], tuple(ready["walls"])
        if not self.walls and not self._settings.open_workers:
            await self.stop()
            raise WorkerError(
                "this system lets the processes of queries reach the network: neither a network namespace "
                "nor a filter of system calls can be had. Where nothing can be reached that matters, the "
                "setting open_workers (ACCORDGRAPH_OPEN_WORKERS=true) serves all the same"
            )
        self._refill()

    async def stop(self) -> None:
        """End every worker and the nursery, and wait until they have ended."""
        if self._stopped:
            return
        self._stopped = True
        stopping = WorkerError("the server is stopping")
        self._waiting.tell_all(stopping)
        for worker in (*self._idle, *self._places.workers()):
            worker.reason = worker.reason or stopping
            worker.writer.close()
        self._idle.clear()
        await self._keeper.stop()

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give a query to a worker; what it answers comes piece by piece while the context lasts.

        Leaving the context stops the query. Raises `Overloaded` when every place is taken; reading raises
        `QueryError`, `InputError`, `LimitExceeded`, `Overloaded` (it was slow, and the slow places are taken)
        or `WorkerError`.
        """
        job.meter.processor_seconds = 0.0
        if len(self._places) + len(self._waiting) >= self._settings.workers:
            taken = Overloaded("all places for queries are taken; ask again in a moment")
            if not self._waiting.tell_oldest(taken):
                raise taken
        stay = await self._next(hash((job.query.text, job.graphs)))
        exchange = Exchange(job, stay, self._settings, self._places.ask_for_slow_place)
        try:
            exchange.begin()
            yield exchange.pieces()
        finally:
            used = stay.worker.processor_seconds() - stay.clock
            job.meter.processor_seconds = used if used > 0 else None
            self._release(stay, exchange.whole)

    def _release(self, stay: Stay, whole: bool) -> None:
        worker = stay.worker
        self._places.leave(stay)
        if whole and not stay.slowed and not self._stopped and len(self._idle) < self._spares():
            self._take(worker)
            return
        if worker.ending or not worker.ended.done():  # what ended by itself is counted in `has_ended`
            self._counts["spent" if whole else "stopped"] += 1
        worker.end()
        worker.writer.close()
        self._refill()

    def _spares(self) -> int:
        """Return how many workers there should be beside the busy ones."""
        return max(self._settings.spare_workers, min(len(self._waiting), 1))

    def _refill(self) -> None:
        """Have so many workers wait."""
        spares = self._spares()
        with suppress(WorkerError):  # the next query that finds no worker says so
            while not self._stopped and not self.lost and len(self._idle) + self._keeper.coming < spares:
                self._keeper.fork()

    def _free(self) -> Worker | None:
        """Return a worker that waits, and has not ended meanwhile."""
        while self._idle:
            worker = self._idle.pop()
            end = select.poll()
            end.register(worker.writer.get_extra_info("socket").fileno(), select.POLLIN)
            if not end.poll(0):
                return worker
            worker.writer.close()
        return None

    async def _next(self, query: int) -> Stay:
        """Wait for a worker, and for room."""
        waiting = self._waiting.join(query)
        self._match()
        try:
            async with asyncio.timeout(self._settings.query_seconds):
                return await waiting.turn
        except BaseException as error:
            in_queue = self._waiting.leave(waiting)
            if not in_queue and not waiting.turn.cancelled() and not waiting.turn.exception():
                self._release(waiting.turn.result(), whole=True)
            if isinstance(error, TimeoutError):
                raise Overloaded("no process for the query has started in time") from error
            raise

    def _match(self) -> None:
        """Give the workers that are free to those who wait, as far as there is room."""
        while (last := self._waiting.last()) and (room := self._places.room()):
            if last.turn.done():  # who waited has left
                self._waiting.leave(last)
            elif refusal := self._places.refusal(last.query):
                self._waiting.tell(last, refusal)
            elif worker := self._free():
                self._waiting.leave(last)
                waited = self._loop.time() - last.since
                last.turn.set_result(self._places.enter(worker, last.query, waited))
            elif self._keeper.coming < min(len(self._waiting), room):
                try:
                    self._keeper.fork()
                except WorkerError as error:
                    self._waiting.tell(last, error)
            else:
                return

    def _take(self, worker: Worker) -> None:
        """Have a worker that is free wait for a query, if that is wanted."""
        if self._stopped or worker.ended.done():
            worker.writer.close()
            return
        self._idle.append(worker)
        self._match()
        if len(self._idle) > self._spares():
            surplus = self._idle.pop(0)  # who it was for got another, or went away
            surplus.end()
            surplus.writer.close()

    def has_started(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ended: asyncio.Future[int]
    ) -> None:
        """Take a worker; see `Listener`."""
        self._counts["started"] += 1
        worker = Worker(pid, reader, writer, ended)
        if not ended.done():
            self._alive[pid] = worker
        self._take(worker)

    def is_refused(self, reason: str) -> None:
        """Tell who waited for a worker that there is none."""
        refused = Overloaded(f"no process for the query can be started: {reason}")
        while len(self._waiting) > len(self._idle) + self._keeper.coming:
            if (last := self._waiting.last()) and self._waiting.tell(last, refused):
                return

    def has_ended(self, pid: int, how: int) -> None:
        """Count a worker that was not told to end, and replace it."""
        worker = self._alive.pop(pid, None)
        if worker and worker.ending:
            return
        if how in OUT_OF_MEMORY:
            self._counts["memory"] += 1
        elif how == OUT_OF_TIME:
            self._counts["processor"] += 1
        else:
            self._counts["lost"] += 1
        if worker in self._idle:
            self._idle.remove(worker)
            worker.writer.close()
        self._loop.call_later(_REFILL_SECONDS, self._refill)

    def is_lost(self) -> None:
        """Note that there are no more workers: they have ended with the nursery."""
        self.lost = True
        self._waiting.tell_all(WorkerError("the process that starts workers has ended"))
