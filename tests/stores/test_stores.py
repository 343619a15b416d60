"""One setting says where queries are answered."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from accordgraph.assets import Project
from accordgraph.build import build
from accordgraph.errors import DatasetNotBuilt, NotValidated
from accordgraph.load import load_folder
from accordgraph.push import push
from accordgraph.stores import engine_maker
from accordgraph.validate import validate
from storage import SETTINGS


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
