"""Time and slow places: short queries pass slow ones; who is sent away is told before anything is sent."""

import asyncio
import os
import signal
from collections import Counter
from dataclasses import replace

import pytest

from accordgraph.engine.engine import Job, Meter, gather
from accordgraph.engine.workers.pool import Pool
from accordgraph.engine.workers.run_queue import RunQueue
from accordgraph.engine.workers.scheduler import Evaluation
from accordgraph.errors import LimitExceeded, Overloaded, RateLimitExceeded
from accordgraph.settings import Settings
from support.worker_pool import COUNT, RUNAWAY, STREAM, answers, children, error, nurseries, pool, run, until


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
    seconds = 2 if places else 60  # only a limit ends the answer that has a place
    settings = Settings(
        spare_workers=3, quick_seconds=60, slow_places=places, queue_length=0, query_seconds=seconds
    )

    async def test() -> None:
        async with pool(settings) as workers:
            count, found = await pieces_and_error(workers, STREAM)
            assert isinstance(found, kind)
            assert (count > 0) == (places > 0)

    run(test)


def test_a_long_answer_that_is_held_is_whole() -> None:
    settings = Settings(spare_workers=3, quick_seconds=60, slow_places=1, queue_seconds=20, query_seconds=20)
    long = Job.of("SELECT * {" + "".join(f"?a{i} ?b{i} ?c{i} ." for i in range(7)) + "}", "csv")

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
    settings = Settings(spare_workers=3, quick_seconds=0.05, slow_places=1, queue_seconds=1, query_seconds=4)

    async def test() -> None:
        async with pool(settings) as workers:
            jobs = [replace(job, meter=Meter()) for job in (COUNT, RUNAWAY, RUNAWAY)]
            await gather(workers, jobs[0])
            running = asyncio.ensure_future(error(workers, jobs[1]))
            await until(lambda: workers.sizes()["slow"] == 1)
            assert isinstance(await error(workers, jobs[2]), Overloaded)
            await running
            used = [job.meter.processor_seconds or 0 for job in jobs]
            assert 0 < used[0] < used[1] and 0 < used[2] < used[1], used
            assert max(used[0], used[2]) < settings.queue_seconds, "so long one of them was held"

    run(test)


def test_who_asks_most_makes_room() -> None:
    """With all places taken, a client with many queries gives one up for one with few, and is told so."""
    settings = Settings(spare_workers=1, workers=4, quick_places=1, quick_seconds=60, query_seconds=1)

    async def test() -> None:
        async with pool(settings) as workers:
            many = [asyncio.ensure_future(error(workers, RUNAWAY)) for _ in range(5)]
            await asyncio.sleep(0)
            other = replace(COUNT, client="other", meter=Meter())
            assert await gather(workers, other)
            found = [type(one) for one in await asyncio.gather(*many)]
            assert found[3:] == [RateLimitExceeded] * 2
            assert RateLimitExceeded not in found[:3]

    run(test)


def test_clients_take_turns() -> None:
    queue: RunQueue[Evaluation] = RunQueue()

    async def test() -> None:
        future = asyncio.get_running_loop().create_future()
        entries = [Evaluation(number, name, 0.0, future) for number, name in enumerate("aaaaabbc")]
        for entry in entries:
            queue.add(entry, fresh=True)
        queue.remove(entries[1])
        order = []
        while one := queue.head():
            queue.pop()
            order.append(one.client)
        assert "".join(order) == "abcabaa"

    run(test)


def test_of_those_that_had_a_turn_one_goes_after_three_others() -> None:
    queue: RunQueue[Evaluation] = RunQueue()

    async def test() -> None:
        future = asyncio.get_running_loop().create_future()
        for number in range(12):
            queue.add(Evaluation(number, str(number), 0.0, future), fresh=number < 8)
        order = ""
        while one := queue.head():
            queue.pop()
            order += "f" if one.query < 8 else "o"
        assert order == "fffofffoffoo"

    run(test)


def test_short_queries_pass_those_whose_turn_is_over() -> None:
    """One place for all: the long ones are suspended after each turn, and go on when it is theirs again."""
    settings = Settings(spare_workers=3, quick_places=1, quick_seconds=60, queue_seconds=60, query_seconds=60)

    async def test() -> None:
        async with pool(settings) as workers:
            long = [asyncio.ensure_future(error(workers, RUNAWAY)) for _ in range(3)]
            await until(lambda: workers.sizes()["busy"] == 3)
            for _ in range(5):
                assert await answers(workers)
            used = [one.used() for one in workers._scheduler.evaluations()]
            await until(
                lambda: all(
                    one.used() > before
                    for one, before in zip(workers._scheduler.evaluations(), used, strict=True)
                )
            )
            for one in long:
                one.cancel()

    run(test)


def test_what_ran_long_is_known_the_next_time() -> None:
    """It needs a place for long ones from the start, and takes no process when there is none."""
    settings = Settings(spare_workers=2, quick_seconds=0.05, slow_places=1, queue_length=0, query_seconds=2)

    async def test() -> None:
        async with pool(settings) as workers:
            assert isinstance(await error(workers, RUNAWAY), LimitExceeded)
            await until(lambda: workers.sizes()["idle"] == 2)
            before = workers.counts()["started"]
            found = await asyncio.gather(*(error(workers, RUNAWAY) for _ in range(60)))
            assert Counter(map(type, found)) == {Overloaded: 59, LimitExceeded: 1}
            await until(lambda: workers.sizes()["idle"] == 2)
            assert workers.counts()["started"] - before == 1

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


def test_few_run_at_a_time() -> None:
    """The others wait for their turn, without a process; a short one comes through."""
    settings = Settings(spare_workers=2, quick_seconds=0.1, slow_places=1, queue_length=0)

    async def test() -> None:
        async with pool(settings) as workers:
            await until(lambda: workers.sizes()["idle"] == 2)
            options = [asyncio.ensure_future(error(workers, RUNAWAY)) for _ in range(20)]
            await asyncio.sleep(0)
            assert workers.sizes() == {"idle": 0, "busy": 2, "slow": 0, "queued": 18}
            assert await gather(workers, replace(COUNT, client="other", meter=Meter()))
            for one in options:
                one.cancel()

    run(test)


def test_workers_stand_behind_the_web_process() -> None:
    async def test() -> None:
        async with pool(Settings(spare_workers=1, slow_places=1)) as workers:
            await until(lambda: workers.sizes()["idle"] == 1)
            (pid,) = children(nurseries()[0])
            own = os.getpriority(os.PRIO_PROCESS, 0)
            assert os.getpriority(os.PRIO_PROCESS, pid) == min(own + 10, 19)
            async with workers.run(RUNAWAY):  # long after `quick_seconds`
                await until(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 15)

    run(test)


def test_a_wrong_query_is_told_quickly() -> None:
    """The nursery holds the second parser ready: what loads it anew takes a fifth of a second."""

    async def test() -> None:
        async with pool(Settings(spare_workers=1)) as workers:
            await until(lambda: workers.sizes()["idle"] == 1)
            job = Job.of("SELECT * { ?s ?p }", "csv")
            assert "unexpected" in str(await error(workers, job))
            assert job.meter.processor_seconds is not None and job.meter.processor_seconds < 0.1

    run(test)
