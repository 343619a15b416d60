"""A new dataset is put in place without dropping a request: each answer is wholly of one dataset."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from accordgraph.engine.engine import CurrentEngine, Job, gather
from accordgraph.engine.workers.pool import Pool
from accordgraph.errors import WorkerError
from accordgraph.namespaces import ACG, ID
from accordgraph.store.directory import load_folder
from support.live_server import FREE

SIZE, QUERIES = 4000, 200
SETTINGS = replace(FREE, query_seconds=60.0, slow_places=FREE.workers)
"""On a machine that is busy every query may be slow, and none is to fail for that."""
EVERYTHING = "SELECT ?s ?p ?o { ?s ?p ?o }"
"""Long enough to be under way while the dataset is exchanged twice."""
PART, PART_SIZE = f"{EVERYTHING} LIMIT 800", 800


def dataset(generation: int) -> bytes:
    """Return a dataset in which every triple says which generation it is of."""
    lines = [f"{ID[number]} {ACG.level} {ID[f'generation-{generation}']} .\n" for number in range(SIZE)]
    return "".join(lines).encode()


def generations(answer: bytes, size: int = SIZE) -> set[str]:
    rows = json.loads(answer)["results"]["bindings"]
    assert len(rows) == size
    return {row["o"]["value"].rpartition("-")[2] for row in rows}


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "disk"])
def test_exchanged_twice_under_way(tmp_path: Path, on_disk: bool) -> None:
    source = tmp_path / ("store" if on_disk else "dataset.nq")

    def put(generation: int) -> None:
        if on_disk:
            load_folder(dataset(generation), source)
        else:
            new = source.with_suffix(".new")
            new.write_bytes(dataset(generation))
            new.replace(source)

    async def run() -> tuple[list[bytes], list[set[str]], set[str]]:
        current = CurrentEngine(lambda: Pool(source, SETTINGS))
        await current.start()
        digests = {current.digest}
        gate = asyncio.Semaphore(8)

        async def ask() -> set[str]:
            async with gate:
                return generations(await gather(current, Job.of(PART, "json")), PART_SIZE)

        try:
            async with current.run(Job.of(EVERYTHING, "json")) as pieces:  # begun before
                begun = [await anext(pieces)]
                options = [asyncio.create_task(ask()) for _ in range(QUERIES)]
                for generation in (2, 3):
                    while sum(task.done() for task in options) < (generation - 1) * QUERIES // 3:
                        await asyncio.sleep(0.001)
                    put(generation)
                    await current.replace()
                    digests.add(current.digest)
                    options += [
                        asyncio.create_task(ask()) for _ in range(8)
                    ]  # else all may have ended by now
                begun += [piece async for piece in pieces]
            return begun, await asyncio.gather(*options), digests
        finally:
            await current.stop()

    put(1)
    begun, found, digests = asyncio.run(run())
    assert generations(b"".join(begun)) == {"1"}
    assert all(len(of) == 1 for of in found)
    assert set.union(*found) == {"1", "2", "3"}
    assert len(digests) == 3


def test_what_cannot_start_does_not_take_the_place(tmp_path: Path) -> None:
    source = tmp_path / "dataset.nq"

    async def run() -> set[str]:
        current = CurrentEngine(lambda: Pool(source, SETTINGS))
        await current.start()
        try:
            source.write_bytes(b"no quads")
            with pytest.raises(WorkerError, match="cannot be held"):
                await current.replace()
            return generations(await gather(current, Job.of(EVERYTHING, "json")))
        finally:
            await current.stop()

    source.write_bytes(dataset(1))
    assert asyncio.run(run()) == {"1"}
