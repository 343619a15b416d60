"""The pool: keeps some workers ready, and gives them to queries when it is their turn.

A worker answers one query after the other, until it was stopped, has run long, has grown, or has answered
many.
"""

import asyncio
import select
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from accordgraph.engine.engine import Job
from accordgraph.engine.workers.forkserver_client import ForkServer
from accordgraph.engine.workers.protocol import Exchange
from accordgraph.engine.workers.scheduler import Evaluation, Scheduler
from accordgraph.engine.workers.worker_process import OUT_OF_MEMORY, OUT_OF_TIME, WorkerProcess
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
        self._idle: list[WorkerProcess] = []
        self._scheduler = Scheduler(settings, self._free)
        self._fork_server = ForkServer(self)
        self._alive: dict[int, WorkerProcess] = {}
        self._stopped = False
        self.lost = False
        """Whether the nursery has ended by itself: then there are no more workers."""
        self.digest, self.triples = "", 0
        self.walls: tuple[str, ...] = ()
        self._counts: Counter[str] = Counter()

    def counts(self) -> dict[str, int]:
        """Return how many workers were started and how many ended.

        They end `spent` (see above), `stopped`, by the limits of `memory` or `processor`, or
        are `lost`: they ended by themselves, for no reason that is known.
        """
        return {name: self._counts[name] for name in _COUNTED}

    def sizes(self) -> dict[str, int]:
        """Return how many workers wait, are busy, and run long, and how many queries wait."""
        return {"idle": len(self._idle), **self._scheduler.sizes()}

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
        ready = await self._fork_server.start(self._source, limits)
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
        for evaluation in self._scheduler.evaluations():
            self._scheduler.refuse(evaluation, stopping)
        for worker in self._idle:
            worker.writer.close()
        self._idle.clear()
        await self._fork_server.stop()

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give a query to a worker; what it answers comes piece by piece while the context lasts.

        Leaving the context stops the query. Raises `Overloaded` when there is no room for it, or its turn
        does not come; reading raises `QueryError`, `InputError`, `LimitExceeded`, `WorkerError` or
        `Overloaded` (it runs long, and the places for that are taken).
        """
        job.meter.processor_seconds = 0.0
        evaluation = self._scheduler.submit(hash((job.query.text, job.graphs)), job.client)
        exchange = None
        try:
            await evaluation.started
            assert evaluation.worker
            become_long = self._scheduler.become_long
            exchange = Exchange(job, evaluation, evaluation.worker, self._settings, become_long)
            exchange.begin()
            yield exchange.pieces()
        finally:
            if exchange:
                job.meter.processor_seconds = evaluation.used() or None
            self._release(evaluation, exchange is None or exchange.whole)

    def _release(self, evaluation: Evaluation, whole: bool) -> None:
        if worker := evaluation.worker:
            if whole and not worker.spent and len(self._idle) < self._settings.spare_workers:
                self._keep(worker)
            else:
                if worker.ending or not worker.ended.done():  # what ended by itself is counted in `has_ended`
                    self._counts["spent" if whole else "stopped"] += 1
                worker.end()
                worker.writer.close()
        self._scheduler.leave(evaluation)
        self._refill()

    def _keep(self, worker: WorkerProcess) -> None:
        """Have a worker that is free wait for a query."""
        if self._stopped or worker.ending or worker.ended.done():
            worker.writer.close()
        else:
            self._idle.append(worker)

    def _refill(self) -> None:
        """Have so many workers wait as there should be, and one for whom it is the turn of now."""
        wanted = self._scheduler.wanted()
        spare = self._settings.spare_workers - self._scheduler.running()
        try:
            while not self._stopped and not self.lost:
                ready = len(self._idle) + self._fork_server.coming
                if ready >= max(wanted, spare):
                    return
                self._fork_server.fork()
        except WorkerError as error:
            self._refuse(error)

    def _free(self) -> WorkerProcess | None:
        """Return a worker that waits, and has not ended meanwhile; else have one come."""
        while self._idle:
            worker = self._idle.pop()
            end = select.poll()
            end.register(worker.writer.get_extra_info("socket").fileno(), select.POLLIN)
            if not end.poll(0):
                return worker
            worker.writer.close()
        self._refill()
        return None

    def _refuse(self, reason: Exception) -> None:
        """Tell who waits for a worker that none can be had, unless one is on its way."""
        waiting = [one for one in self._scheduler.evaluations() if one.worker is None]
        if len(waiting) > len(self._idle) + self._fork_server.coming:
            self._scheduler.refuse(waiting[0], reason)

    def has_started(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ended: asyncio.Future[int]
    ) -> None:
        """Take a worker; see `Listener`."""
        self._counts["started"] += 1
        worker = WorkerProcess(pid, reader, writer, ended)
        if not ended.done():
            self._alive[pid] = worker
        self._keep(worker)
        self._scheduler.dispatch()
        if len(self._idle) > self._settings.spare_workers:
            surplus = self._idle.pop(0)  # who it was for got another, or went away
            surplus.end()
            surplus.writer.close()

    def is_refused(self, reason: str) -> None:
        """Tell who waits for a worker that there is none."""
        self._refuse(Overloaded(f"no process for the query can be started: {reason}"))

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
        gone = WorkerError("the process that starts workers has ended")
        for evaluation in self._scheduler.evaluations():
            if evaluation.worker is None:
                self._scheduler.refuse(evaluation, gone)
