"""The pool: whatever a query does to its process, the next one is answered, and nothing is left behind."""

import asyncio
import json
import os
import resource
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accordgraph.engine.engine import CurrentEngine, Job, Meter, gather
from accordgraph.engine.workers.pool import Pool
from accordgraph.engine.workers.scheduler import Scheduler
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
from accordgraph.sparql.query import Graphs
from support.paths import DATASET
from support.worker_pool import (
    BOMB,
    COUNT,
    CRASH,
    FEW,
    RUNAWAY,
    STREAM,
    UNCAPPED,
    answers,
    bomb,
    children,
    error,
    is_alive,
    nurseries,
    pool,
    run,
    until,
)

BADLY = ("stopped", "memory", "processor", "lost")
ENDS: dict[str, tuple[Job, Settings, type[Exception], str, str]] = {
    "crash": (CRASH, UNCAPPED, WorkerError, "SIGSEGV", "lost"),
    "memory": (BOMB, Settings(spare_workers=1, query_memory=200), LimitExceeded, "200 MiB", "memory"),
    "deadline": (RUNAWAY, Settings(spare_workers=1, query_seconds=2), LimitExceeded, "2 sec", "stopped"),
    "no slow place": (
        RUNAWAY,
        Settings(spare_workers=1, slow_places=0, queue_length=0),
        Overloaded,
        "slow",
        "stopped",
    ),
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


def test_the_system_ends_a_query_that_the_pool_forgot(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the web process is stuck, so that it does not look at the clock."""
    monkeypatch.setattr(Scheduler, "_tick", lambda _: None)

    async def test() -> None:
        async with pool(Settings(spare_workers=1, query_seconds=1)) as workers:
            found = await error(workers, RUNAWAY)
            assert isinstance(found, LimitExceeded) and found.limit == "query_seconds"
            assert workers.counts()["processor"] == 1
            assert await answers(workers)

    run(test)


def test_a_worker_that_was_stopped_is_counted_however_soon_it_has_ended() -> None:
    """Here its process is gone before who asked leaves."""

    async def test() -> None:
        async with pool(Settings(spare_workers=1, query_seconds=1)) as workers:
            await until(lambda: workers.sizes()["idle"] == 1)
            (pid,) = children(nurseries()[0])
            async with workers.run(RUNAWAY):
                await until(lambda: not Path(f"/proc/{pid}").exists())
                await asyncio.sleep(0.2)  # until the nursery has said so
            assert workers.counts()["stopped"] == 1

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
            await until(lambda: len(before & set(children(nursery))) == 1)
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
        current = CurrentEngine(lambda: Pool(DATASET, FEW))
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


def test_who_leaves_does_not_end_the_start_of_a_new_nursery() -> None:
    async def test() -> None:
        current = CurrentEngine(lambda: Pool(DATASET, FEW))
        await current.start()
        os.kill(nurseries()[0], signal.SIGKILL)
        await until(lambda: current.lost)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await gather(current, COUNT)
        await until(lambda: not current.lost)
        assert len(nurseries()) == 1
        assert await answers(current)
        await current.stop()
        assert nurseries() == []

    run(test)


def test_a_lost_engine_that_cannot_start_again_says_so(tmp_path: Path) -> None:
    async def test() -> None:
        dataset = tmp_path / "dataset.nq"
        dataset.write_bytes(DATASET.read_bytes())
        current = CurrentEngine(lambda: Pool(dataset, FEW))
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
        async with pool(Settings(spare_workers=4)) as workers:
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
        async with pool(Settings(spare_workers=5, query_seconds=1)) as workers:
            for _ in range(2):
                await asyncio.gather(*(error(workers, RUNAWAY) for _ in range(8)))
                await until(lambda: workers.sizes() == {"idle": 5, "busy": 0, "slow": 0, "queued": 0})
            await until(lambda: len(children(nurseries()[0])) == 5)

    run(test)


def test_there_are_no_more_workers_than_places() -> None:
    async def test() -> None:
        settings = Settings(
            spare_workers=2,
            workers=6,
            quick_seconds=0.05,
            slow_places=1,
            queue_length=0,
            queue_seconds=60,
            query_seconds=8,
        )
        async with pool(settings) as workers:
            found = await asyncio.gather(*(error(workers, RUNAWAY) for _ in range(60)))
            told = [str(one) for one in found]
            assert sum("you ask more" in one for one in told) == 54
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
        (Job.of("SELEC", "csv"), QueryError, {"line": 1, "column": 1}),
        (Job.of("ASK {\n?s nope:x ?o }", "csv"), QueryError, {"line": 2, "column": 4}),
        (Job.of("SELECT (<urn:f>(1) AS ?x) {}", "csv"), EvaluationError, {}),
        (Job.of("CLEAR ALL", "csv"), QueryRefused, {}),
        (Job.of("ASK { SERVICE <urn:x> {} }", "csv"), QueryRefused, {}),
        (Job.of("ASK {}", "ttl"), InputError, {}),
        (Job.of("CONSTRUCT WHERE { ?s ?p ?o }", "csv"), InputError, {}),
        (Job.of("SELECT * { ?s ?p ?o }", "csv", most_rows=3), LimitExceeded, {"limit": "answer_rows"}),
        (Job.of("CONSTRUCT WHERE { ?s ?p ?o }", "ttl", most_rows=3), LimitExceeded, {"limit": "answer_rows"}),
        (Job.of("CONSTRUCT { <urn:a> <urn:b> <<(<urn:a> <urn:b> 1)>> } {}", "jsonld"), EvaluationError, {}),
    ],
    ids=lambda value: value.query.text[:30] if isinstance(value, Job) else "",
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
            content = json.loads(await gather(workers, Job.of("SELECT * { ?s ?p ?o }", "table", most_rows=3)))
            assert (len(content["rows"]), content["more"]) == (3, True)

    run(test)


def test_a_worker_answers_many_queries() -> None:
    async def test() -> None:
        async with pool(Settings(spare_workers=1)) as workers:
            await until(lambda: workers.sizes()["idle"] == 1)
            before = children(nurseries()[0])
            for job in [COUNT, Job.of("SELEC", "csv"), COUNT] * 20:
                with suppress(QueryError):
                    await gather(workers, job)
            assert children(nurseries()[0]) == before
            assert (workers.counts()["started"], workers.counts()["spent"]) == (1, 0)

    run(test)


LEAVES: dict[str, tuple[Job, type[Exception] | None]] = {
    "a failure half way": (Job.of("SELECT * { ?s ?p ?o . ?a ?b ?c }", "csv", most_rows=10), LimitExceeded),
    "a syntax error": (Job.of("SELECT * { ?s", "csv"), QueryError),
    "an unknown function": (Job.of("SELECT (<urn:f>(?s) AS ?x) { ?s ?p ?o }", "csv"), EvaluationError),
    "much memory": (
        Job.of("SELECT (STRLEN(?b) AS ?n) { BIND(REPLACE(STR(123456789), '', STR(1)) AS ?b) }", "csv"),
        None,
    ),
    "a spreadsheet": (Job.of("SELECT * { ?s ?p ?o }", "xlsx"), None),
    "a merge of graphs": (
        replace(COUNT, graphs=Graphs(default=("urn:a", "urn:b")), meter=Meter()),
        None,
    ),
}


@pytest.mark.parametrize("name", LEAVES)
def test_what_a_query_leaves_does_not_reach_the_next(name: str) -> None:
    """Its limits, its open files and its output are its own; the process is the same."""
    job, kind = LEAVES[name]

    async def test() -> None:
        async with pool(Settings(spare_workers=1, query_seconds=2, query_memory=300)) as workers:
            await until(lambda: workers.sizes()["idle"] == 1)
            assert await answers(workers)
            (pid,) = children(nurseries()[0])
            files = sorted(os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir())
            if kind:
                assert isinstance(await error(workers, job), kind)
            else:
                assert await gather(workers, job)
            assert await answers(workers)
            assert children(nurseries()[0]) == [pid]
            assert sorted(os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()) == files
            size = int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()
            room, _ = resource.prlimit(pid, resource.RLIMIT_AS)
            assert abs(room - size - 300 * 2**20) < 8 * 2**20, "the next has as much memory as the one before"
            used = time.clock_gettime(~pid << 3 | 2)
            seconds, _ = resource.prlimit(pid, resource.RLIMIT_CPU)
            assert 2 < seconds - used <= 5, "and as much time"

    run(test)


def test_a_worker_that_has_grown_is_not_used_again() -> None:
    """Its own memory is as large as an answer of many different values makes it."""
    grows = bomb(24)

    async def test() -> None:
        async with pool(Settings(spare_workers=1, query_memory=1000)) as workers:
            await until(lambda: workers.sizes()["idle"] == 1)
            before = children(nurseries()[0])
            while workers.counts()["spent"] == 0:
                await gather(workers, grows)
            await until(lambda: workers.sizes()["idle"] == 1)
            assert not set(before) & set(children(nurseries()[0]))
            assert workers.counts()["lost"] == 0

    run(test)
