"""An engine elsewhere: any endpoint of the SPARQL 1.1 Protocol, asked as if the dataset were here.

Whatever form is wanted, the endpoint is asked for one that can be read back (JSON, N-Triples); the answer is
written anew here, by what also writes those of the workers. So every engine gives every form, an answer that
was cut off is never passed on as if it were whole, and rows can be counted. A thread parses and writes while
the answer comes.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx

from accordgraph import forms, record
from accordgraph.complexity import check_size
from accordgraph.endpoint import NTRIPLES, RESULTS, check_address, credentials, media_type, what_it_says
from accordgraph.engine import UNKNOWN, Job, gather
from accordgraph.errors import (
    AccordGraphError,
    EndpointError,
    EvaluationError,
    LimitExceeded,
    Overloaded,
    QueryError,
    WorkerError,
)
from accordgraph.feed import Feed
from accordgraph.lexer import dataset_clause, first_word
from accordgraph.prologue import explicit
from accordgraph.readback import Reading
from accordgraph.rows import too_many_rows
from accordgraph.settings import Settings
from accordgraph.store import Graphs, check_read_only

_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_GRAPH_FORMS = f"{NTRIPLES}, text/turtle;q=0.5"
_MOST_SAID = 65_536
"""How much of an error is read, in bytes."""


class RemoteEngine:
    """Answers queries by asking an endpoint; `default-graph-uri` and the like in its URL are its dataset."""

    lost = False

    def __init__(self, url: str, settings: Settings) -> None:
        """Make an engine that is not yet asked anything; raises `InputError` for what is no address."""
        parts = urlsplit(check_address(url))
        named = parse_qs(parts.query)
        self._own = Graphs(tuple(named.get("default-graph-uri", ())), tuple(named.get("named-graph-uri", ())))
        self._url = urlunsplit(parts._replace(query="", fragment="")) if self._own else url
        self._settings = settings
        self._busy: set[asyncio.Task[None]] = set()
        self._counts: Counter[str] = Counter()
        self._reached = False
        self.digest, self.triples = UNKNOWN, 0

    async def start(self) -> None:
        """Ask the endpoint what it holds; raises `EndpointError` when it does not answer."""
        settings = self._settings
        self._threads = ThreadPoolExecutor(max(settings.workers, 1), "endpoint")
        self._client = httpx.AsyncClient(
            auth=credentials(settings),
            timeout=httpx.Timeout(settings.query_seconds),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=settings.spare_workers),
            trust_env=False,
        )
        try:
            found = record.read(await self._bindings(record.QUERY))
            if found and found.merged and not self._own:
                self._own = Graphs((found.merged,), found.named)
            if found:
                self.digest, self.triples = found.digest, found.triples
            else:
                self.triples = int((await self._bindings(_COUNT))[0]["n"]["value"])
        except (AccordGraphError, LookupError, ValueError) as error:
            await self.stop()
            raise EndpointError(self._url, f"does not answer as a SPARQL endpoint: {error}") from error

    async def _bindings(self, text: str) -> list[dict[str, dict[str, str]]]:
        answer = json.loads(await gather(self, Job(text, forms.JSON.name)))
        bindings: list[dict[str, dict[str, str]]] = answer["results"]["bindings"]
        return bindings

    async def stop(self) -> None:
        """End every query and the connections."""
        for task in tuple(self._busy):
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self._client.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def state(self) -> dict[str, object]:
        """Return whether the endpoint answered last time, and how many queries it has now.

        What keeps its queries off the network is not known here, so no wall is named.
        """
        return {"walls": [], "workers": self.sizes(), "reachable": self._reached}

    def counts(self) -> dict[str, int]:
        """Return how many queries were sent, and how many were `stopped` or `lost` (not answered at all)."""
        return {name: self._counts[name] for name in ("started", "stopped", "lost")}

    def sizes(self) -> Mapping[str, int]:
        """Return how many more queries may be asked at once, and how many are."""
        return {"idle": self._settings.workers - len(self._busy), "busy": len(self._busy), "slow": 0}

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        """Ask the endpoint; see `Engine.run`. Leaving the context closes the connection."""
        if len(self._busy) >= self._settings.workers:
            raise Overloaded("all places for queries are taken; ask again in a moment")
        written: asyncio.Queue[bytes | None] = asyncio.Queue()
        task = asyncio.get_running_loop().create_task(self._ask(job, written))
        self._busy.add(task)
        self._counts["started"] += 1

        async def pieces() -> AsyncIterator[bytes]:
            while (piece := await written.get()) is not None:
                yield piece
            await asyncio.shield(task)

        try:
            yield pieces()
        finally:
            self._busy.discard(task)
            if not task.done():
                self._counts["stopped"] += 1
                task.cancel()
            with suppress(asyncio.CancelledError, Exception):  # its reader has been told, or has left
                await task

    async def _ask(self, job: Job, written: asyncio.Queue[bytes | None]) -> None:
        seconds = self._settings.query_seconds
        try:
            async with asyncio.timeout(seconds):
                await self._exchange(job, written)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout) as error:
            self._counts["stopped"] += 1
            message = (
                f"the query took longer than {seconds:g} seconds, and was stopped; ask for less at a time"
            )
            raise LimitExceeded("query_seconds", message) from error
        except httpx.HTTPError as error:
            self._counts["lost"] += 1
            self._reached = False
            raise WorkerError("the engine behind this endpoint cannot be reached, or broke off") from error
        finally:
            written.put_nowait(None)

    async def _exchange(self, job: Job, written: asyncio.Queue[bytes | None]) -> None:
        loop = asyncio.get_running_loop()
        word, fields = await loop.run_in_executor(self._threads, self._request, job)
        is_graph = word in ("CONSTRUCT", "DESCRIBE")
        headers = {"Accept": _GRAPH_FORMS if is_graph else RESULTS}
        async with self._client.stream("POST", self._url, data=fields, headers=headers) as response:
            self._reached = True
            if response.status_code != 200:
                raise await _refusal(response)
            if "x-sparql-maxrows" in response.headers:  # how Virtuoso says that it left rows out
                raise too_many_rows(int(response.headers["x-sparql-maxrows"]))
            feed = Feed()
            reading = Reading(
                feed, word, media_type(response), job, self._settings.answer_rows, self.digest, written
            )
            writing = loop.run_in_executor(self._threads, reading)
            try:
                read = 0
                async for piece in response.aiter_bytes():
                    read += len(piece)
                    if is_graph and read > self._settings.answer_bytes:
                        raise LimitExceeded(
                            "answer_bytes", "the graph is larger than is allowed; ask for less"
                        )
                    await feed.put(piece)
                    if writing.done():
                        break
                feed.end()
                await asyncio.shield(writing)
            except BaseException:
                feed.end(WorkerError("the answer was not read to its end"))
                with suppress(AccordGraphError):
                    await writing
                raise

    def _request(self, job: Job) -> tuple[str, dict[str, str | list[str]]]:
        """Return the first word of a query and what is sent; raises `QueryError` for what is not sent."""
        settings, text = self._settings, job.text
        check_size(text, settings.query_bytes, settings.query_depth, settings.query_patterns)
        check_read_only(text)
        word = first_word(text)
        graphs = job.graphs
        clause = dataset_clause(text)
        if not graphs and not clause.default and not clause.named:
            graphs = self._own
        fields: dict[str, str | list[str]] = {"query": explicit(text)}
        if graphs:
            fields |= {"default-graph-uri": list(graphs.default), "named-graph-uri": list(graphs.named)}
        return word.text.upper() if word else "", fields


async def _refusal(response: httpx.Response) -> AccordGraphError:
    """Return what an answer that is no success means here."""
    said = bytearray()
    async for piece in response.aiter_bytes():
        said += piece
        if len(said) > _MOST_SAID:
            break
    reason = f"the engine behind this endpoint says: {what_it_says(bytes(said))}"
    status = response.status_code
    if status == 400:
        return QueryError(reason)
    if status == 500:  # of this query: the engine itself answers
        return EvaluationError(reason)
    if status in (408, 504):
        return LimitExceeded("query_seconds", reason)
    if status in (429, 503):
        wait = response.headers.get("retry-after", "")
        return Overloaded(reason, int(wait) if wait.isdecimal() else 1)
    return WorkerError(f"{reason} (status {status})")
