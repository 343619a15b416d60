"""One setting says where queries are answered."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from accordgraph.cli.engine_factory import engine_maker
from accordgraph.dataset.build import NQUADS, build
from accordgraph.engine.engine import CurrentEngine
from accordgraph.engine.remote.upload import push
from accordgraph.errors import DatasetNotBuilt, NotValidated
from accordgraph.project import Project
from accordgraph.store.directory import load_folder
from accordgraph.validation.validate import validate
from support.stores import SETTINGS


@pytest.mark.parametrize("store", ["memory", "disk", "elsewhere"])
def test_every_kind_holds_the_same(mini: Project, tmp_path: Path, store: str, oxigraph_alone: str) -> None:
    assembly = build(mini)
    validate(mini)
    load_folder(assembly.nquads, tmp_path / "store")
    push(assembly.nquads, oxigraph_alone, SETTINGS)
    name = {"memory": "memory", "disk": str(tmp_path / "store"), "elsewhere": oxigraph_alone}[store]

    async def held() -> tuple[str, int]:
        engine = engine_maker(mini, replace(SETTINGS, store=name))()
        await engine.start()
        await engine.stop()
        return engine.digest, engine.triples

    assert asyncio.run(held()) == (assembly.digest, len(assembly.triples))


def test_what_is_missing_is_told(mini: Project, tmp_path: Path) -> None:
    memory = engine_maker(mini, SETTINGS)
    with pytest.raises(DatasetNotBuilt):
        memory()
    build(mini)
    with pytest.raises(NotValidated):
        memory()
    with pytest.raises(DatasetNotBuilt):
        engine_maker(mini, replace(SETTINGS, store=str(tmp_path / "none")))()


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_a_file_that_changes_after_it_was_looked_at_is_not_served(mini: Project) -> None:
    assembly = build(mini)
    validate(mini)
    file = mini.build / NQUADS
    make, before = engine_maker(mini, SETTINGS), children()

    async def run() -> str:
        current = CurrentEngine(make)
        await current.start()
        running = children()
        assert running > before
        try:
            late = make()
            file.write_bytes(b"<urn:a> <urn:b> <urn:c> .\n")
            with pytest.raises(NotValidated, match="changed while it was being read"):
                await late.start()
            assert children() == running, "what was started for it has ended"
            with pytest.raises(NotValidated, match="has changed since it was validated"):
                await current.replace()
            return current.digest
        finally:
            await current.stop()

    assert asyncio.run(run()) == assembly.digest
