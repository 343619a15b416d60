"""What answers queries for the server: workers over a dataset here, or an endpoint elsewhere.

An engine is started, asked and stopped. The `Current` engine can be replaced by one over a newer dataset
while queries run: those that have begun end where they began.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from accordgraph.errors import AccordGraphError, WorkerError
from accordgraph.sparql.query import Graphs, SparqlQuery

UNKNOWN = "unknown"
"""The digest of a dataset that has none: an endpoint that was not filled by `accordgraph load`."""


@dataclass
class Meter:
    """What a query took, and gave."""

    processor_seconds: float | None = None
    """Known, where the engine can tell, once the context of the query has been left."""
    rows: int = 0
    """The rows or triples of its answer, when that has ended."""
    engine: str = ""
    """What names the start of the engine that answers (see `Current.token`), once it is asked."""


@dataclass(frozen=True)
class Job:
    """A query, the name of its result format, the graphs that replace its FROM clauses, and a row limit."""

    query: SparqlQuery
    format: str
    graphs: Graphs = Graphs()
    most_rows: int | None = None
    client: str = ""
    """On whose account it runs; empty for what the server itself asks."""
    meter: Meter = field(default_factory=Meter, compare=False)

    @staticmethod
    def of(text: str, format_: str, most_rows: int | None = None) -> "Job":
        """Return the job of a query of our own, or of a test: one that no request has read."""
        return Job(SparqlQuery.read(text), format_, most_rows=most_rows)


class Engine(Protocol):
    """Something that answers queries about one dataset."""

    @property
    def digest(self) -> str:
        """The SHA-256 of the dataset, in hexadecimal, or `UNKNOWN`; there once the engine has started."""

    @property
    def triples(self) -> int:
        """The number of triples of the merged dataset; known once the engine has started."""

    @property
    def lost(self) -> bool:
        """Whether the engine can answer no more, and another has to take its place."""

    async def start(self) -> None:
        """Make ready to answer; raises `WorkerError`, `EndpointError` or an error of the dataset."""

    async def stop(self) -> None:
        """End every query and let go of everything."""

    def run(self, job: Job) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Answer a query: what it gives comes piece by piece while the context lasts, which ends it.

        Raises `Overloaded` when there is no place for it; reading raises `QueryError` and its kinds,
        `InputError` for a form of the other kind, `Overloaded` or `WorkerError`.
        """

    def state(self) -> Mapping[str, object]:
        """Return what people who run the server want to know, for `/health`."""

    def counts(self) -> Mapping[str, int]:
        """Return how many processes were started and how they ended, for `/metrics`."""

    def sizes(self) -> Mapping[str, int]:
        """Return how many processes wait, are busy, and hold a slow place."""


class CurrentEngine:
    """The engine that answers now; it can be replaced while it is being asked."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._engine = make()
        self._running: dict[int, int] = {}
        self._retired: dict[int, Engine] = {}
        self._exchange = asyncio.Lock()
        self._past: Counter[str] = Counter()
        self._started = False
        self._recovery: asyncio.Task[None] | None = None
        self._recovered = 0
        self.token = secrets.token_hex(6)
        """What names this start of the engine: another may give the rows of a query in another order."""

    @property
    def digest(self) -> str:
        """The digest of the dataset that is asked now."""
        return self._engine.digest

    @property
    def triples(self) -> int:
        """The number of triples of the dataset that is asked now."""
        return self._engine.triples

    @property
    def lost(self) -> bool:
        """Whether the engine can answer no more."""
        return self._engine.lost

    async def start(self) -> None:
        """Start the first engine, unless it has been."""
        async with self._exchange:
            if not self._started:
                await self._engine.start()
                self._started = True

    async def stop(self) -> None:
        """Stop every engine, those that are being replaced too."""
        if self._recovery:
            await asyncio.wait([self._recovery])
        async with self._exchange:
            for engine in (self._engine, *self._retired.values()):
                await engine.stop()
            self._retired.clear()

    async def replace(self) -> None:
        """Make a new engine, over what is there now, and ask it from now on.

        When the new one cannot start, the old one stays, and the error says why.
        """
        async with self._exchange:
            await self._replace()

    async def _replace(self) -> None:
        engine = await asyncio.to_thread(self._make)
        await engine.start()
        old, self._engine = self._engine, engine
        self.token = secrets.token_hex(6)
        if self._running.get(id(old)):
            self._retired[id(old)] = old
        else:
            await self._end(old)

    async def _end(self, engine: Engine) -> None:
        self._past.update(engine.counts())
        await engine.stop()

    async def _recover(self) -> None:
        """Wait until an engine that was lost is replaced; that goes on when who asked goes away."""
        if self._recovery is None or self._recovery.done():
            self._recovery = asyncio.get_running_loop().create_task(self._replace_lost())
        await asyncio.shield(self._recovery)

    async def _replace_lost(self) -> None:
        async with self._exchange:
            if not self._engine.lost:
                return
            try:
                await self._replace()
            except AccordGraphError as error:
                raise WorkerError(
                    f"what answered queries is gone, and nothing can take its place: {error}"
                ) from error
            self._recovered += 1

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        """Answer a query; see `Engine.run`. An engine that was lost is replaced first."""
        if self._engine.lost:
            await self._recover()
        engine, job.meter.engine = self._engine, self.token
        self._running[id(engine)] = self._running.get(id(engine), 0) + 1
        try:
            async with engine.run(job) as pieces:
                yield pieces
        finally:
            self._running[id(engine)] -= 1
            if not self._running[id(engine)]:
                del self._running[id(engine)]
                if retired := self._retired.pop(id(engine), None):
                    await self._end(retired)

    def state(self) -> Mapping[str, object]:
        """Return the state and counts of the engine, whether it is lost, and how many such were replaced."""
        more = {"processes": self.counts(), "lost": self._engine.lost, "recovered": self._recovered}
        return {**self._engine.state(), **more}

    def counts(self) -> Mapping[str, int]:
        """Return the counts of the engine and of those before it."""
        total = Counter(self._past)
        for engine in (self._engine, *self._retired.values()):
            total.update(engine.counts())
        return total

    def sizes(self) -> Mapping[str, int]:
        """Return the sizes of the engine."""
        return self._engine.sizes()


async def gather(engine: Engine | CurrentEngine, job: Job) -> bytes:
    """Return the whole answer to a query; raises what `Engine.run` raises."""
    body = bytearray()
    async with engine.run(job) as pieces:
        async for piece in pieces:
            body += piece
    return bytes(body)
