"""The pool: gives every query a worker, watches over it, and stops it when it takes too much.

A new query gets a worker at once. One that outlives the quick time needs one of the few slow places. It is
held for a while when they are taken, and stopped and told to come again when too many are; so a burst of slow
queries cannot keep a short one waiting. A worker that was
slow is not used again, since the system has put it behind all others.
"""

import asyncio
import json
import os
import select
import signal
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accordgraph import errors
from accordgraph.engine import Job
from accordgraph.errors import InputError, LimitExceeded, Overloaded, QueryError, WorkerError
from accordgraph.settings import Settings
from accordgraph.workers.keeper import Keeper
from accordgraph.workers.nursery import MEMORY
from accordgraph.workers.worker import DATA, END, HEAD, KINDS, LENGTH

_YOUNG_SECONDS, _NICE = 0.02, 10
"""After this time the system lets other processes go before a worker, by so much."""
_REFILL_SECONDS = 0.2
"""How long to wait before a worker that ended while it was idle is replaced: it may end again."""
_MANY = 8
"""With more queries than this under way, one needs a slow place when it is no longer young."""
_COUNTED = ("started", "spent", "stopped", "memory", "processor", "lost")
_LIMITS = ("query_seconds", "query_memory", "query_bytes", "query_depth", "query_patterns")


@dataclass(eq=False)
class _Worker:
    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ended: asyncio.Future[int]
    slowed: bool = False
    slow_place: bool = False
    began: bool = False
    """Whether a part of the answer is on its way."""
    reason: Exception | None = None
    timers: list[asyncio.TimerHandle] = field(default_factory=list)


class Pool:
    """Workers over one dataset: a file of N-Quads, or a folder that holds a store."""

    def __init__(self, source: Path, settings: Settings) -> None:
        self._source, self._settings = source, settings
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._keeper = Keeper(self)
        self._waiting: list[asyncio.Future[_Worker]] = []
        self._told: set[int] = set()
        self._slow = 0
        self._queue: deque[_Worker] = deque()
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
        """Return how many workers wait, are busy, and hold a slow place."""
        return {
            "idle": len(self._idle),
            "busy": len(self._busy),
            "slow": self._slow,
            "queued": len(self._queue),
        }

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
        self._disappoint(stopping)
        for worker in (*self._idle, *self._busy):
            worker.reason = worker.reason or stopping
            worker.writer.close()
        await self._keeper.stop()

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give a query to a worker; what it answers comes piece by piece while the context lasts.

        Leaving the context stops the query. Raises `Overloaded` when every place is taken; reading raises
        `QueryError`, `InputError`, `LimitExceeded`, `Overloaded` (it was slow, and the slow places are taken)
        or `WorkerError`.
        """
        if len(self._busy) + len(self._waiting) >= self._settings.workers:
            raise Overloaded("all places for queries are taken; ask again in a moment")
        began = self._loop.time()
        worker = self._free() or await self._next()
        self._busy.add(worker)
        self._watch(worker, self._loop.time() - began)
        whole = False
        try:
            content = {
                "text": job.text,
                "form": job.form,
                "default": job.graphs.default,
                "named": job.graphs.named,
                "most_rows": job.most_rows,
            }
            body = json.dumps(content).encode()
            worker.writer.write(LENGTH.pack(len(body)) + body)

            async def pieces() -> AsyncIterator[bytes]:
                nonlocal whole
                try:
                    await worker.writer.drain()
                    while True:
                        kind, length = HEAD.unpack(await worker.reader.readexactly(HEAD.size))
                        octets = await worker.reader.readexactly(length)
                        if kind == DATA:
                            worker.began = True
                            yield octets
                            continue
                        whole = True
                        if kind == END:
                            return
                        raise _error(json.loads(octets))
                except (EOFError, ConnectionError) as error:
                    raise await self._why(worker) from error

            yield pieces()
        finally:
            self._release(worker, whole)

    def _watch(self, worker: _Worker, waited: float) -> None:
        settings, later = self._settings, self._loop.call_later
        worker.timers = [
            later(_YOUNG_SECONDS, self._slow_down, worker),
            later(settings.quick_seconds, self._ask_for_slow_place, worker),
            later(max(0, settings.query_seconds - waited), self._time_is_up, worker),
        ]

    def _slow_down(self, worker: _Worker) -> None:
        worker.slowed = True
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)
        if len(self._busy) - len(self._queue) > _MANY:  # then the quick time is over now
            worker.timers[1].cancel()
            self._ask_for_slow_place(worker)

    def _ask_for_slow_place(self, worker: _Worker) -> None:
        if self._slow < self._settings.slow_places:
            self._go_on(worker)
        elif worker.began or len(self._queue) < self._settings.queue_length:
            self._queue.append(worker)
            self._signal(worker, signal.SIGSTOP)
            worker.timers.append(
                self._loop.call_later(self._settings.queue_seconds, self._waited_enough, worker)
            )
        else:
            self._shed(worker)

    def _go_on(self, worker: _Worker) -> None:
        self._slow += 1
        worker.slow_place = True
        self._signal(worker, signal.SIGCONT)

    def _waited_enough(self, worker: _Worker) -> None:
        """Shed a query that is held, unless a part of its answer is on its way: that waits for its place."""
        if worker in self._queue and not worker.began:
            self._shed(worker)

    def _shed(self, worker: _Worker) -> None:
        message = "this query is not a quick one, and the places for slow ones are taken; ask again later"
        self._end(worker, Overloaded(message, 5))

    def _signal(self, worker: _Worker, number: int) -> None:
        if not worker.ended.done():
            with suppress(ProcessLookupError):
                os.kill(worker.pid, number)

    def _time_is_up(self, worker: _Worker) -> None:
        seconds = self._settings.query_seconds
        message = f"the query took longer than {seconds:g} seconds, and was stopped; ask for less at a time"
        self._end(worker, LimitExceeded("query_seconds", message))

    def _end(self, worker: _Worker, reason: Exception | None = None) -> None:
        """Stop a worker; its reader then sees the end of the socket, and tells the reason."""
        worker.reason = worker.reason or reason
        if not worker.ended.done():
            self._told.add(worker.pid)
            self._signal(worker, signal.SIGKILL)

    async def _why(self, worker: _Worker) -> Exception:
        """Return why a worker ended before its answer did."""
        if worker.reason:
            return worker.reason
        how = await worker.ended
        memory = f"{self._settings.query_memory:,} MiB"
        if how in (-signal.SIGABRT, MEMORY):
            return LimitExceeded(
                "query_memory", f"the query took more than {memory} of memory, and was stopped"
            )
        if how == -signal.SIGXCPU:
            seconds = self._settings.query_seconds
            return LimitExceeded("query_seconds", f"the query took longer than {seconds:g} seconds")
        return WorkerError(f"the process of the query ended by itself ({_name(how)})")

    def _release(self, worker: _Worker, whole: bool) -> None:
        for timer in worker.timers:
            timer.cancel()
        self._busy.discard(worker)
        if worker in self._queue:
            self._queue.remove(worker)
        self._slow -= worker.slow_place
        worker.slow_place = False
        while self._queue and self._slow < self._settings.slow_places:
            self._go_on(self._queue.popleft())
        wanted = self._settings.spare_workers
        if whole and not worker.slowed and not self._stopped and len(self._idle) < wanted:
            self._take(worker)
            return
        if not worker.ended.done():
            self._counts["spent" if whole else "stopped"] += 1
        self._end(worker)
        worker.writer.close()
        self._refill()

    def _refill(self) -> None:
        """Have as many workers wait as the settings say."""
        wanted = self._settings.spare_workers
        with suppress(WorkerError):  # the next query that finds no worker says so
            while not self._stopped and not self.lost and len(self._idle) + self._keeper.coming < wanted:
                self._keeper.fork()

    def _free(self) -> _Worker | None:
        """Return a worker that waits, and has not ended meanwhile."""
        while self._idle:
            worker = self._idle.pop()
            end = select.poll()
            end.register(worker.writer.get_extra_info("socket").fileno(), select.POLLIN)
            if not end.poll(0):
                return worker
            worker.writer.close()
        return None

    async def _next(self) -> _Worker:
        """Return the next worker that is free; who came last gets it, so a burst keeps nobody out."""
        waiting: asyncio.Future[_Worker] = self._loop.create_future()
        self._waiting.append(waiting)
        try:
            self._keeper.fork()
            async with asyncio.timeout(self._settings.query_seconds):
                return await waiting
        except BaseException as error:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            elif waiting.done() and not waiting.cancelled() and not waiting.exception():
                self._take(waiting.result())
            if isinstance(error, TimeoutError):
                raise Overloaded("no process for the query has started in time") from error
            raise

    def _take(self, worker: _Worker) -> None:
        """Give a worker that is free to who waits for one, or keep it."""
        if self._stopped or worker.ended.done():
            worker.writer.close()
            return
        while self._waiting:
            waiting = self._waiting.pop()
            if not waiting.done():
                waiting.set_result(worker)
                return
        if len(self._idle) < self._settings.spare_workers:
            self._idle.append(worker)
        else:  # who it was for got another, or went away
            self._end(worker)
            worker.writer.close()

    def has_started(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ended: asyncio.Future[int]
    ) -> None:
        """Take a worker; see `Listener`."""
        self._counts["started"] += 1
        self._take(_Worker(pid, reader, writer, ended))

    def is_refused(self, reason: str) -> None:
        """Tell who waited for a worker that there is none."""
        while len(self._waiting) > self._keeper.coming:
            waiting = self._waiting.pop()
            if not waiting.done():
                message = f"no process for the query can be started: {reason}"
                waiting.set_exception(Overloaded(message))
                return

    def has_ended(self, pid: int, how: int) -> None:
        """Count a worker that was not told to end, and replace it."""
        if pid in self._told:
            self._told.remove(pid)
            return
        if how in (-signal.SIGABRT, MEMORY):
            self._counts["memory"] += 1
        elif how == -signal.SIGXCPU:
            self._counts["processor"] += 1
        else:
            self._counts["lost"] += 1
        for worker in [worker for worker in self._idle if worker.pid == pid]:
            self._idle.remove(worker)
            worker.writer.close()
        self._loop.call_later(_REFILL_SECONDS, self._refill)

    def is_lost(self) -> None:
        """Note that there are no more workers: they have ended with the nursery."""
        self.lost = True
        self._disappoint(WorkerError("the process that starts workers has ended"))

    def _disappoint(self, reason: WorkerError) -> None:
        """Tell who waits for a worker that none will come."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(reason)
        self._waiting.clear()


def _name(how: int) -> str:
    """Return how a process ended, for people: the name of a signal, or its exit code."""
    return signal.Signals(-how).name if how < 0 else f"code {how}"


def _error(content: dict[str, Any]) -> Exception:
    """Return the error that a worker handed over."""
    message = content["message"]
    if content["kind"] == "InputError":
        return InputError(message)
    if content["kind"] == "LimitExceeded":
        return LimitExceeded(content["limit"], message)
    kind: type[QueryError] = getattr(errors, content["kind"])
    assert kind in KINDS
    return kind(message, content["line"], content["column"])
