"""What is known of the request under way, for the log and for problems: its id, its query, its outcome."""

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Trace:
    """One request: its id, and the fingerprint and the outcome of the query that it asked, if any."""

    id: str
    query: str | None = None
    outcome: str | None = None


_TRACE: ContextVar[Trace | None] = ContextVar("trace", default=None)


def begin(id_: str) -> Trace:
    """Begin the trace of a request; what runs for it from now on finds it with `current`."""
    trace = Trace(id_)
    _TRACE.set(trace)
    return trace


def current() -> Trace | None:
    """Return the trace of the request under way, if there is one."""
    return _TRACE.get()


def note_query(text: str) -> None:
    """Note which query a request asks: a fingerprint, the same for the same text, that does not tell it."""
    if trace := current():
        trace.query = hashlib.sha256(text.encode()).hexdigest()[:12]


def note_outcome(outcome: str) -> None:
    """Note how the query of a request ended, in a word."""
    if trace := current():
        trace.outcome = outcome
