"""An engine elsewhere: any endpoint of the SPARQL 1.1 Protocol, asked as if the dataset were here.

Whatever form is wanted, the endpoint is asked for one that can be read back (JSON, N-Triples); the answer is
written anew here, by what also writes those of the workers. So every engine gives every form, an answer that
was cut off is never passed on as if it were whole, and rows can be counted. A thread parses and writes while
the answer comes.

The end of an answer is held back until the record of what the engine holds is seen to be the one that was
there at the start: an answer out of two datasets is never passed on either.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx

from accordgraph.engine.engine import UNKNOWN, Job
from accordgraph.engine.remote import load_record
from accordgraph.engine.remote.byte_feed import Feed
from accordgraph.engine.remote.http import NTRIPLES, RESULTS, check_address, credentials, media_type
from accordgraph.engine.remote.probe import Probe, fields, refusal
from accordgraph.engine.remote.transcoder import Transcoder
from accordgraph.errors import (
    AccordGraphError,
    EndpointError,
    LimitExceeded,
    Overloaded,
    WorkerError,
)
from accordgraph.results.row_limit import too_many_rows
from accordgraph.settings import Settings
from accordgraph.sparql.graph_scopes import check_graph_scopes
from accordgraph.sparql.query import Graphs

_GRAPH_FORMS = f"{NTRIPLES}, text/turtle;q=0.5"


class RemoteEngine:
    """Answers queries by asking an endpoint; `default-graph-uri` and the like in its URL are its dataset."""

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
        self._loads: tuple[str, ...] = ()
        self.digest, self.triples = UNKNOWN, 0
        self.lost = False
        """Whether the engine holds another dataset now than when it was started."""

    async def start(self) -> None:
        """Ask the endpoint what it holds.

        Raises `EndpointError` when it does not answer, or is being filled.
        """
        settings = self._settings
        self._threads = ThreadPoolExecutor(max(settings.workers, 1), "endpoint")
        self._client = httpx.AsyncClient(
            auth=credentials(settings),
            timeout=httpx.Timeout(settings.query_seconds),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=settings.spare_workers),
            trust_env=False,
        )
        self._probe = Probe(self._client, self._url)
        try:
            record = await self._probe.record()
            count = record.triples if record else await self._probe.count(self._own)
        except (AccordGraphError, httpx.HTTPError) as error:
            await self.stop()
            raise EndpointError(self._url, f"does not answer as a SPARQL endpoint: {error}") from error
        if record and not record.is_whole:
            await self.stop()
            raise EndpointError(
                self._url, "is being filled, or a load was broken off: wait, or `accordgraph load` it again"
            )
        if record and record.merged and not self._own:
            self._own = Graphs((record.merged,), record.named)
        self._reached = True
        self.digest, self.triples = record.digest if record else UNKNOWN, count
        self._loads = record.loads if record else ()

    async def _check_record(self) -> None:
        """Raise `Overloaded` when the engine was filled, or began to be, since it was started."""
        if await self._probe.loads() != self._loads:
            self.lost, self.digest = True, UNKNOWN
            raise Overloaded("the dataset of this endpoint is being replaced; ask again in a moment")

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
        text, graphs = await loop.run_in_executor(self._threads, self._request, job)
        await self._probe.check_merge(graphs)
        is_graph = job.query.is_graph
        headers = {"Accept": _GRAPH_FORMS if is_graph else RESULTS}
        async with self._client.stream(
            "POST", self._url, data=fields(text, graphs), headers=headers
        ) as response:
            self._reached = True
            if response.status_code != 200:
                raise await refusal(response)
            if "x-sparql-maxrows" in response.headers:  # how Virtuoso says that it left rows out
                raise too_many_rows(int(response.headers["x-sparql-maxrows"]))
            feed = Feed()
            transcoder = Transcoder(
                feed, media_type(response), job, self._settings.answer_rows, self.digest, written
            )
            writing = loop.run_in_executor(self._threads, transcoder)
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
        await self._check_record()

    def _request(self, job: Job) -> tuple[str, Graphs]:
        """Return the text and the graphs that are sent; raises `QueryError` for a query that is rejected."""
        settings, query = self._settings, job.query
        query.check_size(settings.query_bytes, settings.query_depth, settings.query_patterns)
        query.check_read_only()
        check_graph_scopes(query)
        graphs = job.graphs or query.graphs
        if graphs:
            query = query.without_graphs()
            graphs = Graphs(tuple(dict.fromkeys(graphs.default)), tuple(dict.fromkeys(graphs.named)))
            if self._own.default and not graphs.named:
                graphs = Graphs(graphs.default, (load_record.NOTHING.value,))
        elif not query.clauses:
            graphs = self._own
        return query.standalone(), graphs
