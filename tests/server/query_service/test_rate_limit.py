"""Budgets of clients, with a clock that the test turns."""

import asyncio
import threading
import time

import pytest
from starlette.requests import Request

from accordgraph.errors import RateLimitExceeded
from accordgraph.server.http.problems import Problem
from accordgraph.server.query_service.rate_limit import RateLimiter, client_of
from accordgraph.settings import Settings
from support.live_server import app_over
from support.paths import DATASET


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def allowed(limiter: RateLimiter, client: str = "a") -> bool:
    try:
        limiter.check(client)
    except RateLimitExceeded:
        return False
    return True


def test_seconds_are_spent_and_come_back() -> None:
    clock = Clock()
    limiter = RateLimiter(60, 0, clock)
    limiter.charge("a", 59.9, False)
    assert allowed(limiter)
    limiter.charge("a", 10, False)
    assert not allowed(limiter) and allowed(limiter, "b")
    with pytest.raises(RateLimitExceeded, match="60 seconds of queries and searches") as raised:
        limiter.check("a")
    clock.now += 9
    assert not allowed(limiter)
    clock.now += raised.value.retry_after - 9
    assert allowed(limiter) and raised.value.retry_after <= 12


def test_errors_are_counted_apart() -> None:
    clock = Clock()
    limiter = RateLimiter(0, 3, clock)
    for _ in range(3):
        assert allowed(limiter)
        limiter.charge("a", 1000, True)
    with pytest.raises(RateLimitExceeded, match="3 queries that fail") as raised:
        limiter.check("a")
    clock.now += raised.value.retry_after
    assert allowed(limiter)


def test_one_error_is_one() -> None:
    limiter = RateLimiter(0, 1, Clock())
    limiter.charge("a", 0, True)
    assert not allowed(limiter)


def test_a_bucket_holds_a_minute_and_no_more() -> None:
    clock = Clock()
    limiter = RateLimiter(60, 0, clock)
    limiter.charge("a", 1, False)
    clock.now += 100_000
    limiter.charge("a", 61, False)
    assert not allowed(limiter)


def test_no_limit() -> None:
    limiter = RateLimiter(0, 0, Clock())
    for _ in range(1000):
        limiter.charge("a", 1000, True)
    assert allowed(limiter)


def test_the_clients_that_are_remembered_are_limited() -> None:
    limiter = RateLimiter(1, 0, Clock())
    for number in range(20_000):
        limiter.charge(str(number), 2, False)
    assert len(limiter._buckets) == 10_000
    assert not allowed(limiter, "19999") and allowed(limiter, "0")


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_who_a_client_is(host: str, client: str) -> None:
    assert client_of(Request({"type": "http", "client": (host, 1), "headers": []})) == client


def test_counting_is_on_the_account_of_the_network() -> None:
    """A client has many IPv6 addresses; what one of them spent is spent for the others."""
    app = app_over(DATASET, Settings(client_seconds=0, client_errors=1))

    async def count(host: str, text: str) -> int:
        request = Request({"type": "http", "client": (host, 1), "headers": []})
        found: int = await app.state.query_service.count(request, text)
        return found

    async def ask() -> None:
        async with app.router.lifespan_context(app):
            assert await count("2001:db8::1", "SELECT * { ?s ?p ?o }") == 4
            with pytest.raises(Problem, match="unexpected end"):
                await count("2001:db8::1", "SELECT * { ?s ?p ")
            with pytest.raises(Problem, match="1 queries that fail"):
                await count("2001:db8::2", "SELECT ?s { ?s ?p ?o }")
            assert await count("2001:db8:0:1::1", "SELECT ?s { ?s ?p ?o }") == 4

    asyncio.run(ask())


def test_few_tasks_of_ours_are_done_at_a_time() -> None:
    app = app_over(DATASET)
    busy, most, lock = 0, 0, threading.Lock()

    def task() -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.05)
        with lock:
            busy -= 1

    async def work() -> None:
        request = Request({"type": "http", "client": ("192.0.2.1", 1), "headers": []})
        await asyncio.gather(*(app.state.query_service.work(request, task) for _ in range(8)))

    asyncio.run(work())
    assert most == 2
