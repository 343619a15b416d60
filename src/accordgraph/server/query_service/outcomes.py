"""How queries end, in a word for metrics and logs, and as the problem that the client is told."""

from accordgraph.errors import (
    AccordGraphError,
    EvaluationError,
    InputError,
    LimitExceeded,
    Overloaded,
    QueryError,
    QueryRefused,
    RateLimitExceeded,
    WorkerError,
)
from accordgraph.server.http import problems
from accordgraph.server.http.problems import Problem


def outcome_of(error: AccordGraphError) -> str:
    """Return how a query ended that failed, in a word."""
    for kind, outcome in _OUTCOMES:
        if isinstance(error, kind):
            return outcome
    return "failed"


_OUTCOMES: tuple[tuple[type[AccordGraphError], str], ...] = (
    (RateLimitExceeded, "budget"),
    (Overloaded, "overloaded"),
    (LimitExceeded, "limit"),
    (QueryRefused, "refused"),
    (EvaluationError, "evaluation"),
    (QueryError, "malformed"),
    (WorkerError, "failed"),
)
_LIMIT_PROBLEMS = {
    "query_seconds": problems.TOO_SLOW,
    "query_memory": problems.TOO_MUCH_MEMORY,
    "query_bytes": problems.TOO_LONG,
}


def as_problem(error: Exception) -> Problem:
    """Return an error of a query as the problem that the client is told; others are raised again."""
    match error:
        case RateLimitExceeded():
            return Problem(problems.TOO_MANY, str(error), {"Retry-After": str(error.retry_after)})
        case Overloaded():
            return Problem(problems.BUSY, str(error), {"Retry-After": str(error.retry_after)})
        case LimitExceeded():
            kind = _LIMIT_PROBLEMS.get(error.limit, problems.TOO_LARGE)
            return Problem(kind, error.message, limit=error.limit)
        case QueryRefused():
            return Problem(problems.REFUSED, error.message)
        case EvaluationError():
            return Problem(problems.EVALUATION, error.message)
        case QueryError():
            return Problem(problems.MALFORMED_QUERY, str(error), line=error.line, column=error.column)
        case InputError():
            return Problem(problems.NOT_ACCEPTABLE, str(error), {"Vary": "Accept"})
        case WorkerError():
            return Problem(problems.FAILED, str(error), {"Retry-After": "1"})
    raise error
