"""One query and one worker: the query goes out, and what the worker answers comes back.

That is kept back until the query has ended or has a slow place (see `places`): an answer of which a part was
sent is never held nor told to come again.
"""

import json
import pickle
from collections.abc import AsyncIterator, Callable
from typing import Any

from accordgraph import errors
from accordgraph.engine.engine import Job
from accordgraph.engine.workers.scheduler import Stay
from accordgraph.engine.workers.worker import DATA, END, HEAD, KINDS, LENGTH
from accordgraph.errors import InputError, LimitExceeded, QueryError
from accordgraph.settings import Settings

_KEPT_BYTES = 2**20
"""What a query may give before it needs a slow place."""


class Exchange:
    """The exchange about one job, with the worker of its stay."""

    def __init__(
        self, job: Job, stay: Stay, settings: Settings, ask_for_slow_place: Callable[[Stay], None]
    ) -> None:
        self._job, self._stay, self._settings = job, stay, settings
        self._ask_for_slow_place = ask_for_slow_place
        self.whole = False
        """Whether the worker has said all there is to say, so that it can be given another query."""

    def begin(self) -> None:
        """Hand the query over."""
        job = self._job
        body = pickle.dumps((job.query, job.format, job.graphs, job.most_rows))
        self._stay.worker.writer.write(LENGTH.pack(len(body)) + body)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the answer; raises the error of the query, or why the worker has ended before it had."""
        worker, kept, size = self._stay.worker, list[bytes](), 0
        try:
            await worker.writer.drain()
            while not self.whole:
                kind, length = HEAD.unpack(await worker.reader.readexactly(HEAD.size))
                octets = await worker.reader.readexactly(length)
                if kind == DATA:
                    kept.append(octets)
                    size += length
                    if size > _KEPT_BYTES:
                        self._ask_for_slow_place(self._stay)
                else:
                    self._end(kind, json.loads(octets))
                if self.whole or self._stay.slow_place:
                    for piece in kept:
                        yield piece
                    kept.clear()
        except (EOFError, ConnectionError) as error:
            raise await worker.why(self._settings) from error

    def _end(self, kind: bytes, content: dict[str, Any]) -> None:
        self.whole = True
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
