"""One query and one worker: the query goes out, and what the worker answers comes back.

That is kept back until the query has ended or has a place for long-running ones (see `scheduler`): an answer
of which a part was sent is never suspended nor told to come again.
"""

import json
import pickle
from collections.abc import AsyncIterator, Callable
from typing import Any

from accordgraph import errors
from accordgraph.engine.engine import Job
from accordgraph.engine.workers.scheduler import Evaluation, State
from accordgraph.engine.workers.worker import DATA, END, HEAD, KINDS, LENGTH
from accordgraph.engine.workers.worker_process import WorkerProcess
from accordgraph.errors import InputError, LimitExceeded, QueryError
from accordgraph.settings import Settings

_KEPT_BYTES = 2**20
"""What a query may give before it is long-running."""


class Exchange:
    """The exchange about one job, with the worker that evaluates it."""

    def __init__(
        self,
        job: Job,
        evaluation: Evaluation,
        worker: WorkerProcess,
        settings: Settings,
        become_long: Callable[[Evaluation], None],
    ) -> None:
        self._job, self._evaluation, self._worker = job, evaluation, worker
        self._settings, self._become_long = settings, become_long
        self.whole = False
        """Whether the worker has said all there is to say, so that it can be given another query."""

    def begin(self) -> None:
        """Hand the query over."""
        job = self._job
        body = pickle.dumps((job.query, job.format, job.graphs, job.most_rows))
        self._worker.writer.write(LENGTH.pack(len(body)) + body)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the answer; raises the error of the query, or why the worker has ended before it had."""
        worker, kept, size = self._worker, list[bytes](), 0
        try:
            await worker.writer.drain()
            while not self.whole:
                kind, length = HEAD.unpack(await worker.reader.readexactly(HEAD.size))
                octets = await worker.reader.readexactly(length)
                if kind == DATA:
                    kept.append(octets)
                    size += length
                    if size > _KEPT_BYTES:
                        self._become_long(self._evaluation)
                else:
                    self._end(kind, json.loads(octets))
                if self.whole or self._evaluation.state is State.LONG:
                    for piece in kept:
                        yield piece
                    kept.clear()
        except (EOFError, ConnectionError) as error:
            raise await worker.why(self._settings) from error

    def _end(self, kind: bytes, content: dict[str, Any]) -> None:
        self.whole = True
        self._worker.spent = self._worker.spent or content.pop("spent")
        if kind != END:
            raise _error(content)
        self._job.meter.rows = content["rows"]


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
