"""Whether anything brings the server down: requests that are made up from its OpenAPI document."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accordgraph.errors import AccordGraphError, InputError
from accordgraph.library.query_file import load_queries
from accordgraph.project import Project
from benchmarks.report import Report
from benchmarks.target import Target, serving

SETTINGS = {"client_seconds": 0, "client_errors": 0, "query_seconds": 1, "cache_bytes": 2**20}
"""The settings of the server: no budget, short queries, and little memory that is meant to fill."""
_ROUND = 2000
_QUERIES = "`/queries/...`, each query of the library"


@dataclass(frozen=True)
class Outcome:
    """What came of many requests: answers by path and status, and how the server was before and after."""

    answers: Counter[tuple[str, int]]
    faults: Sequence[str]
    memory: Sequence[dict[str, int]]
    """In MiB, by process: after some requests, then after each round."""
    lost: int
    seconds: float


def ask(target: Target, texts: Sequence[str], number: int, tell: Callable[[str], None]) -> Outcome:
    """Send at least so many made-up requests to a server; `texts` are queries, which are sent broken.

    Raises `InputError` where schemathesis is not installed.
    """
    try:
        from benchmarks.openapi_requests import Inventor
    except ImportError as error:
        raise InputError(f"this needs the extra `dev` of the package: {error}") from error
    inventor = Inventor(target.address, texts)
    answers: Counter[tuple[str, int]] = Counter()
    faults: list[str] = []
    memory: list[dict[str, int]] = []
    began, chance = time.monotonic(), 0
    rounds = max(1, number // _ROUND)
    while answers.total() < number:
        for found in inventor.send(number // rounds, chance):
            for answer in found:
                answers[answer.path, answer.status] += 1
                faults += answer.faults
            tell(f"{answers.total():,} requests, {len(faults)} faults")
            if not memory and answers.total() >= number / rounds / 2:
                memory.append(target.memory())
        memory.append(target.memory())
        chance += 1
    health = target.health()
    lost = health["processes"]["lost"] + health["recovered"]
    return Outcome(answers, faults, memory, lost, time.monotonic() - began)


def measure(project: Project, requests: int, tell: Callable[[str], None]) -> Report:
    """Send so many requests to a server over the built dataset.

    Raises `AccordGraphError` for an answer that is not as the document says, and for a process that is lost.
    """
    texts = [query.text for query in load_queries(project.queries / "competency")]
    with serving(project, **SETTINGS) as target:
        return report_of(ask(target, texts, requests, tell))


def report_of(outcome: Outcome) -> Report:
    """Return what came of requests as a report; raises `AccordGraphError` where something is wrong."""
    if outcome.faults:
        raise AccordGraphError(f"{len(outcome.faults)} answers are wrong; the first: {outcome.faults[0]}")
    if outcome.lost:
        raise AccordGraphError(f"{outcome.lost} processes were lost")
    grouped: dict[str, Counter[int]] = {}
    queries: set[str] = set()
    for (path, status), count in outcome.answers.items():
        if path.startswith("/queries/") and "{" not in path:
            queries.add(path)
            path = _QUERIES
        else:
            path = f"`{path}`"
        grouped.setdefault(path, Counter())[status] += count
    rows = [
        (
            path,
            f"{found.total():,}",
            ", ".join(f"{found[status]:,} × {status or 'cut'}" for status in sorted(found)),
        )
        for path, found in sorted(grouped.items())
    ]
    memory = "; ".join(
        f"{name} {', '.join(str(at[name]) for at in outcome.memory)} MiB" for name in outcome.memory[0]
    )
    every = ", ".join(
        f"{count:,} × {status or 'cut'}" for status, count in sorted(sum(grouped.values(), Counter()).items())
    )
    remarks = (
        f"{outcome.answers.total():,} requests in {outcome.seconds:.0f} seconds to {len(queries)} queries "
        f"and {len(grouped) - 1} other addresses: {every}. Every answer is as the document says; processes "
        f"lost: {outcome.lost}. A long answer that a limit ends has begun with 200 by then, and is cut.",
        f"Memory, early in the first round and after each round: {memory}.",
    )
    return Report(("address", "requests", "answers"), rows, remarks)
