"""Reading back what another engine answered, and writing it as the engine here would have."""

import asyncio
import json
from typing import IO, cast

import pyoxigraph as ox

from accordgraph.engine.engine import Job
from accordgraph.engine.remote.byte_feed import Feed
from accordgraph.errors import AccordGraphError, EvaluationError, WorkerError
from accordgraph.results import formats, writers
from accordgraph.results.result import Answer, let_go
from accordgraph.results.row_limit import too_many_rows
from accordgraph.results.xlsx import About


class Transcoder:
    """What a thread does with an answer: parse it and write it in the form that is wanted."""

    def __init__(
        self,
        feed: Feed,
        media_type: str,
        job: Job,
        most_triples: int,
        digest: str,
        written: asyncio.Queue[bytes | None],
    ) -> None:
        """Make a reading, in the event loop whose queue it writes to."""
        self._feed, self._media_type, self._job = feed, media_type, job
        self._most_triples, self._digest = most_triples, digest
        self._written, self._loop = written, asyncio.get_running_loop()

    def __call__(self) -> None:
        """Raise what `results.write` raises, and `WorkerError` for an answer that cannot be read."""
        try:
            self._write()
        except (SyntaxError, EvaluationError, OSError, UnicodeError) as error:
            let_go(error)
            raise WorkerError(
                "the answer of the engine behind this endpoint was cut off, or is not well-formed"
            ) from error
        except AccordGraphError as error:
            let_go(error)
            raise
        finally:
            self._feed.leave()

    def _write(self) -> None:
        job, answer = self._job, self._answer()
        written, loop = self._written, self._loop
        output = writers.ChunkedOutput(lambda octets: loop.call_soon_threadsafe(written.put_nowait, octets))
        form, about = formats.ALL[job.format], About(job.query.text, self._digest)
        job.meter.rows = writers.write(answer, form, cast(IO[bytes], output), job.most_rows, about)
        output.flush()

    def _answer(self) -> Answer:
        source = cast(IO[bytes], self._feed)
        if self._job.query.is_graph:
            form = ox.RdfFormat.from_media_type(self._media_type)
            if form is None:
                raise self._unexpected()
            return _Graph(source, form, self._most_triples)
        kind = ox.QueryResultsFormat.from_media_type(self._media_type)
        if kind is None:
            raise self._unexpected()
        results = ox.parse_query_results(source, kind)
        if self._job.query.form == "ASK" and isinstance(results, ox.QuerySolutions):
            # Virtuoso answers ASK with a row for yes, and none for no.
            results = ox.parse_query_results(
                json.dumps({"head": {}, "boolean": any(True for _ in results)}), ox.QueryResultsFormat.JSON
            )
        return Answer(results)

    def _unexpected(self) -> WorkerError:
        kind = self._media_type or "an answer without a media type"
        return WorkerError(f"the engine behind this endpoint gave {kind}, which is no form of this answer")


class _Graph(Answer):
    """A graph that comes as RDF."""

    def __init__(self, source: IO[bytes], form: ox.RdfFormat, most: int) -> None:
        self._source, self._form, self._most = source, form, most

    @property
    def is_graph(self) -> bool:
        return True

    @property
    def boolean(self) -> bool | None:
        return None

    @property
    def variables(self) -> tuple[str, ...]:
        return ()

    def triples(self, enough: int | None = None) -> list[ox.Triple]:
        results: set[ox.Triple] = set()
        for quad in ox.parse(self._source, self._form):
            results.add(ox.Triple(quad.subject, quad.predicate, quad.object))
            if len(results) > self._most:
                raise too_many_rows(self._most)
            if enough is not None and len(results) > enough:
                break
        return sorted(results, key=str)
