"""A worker: one query at a time, read from a socket, answered in frames.

A frame is a kind and a length, then so many octets: `D` a piece of the
answer, `E` its end (octets: how many rows it has, as JSON), `X` an error (as JSON). Both say whether the
worker is `spent`; else the next query may come. What a query leaves does not reach the next: each has limits
of its own, and a worker that has grown is not used again.
"""

import io
import json
import pickle
import select
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from typing import IO, Any, cast

from pyoxigraph import Literal, QueryResultsFormat

from accordgraph.engine.workers import sandbox
from accordgraph.errors import (
    EvaluationError,
    InputError,
    LimitExceeded,
    QueryError,
    QueryRefused,
)
from accordgraph.results import formats, writers
from accordgraph.results.result import let_go
from accordgraph.results.xlsx import About
from accordgraph.sparql.query import Graphs, SparqlQuery
from accordgraph.store.local import LocalStore

HEAD = struct.Struct(">cI")
LENGTH = struct.Struct(">I")
DATA, END, ERROR = b"D", b"E", b"X"
_MOST_QUERIES, _MOST_GROWTH = 10_000, 96 * 2**20
"""How many queries a worker answers, and how many bytes it may have more than before the first."""
_WARM = "SELECT ?text { ?query <http://www.w3.org/ns/shacl#select> ?text } ORDER BY ?query LIMIT 20"
_WARM_SECONDS = 0.15

_Job = tuple[SparqlQuery, str, Graphs, int | None]
"""The query, its result format, the graphs that replace its FROM clauses, and the row limit."""

KINDS: tuple[type[QueryError], ...] = (LimitExceeded, QueryRefused, EvaluationError, QueryError)
"""The errors that are handed over by name; an error is named by the first of these that it is."""


def work(store: LocalStore, channel: socket.socket, limits: dict[str, Any]) -> None:
    """Answer queries from a socket until it is closed."""
    _warm(store, channel)
    before, answered = sandbox.memory()[1], 0
    while (job := receive(channel)) is not None:
        sandbox.limit_processor(limits["query_seconds"] + 1)
        sandbox.limit_memory(limits["query_memory"] * 2**20)
        answered += 1
        pieces = writers.ChunkedOutput(partial(send, channel, DATA))
        try:
            rows = _write(store, job, limits, cast(IO[bytes], pieces))
        except (QueryError, InputError) as error:
            kind, content = ERROR, _content(error)
            let_go(error)
            pieces.take()  # nobody reads the rest
        else:
            kind, content = END, {"rows": rows}
        content["spent"] = answered >= _MOST_QUERIES or sandbox.memory()[1] > before + _MOST_GROWTH
        last = frame(kind, json.dumps(content).encode())
        channel.sendall(frame(DATA, rest) + last if (rest := pieces.take()) else last)


def _warm(store: LocalStore, channel: socket.socket) -> None:
    """Ask some of the questions that the dataset has, until the first query comes.

    What a process has of its parent is copied when it first writes there: its first query takes seven times
    as long as a later one.
    """
    end, questions = time.process_time() + _WARM_SECONDS, store.query(_WARM).rows()
    while time.process_time() < end and not select.select([channel], [], [], 0)[0]:
        if not (question := next(questions, None)):
            return
        with suppress(QueryError):
            store.query(cast(Literal, question[0]).value).write(io.BytesIO(), QueryResultsFormat.JSON)


def _write(store: LocalStore, job: _Job, limits: dict[str, Any], output: IO[bytes]) -> int:
    query, format_, graphs, most_rows = job
    query.check_size(limits["query_bytes"], limits["query_depth"], limits["query_patterns"])
    result, about = store.query(query, graphs), About(query.text, store.digest)
    return writers.write(result, formats.ALL[format_], output, most_rows, about)


def _content(error: QueryError | InputError) -> dict[str, object]:
    if isinstance(error, InputError):
        return {"kind": "InputError", "message": str(error)}
    kind = next(kind for kind in KINDS if isinstance(error, kind))
    return {
        "kind": kind.__name__,
        "message": error.message,
        "line": error.line,
        "column": error.column,
        "limit": getattr(error, "limit", None),
    }


def send(channel: socket.socket, kind: bytes, octets: bytes) -> None:
    """Send one frame."""
    channel.sendall(frame(kind, octets))


def frame(kind: bytes, octets: bytes) -> bytes:
    """Return one frame."""
    return HEAD.pack(kind, len(octets)) + octets


def receive(channel: socket.socket) -> _Job | None:
    """Return the next job; None when there is no more."""
    head = _read(channel, LENGTH.size)
    if head is None:
        return None
    body = _read(channel, LENGTH.unpack(head)[0])
    return None if body is None else cast(_Job, pickle.loads(body))


def _read(channel: socket.socket, length: int) -> bytes | None:
    body = bytearray()
    while len(body) < length:
        piece = channel.recv(length - len(body))
        if not piece:
            return None
        body += piece
    return bytes(body)
