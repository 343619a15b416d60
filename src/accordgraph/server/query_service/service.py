"""From a question to a response: cache, entity tags, compression, limits and streaming, in one place.

The status is sent when the first part of the answer is there, so an early failure has its true status. What
fails later ends the connection without the end of the body: a part is never taken for the whole.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from accordgraph import __version__
from accordgraph.engine.engine import UNKNOWN, CurrentEngine, Job, gather
from accordgraph.errors import AccordGraphError, RateLimitExceeded
from accordgraph.results import formats
from accordgraph.results.json_reader import Row, read_rows, read_table
from accordgraph.server.http import request_context
from accordgraph.server.http.compression import IDENTITY, encode
from accordgraph.server.http.negotiation import Choice
from accordgraph.server.http.representation import Representation
from accordgraph.server.query_service.cache import Cache, PendingEntry
from accordgraph.server.query_service.execution import Execution, ResultSpec, Streamed
from accordgraph.server.query_service.outcomes import as_problem, outcome_of
from accordgraph.server.query_service.rate_limit import RateLimiter, client_of
from accordgraph.server.query_service.spool import SpoolQuota
from accordgraph.settings import Settings

_AT_ONCE = 2**18
"""The most octets of an answer that is compressed and sent as a whole."""
_SHORT = 2**14
"""The most octets that are compressed in the event loop: less than a millisecond's work."""
_TURNS, _HANDS = 4, 2
"""The long answers of which a piece is taken or sent at the same time, and the tasks of our own."""
LIMITS = '</api/settings>; rel="service-meta"'
"""Where a client learns beforehand how much an answer may hold (RFC 8631)."""

Result = TypeVar("Result")
Observe = Callable[[str, float, int], None]
"""Is told how a query ended, in a word, how many seconds it took, and how many rows it gave."""


class QueryService:
    """Answers questions with one engine; every endpoint that gives results has it in common."""

    def __init__(self, engine: CurrentEngine, settings: Settings, cache: Cache, observe: Observe) -> None:
        self.engine, self.settings, self.cache = engine, settings, cache
        self.quota = SpoolQuota(settings.waiting_bytes)
        self.turns = asyncio.Semaphore(_TURNS)
        """Long answers take turns, so that a hundred of them leave the loop free for a short one."""
        self._hands = asyncio.Semaphore(_HANDS)
        self._limiter = RateLimiter(settings.client_seconds, settings.client_errors)
        self._observe = observe

    async def rows(self, text: str) -> list[Row]:
        """Return the bindings of a SELECT of ours; they are kept.

        Raises `Problem` when there is no place for the query, or it fails.
        """
        key = (self.engine.digest, "rows", text)
        body = self.cache.get(key)
        if body is None:
            token, job = self.engine.token, Job.of(text, formats.JSON.name)
            try:
                body = await gather(self.engine, job)
            except AccordGraphError as error:
                raise as_problem(error) from error
            if self._lasts(job, token):
                self.cache.put(key, body)
        return read_rows(body)

    async def count(self, request: Request, text: str) -> int:
        """Return how many rows a SELECT gives, on the account of the client; the number is kept.

        Raises `Problem` when that cannot be found out.
        """
        key = (self.engine.digest, "count", text)
        if (kept := self.cache.get(key)) is not None:
            return int(kept)
        client = self._account(request)
        token, job = self.engine.token, Job.of(text, formats.JSON.name, most_rows=self.settings.answer_rows)
        began, outcome = time.perf_counter(), "left"
        try:
            body = await gather(self.engine, job)
            outcome = "answered"
        except AccordGraphError as error:
            outcome = outcome_of(error)
            raise as_problem(error) from error
        finally:
            self._ended(client, job, outcome, time.perf_counter() - began)
        count = len(json.loads(body)["results"]["bindings"])
        if self._lasts(job, token):
            self.cache.put(key, str(count).encode())
        return count

    def _account(self, request: Request) -> str:
        """Return on whose account a query runs; raises `Problem` when that has nothing left."""
        client = client_of(request)
        try:
            self._limiter.check(client)
        except RateLimitExceeded as error:
            self._observe("budget", 0.0, 0)
            raise as_problem(error) from error
        return client

    async def work(self, request: Request, task: Callable[[], Result]) -> Result:
        """Return what a task of our own gives, done beside the loop on the account of the client.

        Few are done at a time. Raises `Problem` when the account has nothing left.
        """
        client = self._account(request)

        def timed() -> tuple[Result, float]:
            began = time.thread_time()
            return task(), time.thread_time() - began

        async with self._hands:
            result, seconds = await asyncio.to_thread(timed)
        self._limiter.charge(client, seconds, False)
        return result

    def _lasts(self, job: Job, token: str) -> bool:
        """Return whether an answer is of the dataset that was there before and is there, and has a name."""
        return job.meter.engine == token == self.engine.token and self.engine.digest != UNKNOWN

    async def respond(self, request: Request, spec: ResultSpec) -> Response:
        """Answer a question; raises `Problem` for one that fails before a part of its answer was sent."""
        began, token = time.perf_counter(), self.engine.token
        request_context.note_query(spec.query.text)
        representation = Representation(request, spec.choice.content_type, spec.headers)
        representation.headers["Link"] = ", ".join(filter(None, (representation.headers.get("Link"), LIMITS)))
        key = None
        if self.engine.digest != UNKNOWN and spec.query.deterministic:
            key = representation.tagged(self._key(spec, str(request.url) if spec.render else ""))
            cached = self.cache.get(key)
            if response := representation.not_modified(exists=cached is not None):
                self._observe("not-modified", time.perf_counter() - began, 0)
                return response
            if cached is not None:
                self._observe("cached", time.perf_counter() - began, 0)
                representation.headers["Server-Timing"] = "cache;desc=hit"
                return representation.whole(cached)
        else:
            representation.volatile()
        run = self._ask(request, spec, began)
        try:
            await run.begin(request)
            representation.headers["Server-Timing"] = run.timing()
            at_once = run.spool.ended and (spec.render is not None or len(run.spool) <= _AT_ONCE)
            body = await self._whole(run, representation.coding) if at_once else None
        except BaseException:
            run.close()
            raise
        if key and not self._lasts(run.job, token):  # the tag of one dataset is not that of the next
            key = None
            representation.volatile()
        if body is None:
            return Streamed(run, representation, request.method == "HEAD", PendingEntry(self.cache, key))
        if key:
            self.cache.put(key, body)
        return representation.whole(body)

    def _ask(self, request: Request, spec: ResultSpec, began: float) -> Execution:
        """Begin a query on the account of the client; raises `Problem` when that has nothing left."""
        client = self._account(request)
        ended = partial(self._ended, client)
        return Execution(self.engine, self.settings, spec, self.quota, self.turns, began, client, ended)

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
        representation = Representation(request, choice.content_type, headers)
        if (digest or self.engine.digest) == UNKNOWN:
            representation.volatile()
            return representation.whole(encode(representation.coding, make()))
        key = representation.tagged(self._tag((name, choice.content_type), digest))
        if response := representation.not_modified():
            return response
        if (body := self.cache.get(key)) is None:
            body = encode(representation.coding, make())
            self.cache.put(key, body)
        return representation.whole(body)

    async def _whole(self, run: Execution, coding: str) -> bytes:
        body = run.spool.whole()
        run.close()
        if render := run.spec.render:
            made = await asyncio.to_thread(render, read_table(body))
            body = made if isinstance(made, bytes) else await made
        if len(body) <= (_SHORT if coding != IDENTITY else _AT_ONCE):  # a thread would take longer
            return encode(coding, body)
        return await asyncio.to_thread(encode, coding, body)

    def _key(self, spec: ResultSpec, page: str) -> str:
        """Return what names a result: the dataset, query, graphs and format, and the page it is in."""
        graphs = spec.graphs
        parts = (
            spec.query.text,
            sorted(graphs.default),
            sorted(graphs.named),
            spec.choice.content_type,
            spec.variant,
            page,
            "" if spec.steady else self.engine.token,
        )
        return self._tag(parts)

    def _tag(self, parts: tuple[object, ...], digest: str = "") -> str:
        name = hashlib.sha256(json.dumps((__version__, *parts)).encode()).hexdigest()
        return f"{(digest or self.engine.digest)[:16]}-{name[:24]}"

    def _ended(self, client: str, job: Job, outcome: str, seconds: float) -> None:
        """Take note of how a query ended, and after how many seconds.

        A client pays for the time of the processor; for all the time where the engine cannot tell that.
        """
        used, failed = job.meter.processor_seconds, outcome not in ("answered", "overloaded", "left")
        self._limiter.charge(client, seconds if used is None else used, failed)
        self._observe(outcome, seconds, job.meter.rows)
