"""A pool of workers over the small dataset, queries of all sorts for it, and what is left of it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from accordgraph.engine.engine import CurrentEngine, Job, gather
from accordgraph.engine.workers.pool import Pool
from accordgraph.settings import Settings
from support.paths import DATASET

COUNT = Job.of("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "csv")
PRODUCT = "".join(f"?a{i} ?b{i} ?c{i} ." for i in range(30))
RUNAWAY = Job.of(f"SELECT (COUNT(*) AS ?n) {{{PRODUCT}}}", "csv")
STREAM = Job.of(f"SELECT * {{{PRODUCT}}}", "csv")


def bomb(size: int) -> Job:
    """Return a query that makes a text of so many doublings."""
    steps = "".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1}) " for i in range(size))
    return Job.of(f"SELECT (STRLEN(?x{size}) AS ?n) {{ BIND('0123456789' AS ?x0) {steps}}}", "csv")


BOMB = bomb(30)
FEW = Settings(spare_workers=2, quick_seconds=0.2, query_seconds=5)
UNCAPPED = Settings(
    spare_workers=1, query_seconds=60, query_bytes=10**8, query_depth=10**9, query_patterns=10**9
)
CRASH = Job.of("ASK { FILTER(?a<" + "(" * 800_000 + "1" + ")" * 800_000 + "&&2>1) }", "csv")
"""Brackets that the lexer takes for an IRI, more than the stack of a worker holds."""

OTHERS: set[int] = set()
"""The nurseries of other tests' servers, which live on."""


@asynccontextmanager
async def pool(settings: Settings = FEW) -> AsyncIterator[Pool]:
    pool = Pool(DATASET, settings)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


async def error(pool: Pool | CurrentEngine, job: Job) -> Exception:
    with pytest.raises(Exception) as raised:
        await gather(pool, job)
    return raised.value


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that have not ended."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has ended meanwhile
            found += [int(child) for child in (task / "children").read_text().split()]
    return [child for child in found if is_alive(child)]


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def nurseries() -> list[int]:
    own = set(children(os.getpid())) - OTHERS
    return [
        pid
        for pid in own
        if b"accordgraph.engine.workers.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


async def answers(pool: Pool | CurrentEngine) -> bool:
    return await gather(pool, COUNT) == b"n\r\n4\r\n"


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]
