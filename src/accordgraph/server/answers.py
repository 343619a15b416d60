"""From a question to a response: cache, entity tags, compression, limits and streaming, in one place.

The status is sent when the first part of the answer is there, so an early failure has its true status. What
fails later ends the connection without the end of the body: a part is never taken for the whole.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from accordgraph import __version__, forms
from accordgraph.engine import UNKNOWN, Current, Job, gather
from accordgraph.errors import (
    AccordGraphError,
)
from accordgraph.lexer import always_the_same
from accordgraph.server import problems, trace
from accordgraph.server.budget import Budgets, BudgetSpent, client_of
from accordgraph.server.cache import Cache, matches
from accordgraph.server.coding import choose_coding, encode
from accordgraph.server.negotiation import Choice, header_of
from accordgraph.server.outcomes import as_problem, outcome_of
from accordgraph.server.problems import Problem
from accordgraph.server.sending import Streamed, Whole
from accordgraph.server.spool import Room, Spool
from accordgraph.settings import Settings
from accordgraph.store import Graphs

_FIRST_BYTES, _FIRST_SECONDS = 65_536, 0.2
_AT_ONCE = 2**18
"""The most octets of an answer that is compressed and sent as a whole."""
_PAGE_BYTES = 4 * 2**20
"""The most octets of the content of a page."""
_PIECE = 65_536
_TURNS = 4
"""The long answers of which a piece is taken, or sent, at the same time."""
LIMITS = '</api/settings>; rel="service-meta"'
"""Where a client learns beforehand how much an answer may hold (RFC 8631)."""
_CONDITIONAL = ("GET", "HEAD", "QUERY")
"""The methods for which an entity tag that the client has is looked at."""

Render = Callable[[dict[str, object]], bytes | Awaitable[bytes]]
"""Makes the body of a response from the content of a `TABLE`; it may have to wait for more."""
Observe = Callable[[str, float, int], None]
"""Is told how a query ended, in a word, how many seconds it took, and how many rows it gave."""


@dataclass(frozen=True)
class Question:
    """A query, the graphs it is asked over, the form that was chosen, and how a page of it is made.

    `variant` names what else a page depends on, as its language; `most_rows` is the most rows or triples that
    it is made from (default: the setting `table_rows`).
    """

    text: str
    choice: Choice
    graphs: Graphs = Graphs()
    render: Render | None = None
    headers: Mapping[str, str] | None = None
    variant: str = ""
    """What else the answer depends on, as a page does on its address."""
    most_rows: int | None = None
    steady: bool = True
    """Whether the answer has the same octets from every engine, as where the order of its rows is total."""


class Answers:
    """Answers questions with one engine; every endpoint that gives results has it in common."""

    def __init__(self, engine: Current, settings: Settings, observe: Observe) -> None:
        self.engine, self.settings = engine, settings
        self.cache = Cache(settings.cache_bytes)
        self.room = Room(settings.waiting_bytes)
        self.turns = asyncio.Semaphore(_TURNS)
        """Long answers take turns, so that a hundred of them leave the loop free for a short one."""
        self._budgets = Budgets(settings.client_seconds, settings.client_errors)
        self._observe = observe

    async def rows(self, text: str) -> list[dict[str, dict[str, str]]]:
        """Return the bindings of a SELECT of ours, as the JSON of SPARQL results has them; they are kept.

        Raises `Problem` when there is no place for the query, or it fails.
        """
        key = (self.engine.digest, "rows", text)
        body = self.cache.get(key)
        if body is None:
            try:
                body = await gather(self.engine, Job(text, forms.JSON.name))
            except AccordGraphError as error:
                raise as_problem(error) from error
            self._keep(key, body)
        bindings: list[dict[str, dict[str, str]]] = json.loads(body)["results"]["bindings"]
        return bindings

    async def count(self, request: Request, text: str) -> int:
        """Return how many rows a SELECT gives, on the account of the client; the number is kept.

        Raises `Problem` when that cannot be found out.
        """
        key = (self.engine.digest, "count", text)
        kept = self.cache.get(key)
        if kept is not None:
            return int(kept)
        client = self._account(request)
        job = Job(text, forms.JSON.name, most_rows=self.settings.answer_rows)
        began, outcome = time.perf_counter(), "left"
        try:
            body = await gather(self.engine, job)
            outcome = "answered"
        except AccordGraphError as error:
            outcome = outcome_of(error)
            raise as_problem(error) from error
        finally:
            self.ended(client, job, outcome, time.perf_counter() - began)
        count = len(json.loads(body)["results"]["bindings"])
        self._keep(key, str(count).encode())
        return count

    def _account(self, request: Request) -> str:
        """Return on whose account a query runs; raises `Problem` when that has nothing left."""
        client = client_of(request)
        try:
            self._budgets.check(client)
        except BudgetSpent as error:
            self._observe("budget", 0.0, 0)
            raise as_problem(error) from error
        return client

    def _keep(self, key: tuple[str, ...], octets: bytes) -> None:
        if self.engine.digest != UNKNOWN:
            self.cache.put(key, octets)

    async def respond(self, request: Request, question: Question) -> Response:
        """Answer a question; raises `Problem` for one that fails before a part of its answer was sent."""
        began = time.perf_counter()
        trace.note_query(question.text)
        coding = choose_coding(header_of(request, "accept-encoding"))
        key = self._key(question, coding, str(request.url) if question.render else "")
        headers = {
            "Content-Type": question.choice.content_type,
            "Vary": "Accept, Accept-Encoding",
            "Cache-Control": "no-cache",
        } | dict(question.headers or {})
        headers["Link"] = ", ".join(filter(None, (headers.get("Link"), LIMITS)))
        same = self.engine.digest != UNKNOWN and always_the_same(question.text)
        if same:
            headers["ETag"] = f'"{key}"'
            kept = self.cache.get(key)
            condition = header_of(request, "if-none-match") if request.method in _CONDITIONAL else None
            if matches(condition, headers["ETag"], known=kept is not None):
                self._observe("not-modified", time.perf_counter() - began, 0)
                return Response(None, 304, headers)
            if kept is not None:
                self._observe("cached", time.perf_counter() - began, 0)
                return Whole(kept, coding, headers | {"Server-Timing": "cache;desc=hit"})
        else:
            headers["Cache-Control"] = "no-store"
        client = self._account(request)
        run = _Run(self, question, client, began)
        try:
            await run.begin(request)
            headers["Server-Timing"] = run.timing()
            if run.spool.ended and (question.render or len(run.spool) <= _AT_ONCE):
                return await self._finished(run, coding, headers, key if same else None)
        except BaseException:
            run.close()
            raise
        return Streamed(run, coding, headers, request.method == "HEAD", self.cache, key if same else None)

    def give(
        self,
        request: Request,
        choice: Choice,
        name: str,
        make: Callable[[], bytes],
        headers: Mapping[str, str] | None = None,
        digest: str = "",
    ) -> Response:
        """Give what follows from the dataset without a query of its own; `make` makes it unless it is kept.

        `name` says what it is, with all that it depends on beside the dataset and the form; `digest` names
        the dataset that it is made from (default: the one that is asked now).
        """
        coding = choose_coding(header_of(request, "accept-encoding"))
        key = self._tag((name, choice.content_type), coding, digest)
        headers = {
            "Content-Type": choice.content_type,
            "Vary": "Accept, Accept-Encoding",
            "Cache-Control": "no-cache",
            "ETag": f'"{key}"',
        } | dict(headers or {})
        if matches(header_of(request, "if-none-match"), headers["ETag"]):
            return Response(None, 304, headers)
        body = self.cache.get(key)
        if body is None:
            body = encode(coding, make())
            self.cache.put(key, body)
        return Whole(body, coding, headers)

    async def _finished(self, run: "_Run", coding: str, headers: dict[str, str], key: str | None) -> Response:
        body = run.spool.whole()
        run.close()
        if render := run.question.render:
            made = await asyncio.to_thread(render, json.loads(body))
            body = made if isinstance(made, bytes) else await made
        body = await asyncio.to_thread(encode, coding, body)
        if key:
            self.cache.put(key, body)
        return Whole(body, coding, headers)

    def _key(self, question: Question, coding: str, page: str) -> str:
        """Return what names an answer: the dataset, query, graphs, form and coding, and the page it is in."""
        graphs = question.graphs
        parts = (
            question.text,
            sorted(graphs.default),
            sorted(graphs.named),
            question.choice.content_type,
            question.variant,
            page,
            "" if question.steady else self.engine.token,
        )
        return self._tag(parts, coding)

    def _tag(self, parts: tuple[object, ...], coding: str, digest: str = "") -> str:
        asked = hashlib.sha256(json.dumps((__version__, *parts)).encode()).hexdigest()
        return f"{(digest or self.engine.digest)[:16]}-{asked[:24]}-{coding}"

    def ended(self, client: str, job: Job, outcome: str, seconds: float) -> None:
        """Take note of how a query ended, and after how many seconds.

        A client pays for the time of the processor; for all the time where the engine cannot tell that.
        """
        used, failed = job.meter.processor_seconds, outcome not in ("answered", "overloaded", "left")
        self._budgets.charge(client, seconds if used is None else used, failed)
        self._observe(outcome, seconds, job.meter.rows)


class _Run:
    """One query under way: a task takes what it gives into a spool."""

    def __init__(self, answers: Answers, question: Question, client: str, began: float) -> None:
        self._answers, self._client, self._began = answers, client, began
        self.question = question
        self._seconds: float | None = None
        most = answers.settings.answer_bytes
        self.turns = answers.turns
        self.spool = Spool(min(most, _PAGE_BYTES) if question.render else most, answers.room)
        self._task = asyncio.get_running_loop().create_task(self._take())

    async def _take(self) -> None:
        settings, question = self._answers.settings, self.question
        is_page = question.render is not None
        job = Job(
            question.text,
            forms.TABLE.name if is_page else question.choice.form.name,
            question.graphs,
            question.most_rows or (settings.table_rows if is_page else settings.answer_rows),
        )
        outcome = "left"
        try:
            async with self._answers.engine.run(job) as pieces:
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
            self._answers.ended(self._client, job, outcome, self._seconds)

    async def begin(self, request: Request) -> None:
        """Wait for the first part; raises the `Problem` of a query that failed before it."""
        whole = self.question.render is not None or request.scope.get("http_version") == "1.0"
        wait = self.spool.finished() if whole else self.spool.begun(_FIRST_BYTES, _FIRST_SECONDS)
        await _unless_left(request, wait)
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


async def _unless_left(request: Request, wait: Awaitable[None]) -> None:
    """Wait for something while the client is there; raises `CancelledError` when it goes."""

    async def left() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    waiting, leaving = asyncio.ensure_future(wait), asyncio.ensure_future(left())
    try:
        await asyncio.wait((waiting, leaving), return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            await waiting
        else:
            raise Problem(problems.LEFT, "the client went away before the answer")
    finally:
        for task in (waiting, leaving):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
