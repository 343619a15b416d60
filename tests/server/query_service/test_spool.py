"""The spool: one task writes, one reads, at different speeds; its size and the room for all are limited."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accordgraph.errors import LimitExceeded, Overloaded
from accordgraph.server.query_service.spool import Spool, SpoolQuota

LARGE = 10**6


def spool(most: int = LARGE, room: int = LARGE) -> Spool:
    return Spool(most, SpoolQuota(room))


@settings(max_examples=50, deadline=None, database=None, derandomize=True)
@given(pieces=st.lists(st.binary(min_size=1, max_size=50).map(lambda part: part * 1000), max_size=8))
def test_what_is_read_is_what_was_written(pieces: list[bytes]) -> None:
    async def test() -> None:
        own = spool()

        async def write() -> None:
            for piece in pieces:
                own.write(piece)
                await asyncio.sleep(0)
            own.end()

        writing = asyncio.ensure_future(write())
        assert b"".join([piece async for piece in own.pieces()]) == b"".join(pieces)
        await writing
        assert own.whole() == b"".join(pieces)
        assert len(own) == len(own.whole())
        own.close()

    asyncio.run(test())


def test_its_size_is_limited() -> None:
    own = spool(most=10)
    own.write(b"x" * 10)
    with pytest.raises(LimitExceeded, match="10 bytes") as raised:
        own.write(b"x")
    assert raised.value.limit == "answer_bytes"
    assert len(own) == 10
    own.close()


def test_the_room_for_all_is_limited_and_given_back() -> None:
    room = SpoolQuota(100)
    one, other = Spool(LARGE, room), Spool(LARGE, room)
    one.write(b"x" * 60)
    with pytest.raises(Overloaded, match="not taken yet"):
        other.write(b"x" * 41)
    one.close()
    one.close()
    other.write(b"x" * 100)
    other.close()
    assert room.taken == 0


def test_after_an_error_no_more_is_given() -> None:
    async def test() -> None:
        own, found = spool(), []
        own.write(b"part")
        with pytest.raises(Overloaded, match="why"):
            async for piece in own.pieces():
                found.append(piece)
                own.write(b"more")
                own.end(Overloaded("why"))
        assert found == [b"part"]
        own.close()

    asyncio.run(test())


def test_waiting_for_the_first_part() -> None:
    async def test() -> None:
        own = spool()
        waiting = asyncio.ensure_future(own.begun(10, 30))
        for _ in range(3):
            await asyncio.sleep(0)
            assert not waiting.done()
            own.write(b"1234")
        await waiting
        own.end()
        await own.finished()
        own.close()
        short = spool()
        short.write(b"1")
        await short.begun(10, 0.01)
        short.close()

    asyncio.run(test())
