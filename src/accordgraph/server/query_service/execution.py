"""The execution of a query: a task writes its result to a spool, and a response is sent from there.

The task ends when the query does, whoever reads; nobody waits for it longer than the client stays.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from accordgraph.engine.engine import CurrentEngine, Job
from accordgraph.errors import AccordGraphError
from accordgraph.results import formats
from accordgraph.results.json_reader import Table
from accordgraph.server.http import problems
from accordgraph.server.http.compression import IDENTITY, encoder
from accordgraph.server.http.negotiation import Choice
from accordgraph.server.http.problems import Problem
from accordgraph.server.http.representation import Representation
from accordgraph.server.query_service.cache import PendingEntry
from accordgraph.server.query_service.outcomes import as_problem, outcome_of
from accordgraph.server.query_service.spool import Spool, SpoolQuota
from accordgraph.settings import Settings
from accordgraph.sparql.query import Graphs, SparqlQuery

_FIRST_BYTES, _FIRST_SECONDS = 65_536, 0.2
_PAGE_BYTES = 4 * 2**20
"""The most octets of the content of a page."""

Render = Callable[[Table], bytes | Awaitable[bytes]]
"""Makes the body of a response from the content of a `TABLE`; it may have to wait for more."""
OnEnd = Callable[[Job, str, float], None]
"""Is told how a query ended, in a word, and how many seconds that took."""


@dataclass(frozen=True)
class ResultSpec:
    """A query, the graphs it is asked over, the form that was chosen, and how a page of it is made.

    `variant` names what else a page depends on, as its language; `most_rows` is the most rows or triples that
    it is made from (default: the setting `table_rows`).
    """

    query: SparqlQuery
    choice: Choice
    graphs: Graphs = Graphs()
    render: Render | None = None
    headers: Mapping[str, str] | None = None
    variant: str = ""
    """What else the answer depends on, as a page does on its address."""
    most_rows: int | None = None
    steady: bool = True
    """Whether the answer has the same octets from every engine, as where the order of its rows is total."""

    def job(self, settings: Settings, client: str) -> Job:
        """Return what an engine is asked; what a page is made from is a `TABLE`."""
        form, most_rows = self.choice.form.name, settings.answer_rows
        if self.render:
            form, most_rows = formats.TABLE.name, settings.table_rows
        return Job(self.query, form, self.graphs, self.most_rows or most_rows, client)


class Execution:
    """The query of one question under way."""

    def __init__(
        self,
        engine: CurrentEngine,
        settings: Settings,
        spec: ResultSpec,
        quota: SpoolQuota,
        turns: asyncio.Semaphore,
        began: float,
        client: str,
        ended: OnEnd,
    ) -> None:
        """Begin to ask.

        What comes has to fit into the `room`, and long answers take `turns`; `began` is when the question
        came, by `time.perf_counter`.
        """
        self._engine, self._began, self._ended = engine, began, ended
        self.spec, self.turns = spec, turns
        self.job = spec.job(settings, client)
        self._seconds: float | None = None
        most = settings.answer_bytes
        self.spool = Spool(min(most, _PAGE_BYTES) if spec.render else most, quota)
        self._task = asyncio.get_running_loop().create_task(self._take())

    async def _take(self) -> None:
        outcome = "left"
        try:
            async with self._engine.run(self.job) as pieces:
                async for piece in pieces:
                    if len(self.spool) < _FIRST_BYTES:
                        self.spool.write(piece)
                        continue
                    async with self.turns:
                        self.spool.write(piece)
                        await asyncio.sleep(0)
            outcome = "answered"
            self.spool.end()
        except AccordGraphError as error:
            outcome = outcome_of(error)
            self.spool.end(error)
        except Exception as error:
            outcome = "failed"
            self.spool.end(error)
        finally:
            self._seconds = time.perf_counter() - self._began
            self._ended(self.job, outcome, self._seconds)

    async def begin(self, request: Request) -> None:
        """Wait for the first part; raises the `Problem` of a query that failed before it."""
        whole = self.spec.render is not None or request.scope.get("http_version") == "1.0"
        wait = self.spool.finished() if whole else self.spool.begun(_FIRST_BYTES, _FIRST_SECONDS)
        if not await unless_left(request.receive, wait):
            raise Problem(problems.LEFT, "the client went away before the answer")
        if self.spool.error:
            raise as_problem(self.spool.error) from self.spool.error

    def timing(self) -> str:
        """Return the header Server-Timing: what the query took, or how long its first part was waited for."""
        if self._seconds is None:
            return f"first;dur={1000 * (time.perf_counter() - self._began):.1f}"
        return f"query;dur={1000 * self._seconds:.1f}"

    def close(self) -> None:
        """Stop the query if it still runs, and let go of what it gave."""
        self._task.cancel()
        self.spool.close()


async def unless_left(receive: Receive, what: Awaitable[None]) -> bool:
    """Do something while the client is there, and return whether it was; else it is cancelled."""
    doing, leaving = asyncio.ensure_future(what), asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((doing, leaving), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            await doing
            return True
        return False
    finally:
        doing.cancel()
        leaving.cancel()
        await asyncio.gather(doing, leaving, return_exceptions=True)  # what is done has told its error above


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Streamed(Response):
    """A response whose body is sent while the query runs; cut off, not ended, when it fails."""

    def __init__(
        self,
        run: Execution,
        representation: Representation,
        head_only: bool,
        draft: PendingEntry,
    ) -> None:
        super().__init__(None, 200, representation.headers)
        del self.headers["content-length"]
        coding = representation.coding
        if coding != IDENTITY:
            self.headers["Content-Encoding"] = coding
        elif run.spool.ended:
            self.headers["Content-Length"] = str(len(run.spool))
        self._run, self._coding, self._head_only, self._draft = run, coding, head_only, draft

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces as they come."""
        try:
            await unless_left(receive, self._send(send))
        finally:
            self._run.close()
            self._draft.drop()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if self._head_only:
            await send({"type": "http.response.body", "body": b""})
            return
        compressor = encoder(self._coding)
        try:
            async for piece in self._run.spool.pieces():
                if part := compressor.compress(piece):
                    self._draft.add(part)
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                async with self._run.turns:
                    await asyncio.sleep(0)
        except AccordGraphError:
            return  # without the end of the body: the server then cuts the connection
        rest = compressor.flush()
        self._draft.add(rest)
        self._draft.keep()
        await send({"type": "http.response.body", "body": rest})
