"""The errors of the package; each message states what is wrong, where, and the remedy.

The command line prints an `AccordGraphError` as one line and exits with 2.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

SHOWN = 5
"""How many files a message names before it counts the rest."""

MOST_SHOWN = 100
"""How many characters of a client's input a message repeats."""


def shown(text: str) -> str:
    """Return a client's input as a message repeats it: its beginning, if it is long."""
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def first_of(items: Sequence[object], separator: str = ", ") -> str:
    """Return the first items of a list in a line, and how many more there are."""
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return separator.join(str(item) for item in items[:SHOWN]) + more


class AccordGraphError(Exception):
    """Any error that the package reports to its user."""


class InputError(AccordGraphError):
    """Invalid input: a file or an argument."""


class TurtleError(InputError):
    """A Turtle file that cannot be parsed, or that contains a term which it must not contain."""

    def __init__(self, path: Path, message: str, line: int | None = None, column: int | None = None) -> None:
        self.path, self.message, self.line, self.column = path, message, line, column
        place = "".join(f":{number}" for number in (line, column) if number is not None)
        super().__init__(f"{path}{place}: {message}")


class CanonicalFormError(InputError):
    """Turtle files that are not in canonical form."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        super().__init__(f"not in canonical form: {first_of(paths, ' ')}; `accordgraph format` fixes it")


class QueryFileError(InputError):
    """Invalid query file: its header is missing, or it is not SPARQL."""


class ShapeError(InputError):
    """Shapes that would not be applied: none at all, or a term that SHACL does not define."""


class ParameterError(InputError):
    """Unknown parameters of a query, or invalid values; `faults` names each of them."""

    def __init__(self, message: str, faults: Sequence[Mapping[str, str]] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(message)


class BuildError(AccordGraphError):
    """The build cannot continue."""


class DatasetNotBuilt(AccordGraphError):
    """No built dataset."""


class NotValidated(AccordGraphError):
    """The dataset was not validated, has changed since, or does not conform."""


class ReferenceMissing(AccordGraphError):
    """Reference material not found."""


class QueryError(AccordGraphError):
    """SPARQL that cannot be run; `line` and `column` (from 1) give the position, if known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.message, self.line, self.column = message, line, column
        place = f"line {line}, column {column}: " if line is not None else ""
        super().__init__(f"{place}{message}")


class QueryRefused(QueryError):
    """Operation not permitted: SPARQL Update or SERVICE."""


class EvaluationError(QueryError):
    """Query evaluation error: valid syntax, but for example an unknown function."""


class LimitExceeded(QueryError):
    """A query or its result exceeds a setting; `limit` is the name of the setting."""

    def __init__(self, limit: str, message: str) -> None:
        self.limit = limit
        super().__init__(message)


class Overloaded(AccordGraphError):
    """No slot available for a query; `retry_after` is the number of seconds to wait."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class RateLimitExceeded(Overloaded):
    """A client uses more than one may."""


class WorkerError(AccordGraphError):
    """Worker process failure: workers cannot start, or one ended for an unknown reason."""


class EndpointError(AccordGraphError):
    """A remote endpoint is unreachable or returned an error: `problem`, with the HTTP status `status`."""

    def __init__(self, endpoint: str, message: str, problem: Mapping[str, object] | None = None) -> None:
        self.endpoint, self.problem = endpoint, dict(problem or {})
        status = self.problem.get("status")
        self.status = status if isinstance(status, int) else None
        super().__init__(f"{endpoint}: {message}")
