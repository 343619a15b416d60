"""What is asked of a dataset as a whole is made once, and anew for each start of the engine."""

import asyncio

from accordgraph.engine.engine import CurrentEngine
from accordgraph.engine.workers.pool import Pool
from accordgraph.server.query_service.cache import PerDataset
from accordgraph.settings import Settings
from support.paths import DATASET


def test_it_is_made_anew_for_each_start_though_the_digest_is_the_same() -> None:
    async def test() -> None:
        current = CurrentEngine(lambda: Pool(DATASET, Settings(spare_workers=1)))
        await current.start()
        exchanges = [True]
        made: list[str] = []

        async def make() -> int:
            made.append(current.digest)
            if exchanges:
                exchanges.pop()
                await current.replace()
            return len(made)

        fresh = PerDataset(current, make)
        try:
            assert await fresh.get() == 2, "the engine was exchanged while the first was made"
            assert [await fresh.get(), await fresh.get()] == [2, 2]
            await current.replace()
            assert list(await asyncio.gather(fresh.get(), fresh.get())) == [3, 3]
            assert len(set(made)) == 1
        finally:
            await current.stop()

    asyncio.run(test())
