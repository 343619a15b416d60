"""The pool: whatever a query does to its process, the next one is answered, and nothing is left behind."""

import asyncio
import json
import os
import resource
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accordgraph.engine import Current, Job, Meter, gather
from accordgraph.errors import (
    EvaluationError,
    InputError,
    LimitExceeded,
    Overloaded,
    QueryError,
    QueryRefused,
    WorkerError,
)
from accordgraph.settings import Settings
from accordgraph.workers.places import Places
from accordgraph.workers.pool import Pool

DATASET = Path(__file__).parent.parent / "server" / "dataset.nq"
COUNT = Job("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "csv")
RUNAWAY = Job("SELECT (COUNT(*) AS ?n) {" + "".join(f"?a{i} ?b{i} ?c{i} ." for i in range(30)) + "}", "csv")
STREAM = Job("SELECT * {" + "".join(f"?a{i} ?b{i} ?c{i} ." for i in range(30)) + "}", "csv")
BOMB = Job(
    "SELECT (STRLEN(?x30) AS ?n) { BIND('0123456789' AS ?x0) "
    + "".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1}) " for i in range(30))
    + "}",
    "csv",
)
FEW = Settings(spare_workers=2, quick_seconds=0.2, query_seconds=5)
UNCAPPED = Settings(spare_workers=1, query_bytes=10**8, query_depth=10**9, query_patterns=10**9)
CRASH = Job("ASK { FILTER(?a<" + "(" * 800_000 + "1" + ")" * 800_000 + "&&2>1) }", "csv")
"""Brackets that the lexer takes for an IRI, more than the stack of a worker holds."""


@asynccontextmanager
async def pool(settings: Settings = FEW) -> AsyncIterator[Pool]:
    pool = Pool(DATASET, settings)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


async def error(pool: Pool | Current, job: Job) -> Exception:
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


OTHERS: set[int] = set()
"""The nurseries of other tests' servers, which live on."""


@pytest.fixture(autouse=True)
def others() -> None:
    OTHERS.clear()
    OTHERS.update(nurseries())


def nurseries() -> list[int]:
    own = set(children(os.getpid())) - OTHERS
    return [pid for pid in own if b"accordgraph.workers.nursery" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def answers(pool: Pool | Current) -> bool:
    return await gather(pool, COUNT) == b"n\r\n4\r\n"


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]


BADLY = ("stopped", "memory", "processor", "lost")
ENDS: dict[str, tuple[Job, Settings, type[Exception], str, str]] = {
    "crash": (CRASH, UNCAPPED, WorkerError, "SIGSEGV", "lost"),
    "memory": (BOMB, Settings(spare_workers=1, query_memory=200), LimitExceeded, "200 MiB", "memory"),
    "deadline": (RUNAWAY, Settings(spare_workers=1, query_seconds=0.5), LimitExceeded, "0.5 sec", "stopped"),
    "no slow place": (RUNAWAY, Settings(spare_workers=1, slow_places=0), Overloaded, "slow", "stopped"),
}


@pytest.mark.parametrize("name", ENDS)
def test_ends(name: str) -> None:
    job, settings, kind, said, count = ENDS[name]

    async def test() -> None:
        async with pool(settings) as workers:
            found = await error(workers, job)
            assert isinstance(found, kind) and said in str(found)
            assert await answers(workers)
            await until(lambda: workers.sizes() == {"idle": 1, "busy": 0, "slow": 0, "queued": 0})
            ended = {name: n for name, n in workers.counts().items() if n and name in BADLY}
            assert ended == {count: 1}

    run(test)


def test_a_query_that_is_held_goes_on_when_a_place_is_free() -> None:
    settings = Settings(
        spare_workers=3, quick_seconds=0.05, slow_places=1, queue_seconds=20, query_seconds=20
    )

    async def test() -> None:
        async with pool(settings) as workers:
            first = asyncio.ensure_future(error(workers, RUNAWAY))
            await until(lambda: workers.sizes()["slow"] == 1)
            second = asyncio.ensure_future(error(workers, RUNAWAY))
            await until(lambda: workers.sizes()["queued"] == 1)
            assert await answers(workers), "a short query passes both"
            first.cancel()
            await until(lambda: workers.sizes()["queued"] == 0 and workers.sizes()["slow"] == 1)
            second.cancel()
            await until(lambda: workers.sizes()["busy"] == 0)

    run(test)


def test_a_full_queue_sheds() -> None:
    settings = Settings(spare_workers=3, quick_seconds=0.05, slow_places=1, queue_length=0, query_seconds=20)

    async def test() -> None:
        async with pool(settings) as workers:
            first = asyncio.ensure_future(error(workers, RUNAWAY))
            await until(lambda: workers.sizes()["slow"] == 1)
            assert isinstance(await error(workers, RUNAWAY), Overloaded)
            first.cancel()

    run(test)


async def pieces_and_error(pool: Pool, job: Job) -> tuple[int, Exception]:
    """Return how many pieces of an answer came before it failed, and why it did."""
    count = 0
    with pytest.raises(Exception) as raised:
        async with pool.run(job) as pieces:
            async for _ in pieces:
                count += 1
    return count, raised.value


@pytest.mark.parametrize(("places", "kind"), [(0, Overloaded), (1, LimitExceeded)])
def test_an_answer_that_has_begun_is_not_shed(places: int, kind: type[Exception]) -> None:
    """It begins when it has a slow place; without one it is told to come again before any of it is sent."""
    settings = Settings(
        spare_workers=3, quick_seconds=60, slow_places=places, queue_length=0, query_seconds=1
    )

    async def test() -> None:
        async with pool(settings) as workers:
            count, found = await pieces_and_error(workers, STREAM)
            assert isinstance(found, kind)
            assert (count > 0) == (places > 0)

    run(test)


def test_a_long_answer_that_is_held_is_whole() -> None:
    settings = Settings(spare_workers=3, quick_seconds=60, slow_places=1, queue_seconds=20, query_seconds=20)
    long = Job("SELECT * {" + "".join(f"?a{i} ?b{i} ?c{i} ." for i in range(7)) + "}", "csv")

    async def test() -> None:
        async with pool(settings) as workers:
            whole = await gather(workers, long)
            assert len(whole) > 2**20
            async with workers.run(STREAM) as pieces:
                await anext(pieces)
                asking = asyncio.ensure_future(gather(workers, long))
                await until(lambda: workers.sizes()["queued"] == 1)
            assert await asking == whole

    run(test)


def test_a_query_is_told_what_it_took() -> None:
    """It pays for the processor, and not for the time that it was held or ran beside others."""
    settings = Settings(
        spare_workers=3, quick_seconds=0.05, slow_places=1, queue_seconds=1, query_seconds=1.5
    )

    async def test() -> None:
        async with pool(settings) as workers:
            jobs = [replace(job, meter=Meter()) for job in (COUNT, RUNAWAY, RUNAWAY)]
            await gather(workers, jobs[0])
            running = asyncio.ensure_future(error(workers, jobs[1]))
            await until(lambda: workers.sizes()["slow"] == 1)
            assert isinstance(await error(workers, jobs[2]), Overloaded)
            await running
            used = [job.meter.processor_seconds or 0 for job in jobs]
            assert 0 < used[0] < 0.2 and used[1] > 0.3 and 0 < used[2] < 0.3, used

    run(test)


def test_who_waited_longest_for_a_worker_makes_room() -> None:
    """The one that came last gets the first worker that there is; the first one goes, when it must."""
    settings = Settings(spare_workers=0, workers=3)

    async def test() -> None:
        async with pool(settings) as workers:
            asked = [asyncio.ensure_future(gather(workers, COUNT)) for _ in range(5)]
            found = await asyncio.gather(*asked, return_exceptions=True)
            assert [isinstance(one, Overloaded) for one in found] == [True, True, False, False, False]

    run(test)


def test_with_many_under_way_the_quick_time_is_over_early() -> None:
    settings = Settings(spare_workers=12, quick_seconds=60, slow_places=1, queue_length=0, query_seconds=2)

    async def test() -> None:
        async with pool(settings) as workers:
            await until(lambda: workers.sizes()["idle"] == 12)
            found = await asyncio.gather(*(error(workers, RUNAWAY) for _ in range(12)))
            assert {type(one) for one in found} == {Overloaded, LimitExceeded}

    run(test)


def test_what_was_not_quick_is_known_the_next_time() -> None:
    """With many under way it needs a slow place from the start, and takes no process when there is none."""
    settings = Settings(spare_workers=12, quick_seconds=60, slow_places=1, queue_length=0, query_seconds=2)

    async def test() -> None:
        async with pool(settings) as workers:
            await asyncio.gather(*(error(workers, RUNAWAY) for _ in range(12)))
            await until(lambda: workers.sizes()["idle"] == 12)
            before = workers.counts()["started"]
            found = await asyncio.gather(*(error(workers, RUNAWAY) for _ in range(60)))
            assert Counter(map(type, found)) == {Overloaded: 59, LimitExceeded: 1}
            await until(lambda: workers.sizes()["idle"] == 12)
            assert workers.counts()["started"] - before < 20

    run(test)


def test_a_short_query_that_had_no_turn_is_not_sent_away() -> None:
    settings = Settings(spare_workers=1, quick_seconds=0.1, slow_places=0, queue_length=0)

    async def test() -> None:
        async with pool(settings) as workers:
            await until(lambda: workers.sizes()["idle"] == 1)
            (pid,) = children(nurseries()[0])
            os.kill(pid, signal.SIGSTOP)
            asking = asyncio.ensure_future(answers(workers))
            await asyncio.sleep(0.5)
            os.kill(pid, signal.SIGCONT)
            assert await asking

    run(test)


def test_the_system_ends_a_query_that_the_pool_forgot(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the web process is stuck, so that it does not look at the clock."""
    monkeypatch.setattr(Places, "_watch", lambda *_: None)

    async def test() -> None:
        async with pool(Settings(spare_workers=1, query_seconds=0.1)) as workers:
            found = await error(workers, RUNAWAY)
            assert isinstance(found, LimitExceeded) and found.limit == "query_seconds"
            assert workers.counts()["processor"] == 1
            assert await answers(workers)

    run(test)


@pytest.mark.parametrize("job", [RUNAWAY, STREAM], ids=["silent", "streaming"])
def test_who_leaves_ends_the_query(job: Job) -> None:
    async def test() -> None:
        async with pool() as workers:
            (nursery,) = nurseries()
            await until(lambda: len(children(nursery)) == 2)
            before = set(children(nursery))
            async with workers.run(job) as pieces:
                taking = asyncio.ensure_future(anext(pieces))
                await asyncio.wait([taking], timeout=0.1)
                assert workers.sizes()["busy"] == 1
                taking.cancel()
                await asyncio.wait([taking])
            began = time.monotonic()
            await until(lambda: len(before & set(children(nursery))) == 1, 1)
            assert time.monotonic() - began < 1
            assert workers.sizes()["busy"] == workers.sizes()["slow"] == 0
            assert workers.counts()["stopped"] == 1
            assert await answers(workers)

    run(test)


def test_an_idle_worker_that_is_killed_is_replaced() -> None:
    async def test() -> None:
        async with pool() as workers:
            (nursery,) = nurseries()
            await until(lambda: workers.sizes()["idle"] == 2)
            killed = children(nursery)
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            while any(map(is_alive, killed)):
                time.sleep(0.01)  # so that the pool has not yet been told
            assert await answers(workers)
            await until(lambda: workers.sizes()["idle"] == 2)
            assert not set(killed) & set(children(nursery))
            assert workers.counts()["lost"] == 2
            assert await answers(workers)

    run(test)


def test_a_busy_worker_that_is_killed_is_told_and_replaced() -> None:
    async def test() -> None:
        async with pool(Settings(spare_workers=1)) as workers:
            (nursery,) = nurseries()
            await until(lambda: workers.sizes()["idle"] == 1)
            (pid,) = children(nursery)
            asking = asyncio.ensure_future(gather(workers, RUNAWAY))
            await asyncio.sleep(0.1)
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(WorkerError, match="SIGKILL"):
                await asking
            await until(lambda: workers.sizes()["idle"] == 1)
            assert workers.counts()["lost"] == 1
            assert await answers(workers)

    run(test)


def test_a_nursery_that_is_killed_is_replaced_by_the_next_query() -> None:
    async def test() -> None:
        current = Current(lambda: Pool(DATASET, FEW))
        await current.start()
        assert await answers(current)
        started = current.counts()["started"]
        (nursery,) = nurseries()
        workers = children(nursery)
        asking = asyncio.ensure_future(gather(current, RUNAWAY))
        await asyncio.sleep(0.1)
        os.kill(nursery, signal.SIGKILL)
        with pytest.raises(WorkerError):
            await asking
        await until(lambda: not any(map(is_alive, workers)))
        await until(lambda: current.lost)
        assert current.state()["lost"] is True
        found = await asyncio.gather(*(gather(current, COUNT) for _ in range(5)))
        assert set(found) == {b"n\r\n4\r\n"}
        assert (current.state()["lost"], current.state()["recovered"]) == (False, 1)
        assert current.counts()["started"] > started
        assert len(nurseries()) == 1
        await current.stop()
        assert nurseries() == []

    run(test)


def test_a_lost_engine_that_cannot_start_again_says_so(tmp_path: Path) -> None:
    async def test() -> None:
        dataset = tmp_path / "dataset.nq"
        dataset.write_bytes(DATASET.read_bytes())
        current = Current(lambda: Pool(dataset, FEW))
        await current.start()
        dataset.unlink()
        os.kill(nurseries()[0], signal.SIGKILL)
        await until(lambda: current.lost)
        assert "cannot be held" in str(await error(current, COUNT))
        dataset.write_bytes(DATASET.read_bytes())
        assert await answers(current)
        await current.stop()

    run(test)


def test_the_nursery_leaves_the_end_of_a_service_to_the_web_process() -> None:
    async def test() -> None:
        async with pool() as workers:
            for number in (signal.SIGTERM, signal.SIGINT):
                os.kill(nurseries()[0], number)
            await asyncio.sleep(0.1)
            assert await answers(workers)

    run(test)


def test_stopping_leaves_no_process() -> None:
    async def test() -> None:
        async with pool() as workers:
            (nursery,) = nurseries()
            asking = [asyncio.ensure_future(gather(workers, RUNAWAY)) for _ in range(3)]
            await until(lambda: len(children(nursery)) >= 4)
            left = [nursery, *children(nursery)]
        assert not any(map(is_alive, left))
        for found in await asyncio.gather(*asking, return_exceptions=True):
            assert isinstance(found, Exception)

    run(test)


def test_spare_workers_are_refilled() -> None:
    async def test() -> None:
        async with pool(Settings(spare_workers=5, query_seconds=0.3)) as workers:
            for _ in range(2):
                await asyncio.gather(*(error(workers, RUNAWAY) for _ in range(8)))
                await until(lambda: workers.sizes() == {"idle": 5, "busy": 0, "slow": 0, "queued": 0})
            await until(lambda: len(children(nurseries()[0])) == 5)

    run(test)


def test_there_are_no_more_workers_than_places() -> None:
    async def test() -> None:
        settings = Settings(spare_workers=2, workers=6, slow_places=1, queue_length=0, query_seconds=0.6)
        async with pool(settings) as workers:
            found = await asyncio.gather(*(error(workers, RUNAWAY) for _ in range(60)))
            told = [str(one) for one in found]
            assert sum("all places" in one for one in told) == 54
            assert sum("places for slow ones" in one for one in told) == 5
            assert sum("took longer" in one for one in told) == 1
            assert workers.counts()["started"] <= 6 + 2 + 6
            assert await answers(workers)

    run(test)


def test_a_process_that_cannot_start_is_told() -> None:
    """Without room for another open file the nursery cannot take the socket of a worker."""

    async def test() -> None:
        async with pool(Settings(spare_workers=1, query_seconds=1)) as workers:
            (nursery,) = nurseries()
            await until(lambda: workers.sizes()["idle"] == 1)
            before = resource.prlimit(nursery, resource.RLIMIT_NOFILE)
            resource.prlimit(nursery, resource.RLIMIT_NOFILE, (3, before[1]))
            asking = asyncio.ensure_future(gather(workers, RUNAWAY))
            await asyncio.sleep(0.05)
            found = await error(workers, COUNT)
            assert isinstance(found, Overloaded) and "open files" in str(found)
            resource.prlimit(nursery, resource.RLIMIT_NOFILE, before)
            assert await answers(workers)
            assert isinstance((await asyncio.gather(asking, return_exceptions=True))[0], LimitExceeded)

    run(test)


@pytest.mark.parametrize(
    ("job", "kind", "content"),
    [
        (Job("SELEC", "csv"), QueryError, {"line": 1, "column": 1}),
        (Job("ASK {\n?s nope:x ?o }", "csv"), QueryError, {"line": 2, "column": 4}),
        (Job("SELECT (<urn:f>(1) AS ?x) {}", "csv"), EvaluationError, {}),
        (Job("CLEAR ALL", "csv"), QueryRefused, {}),
        (Job("ASK { SERVICE <urn:x> {} }", "csv"), QueryRefused, {}),
        (Job("ASK {}", "ttl"), InputError, {}),
        (Job("CONSTRUCT WHERE { ?s ?p ?o }", "csv"), InputError, {}),
        (Job("SELECT * { ?s ?p ?o }", "csv", most_rows=3), LimitExceeded, {"limit": "answer_rows"}),
        (Job("CONSTRUCT WHERE { ?s ?p ?o }", "ttl", most_rows=3), LimitExceeded, {"limit": "answer_rows"}),
        (Job("CONSTRUCT { <urn:a> <urn:b> <<(<urn:a> <urn:b> 1)>> } {}", "jsonld"), EvaluationError, {}),
    ],
    ids=lambda value: value.text[:30] if isinstance(value, Job) else "",
)
def test_errors_are_handed_over(job: Job, kind: type[Exception], content: dict[str, Any]) -> None:
    async def test() -> None:
        async with pool(Settings(spare_workers=1)) as workers:
            found = await error(workers, job)
            assert type(found) is kind and str(found)
            assert {name: getattr(found, name) for name in content} == content
            assert await answers(workers)
            assert workers.counts()["lost"] == 0, "an error of a query leaves its process in order"

    run(test)


def test_a_dataset_that_cannot_be_held_is_told(tmp_path: Path) -> None:
    async def test(path: Path) -> None:
        with pytest.raises(WorkerError, match="cannot be held"):
            await Pool(path, FEW).start()
        assert nurseries() == []

    (tmp_path / "broken.nq").write_text("this is no N-Quads")
    for name in ("broken.nq", "absent.nq", ""):
        asyncio.run(test(tmp_path / name))


def test_a_page_has_the_first_rows_and_says_that_there_are_more() -> None:
    async def test() -> None:
        async with pool(Settings(spare_workers=1)) as workers:
            content = json.loads(await gather(workers, Job("SELECT * { ?s ?p ?o }", "table", most_rows=3)))
            assert (len(content["rows"]), content["more"]) == (3, True)

    run(test)
