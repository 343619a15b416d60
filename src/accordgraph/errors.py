"""The errors of the package; each message says what is wrong, where, and what would be right.

AccordGraphError            caught by the command line: one line, exit 2
├── InputError              a file or an argument that a person wrote
│   ├── TurtleError         not Turtle, or something that the file may not hold
│   ├── CanonicalFormError  Turtle, but not in the canonical form
│   ├── QueryFileError      a query file without its header, or not SPARQL
│   ├── ShapeError          a shape that uses a term SHACL does not have
│   └── ParameterError      a query parameter that does not fit
├── BuildError              the build cannot go on
├── DatasetNotBuilt         no built dataset where one is needed
├── NotValidated            a dataset without a conforming validation of exactly these bytes
├── ReferenceMissing        the reference material is not there
├── QueryError              SPARQL that cannot be answered, with line and column where they are known
│   ├── QueryRefused        an update, or SERVICE
│   ├── EvaluationError     well written, but it cannot be evaluated
│   └── LimitExceeded       more than a setting allows: time, memory, rows, length ...
├── Overloaded              no place for a query now; another time there may be
├── WorkerError             the processes that answer queries cannot do their work
└── EndpointError           an endpoint that cannot be reached, or that refuses
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

SHOWN = 5
"""How many files a message names before it counts the rest."""

MOST_SHOWN = 100
"""How many characters of what somebody sent a message repeats."""


def shown(text: str) -> str:
    """Return what somebody sent as a message repeats it: its beginning, where it is long."""
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def first_of(items: Sequence[object], separator: str = ", ") -> str:
    """Return the first items of a list in a line, and how many more there are."""
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return separator.join(str(item) for item in items[:SHOWN]) + more


class AccordGraphError(Exception):
    """Anything that the package reports to the person who runs it."""


class InputError(AccordGraphError):
    """A file or an argument that a person wrote is wrong."""


class TurtleError(InputError):
    """A Turtle file that cannot be read, or that holds what it may not hold."""

    def __init__(self, path: Path, message: str, line: int | None = None, column: int | None = None) -> None:
        self.path, self.message, self.line, self.column = path, message, line, column
        place = "".join(f":{number}" for number in (line, column) if number is not None)
        super().__init__(f"{path}{place}: {message}")


class CanonicalFormError(InputError):
    """Turtle files that are not in the canonical form."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        super().__init__(f"not in canonical form: {first_of(paths, ' ')}; `accordgraph format` puts it right")


class QueryFileError(InputError):
    """A query file that lacks its header or is not SPARQL."""


class ShapeError(InputError):
    """A shapes file that uses a term which SHACL does not define."""


class ParameterError(InputError):
    """Parameters that the query does not have, or values that do not fit; `faults` names each of them."""

    def __init__(self, message: str, faults: Sequence[Mapping[str, str]] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(message)


class BuildError(AccordGraphError):
    """The build cannot go on."""


class DatasetNotBuilt(AccordGraphError):
    """There is no built dataset where one is needed."""


class NotValidated(AccordGraphError):
    """The dataset has no conforming validation of exactly these bytes."""


class ReferenceMissing(AccordGraphError):
    """The reference material is not where the setting says."""


class QueryError(AccordGraphError):
    """SPARQL that cannot be answered; `line` and `column` (from 1) say where, if known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.message, self.line, self.column = message, line, column
        place = f"line {line}, column {column}: " if line is not None else ""
        super().__init__(f"{place}{message}")


class QueryRefused(QueryError):
    """SPARQL that a store will not run, however well it is written: an update, or SERVICE."""


class EvaluationError(QueryError):
    """SPARQL that is well written but cannot be evaluated, as with a function that does not exist."""


class LimitExceeded(QueryError):
    """A query, or its answer, that is more than a setting allows; `limit` is the name of the setting."""

    def __init__(self, limit: str, message: str) -> None:
        self.limit = limit
        super().__init__(message)


class Overloaded(AccordGraphError):
    """There is no place for a query now; `retry_after` is the number of seconds to wait."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class WorkerError(AccordGraphError):
    """The processes that answer queries cannot start, or one of them ended without a reason that is known."""


class EndpointError(AccordGraphError):
    """An endpoint that cannot be reached, or that refuses; `problem` is what it says, `status` its code."""

    def __init__(self, endpoint: str, message: str, problem: Mapping[str, object] | None = None) -> None:
        self.endpoint, self.problem = endpoint, dict(problem or {})
        status = self.problem.get("status")
        self.status = status if isinstance(status, int) else None
        super().__init__(f"{endpoint}: {message}")
