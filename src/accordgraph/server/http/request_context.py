"""Context of the current request for the log and for problems: its id, its query and its outcome."""

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class RequestContext:
    """One request: its id, and the fingerprint and the outcome of its query, if it has one."""

    id: str
    query: str | None = None
    outcome: str | None = None


_CONTEXT: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def begin(id_: str) -> RequestContext:
    """Set the context of a request; whatever runs for it from now on gets it from `current`."""
    context = RequestContext(id_)
    _CONTEXT.set(context)
    return context


def current() -> RequestContext | None:
    """Return the context of the current request, if there is one."""
    return _CONTEXT.get()


def note_query(text: str) -> None:
    """Record a fingerprint of the query, from which its text cannot be recovered."""
    if context := current():
        context.query = hashlib.sha256(text.encode()).hexdigest()[:12]


def note_outcome(outcome: str) -> None:
    """Record the outcome of the query, one of `metrics.OUTCOMES`."""
    if context := current():
        context.outcome = outcome
