"""One export of the real dataset for the tests of this folder."""

import shutil
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, RdfFormat, parse

from accordgraph.dataset.build import NQUADS
from accordgraph.export.cube import Cube, load_cubes
from accordgraph.export.export import export
from accordgraph.export.labels import Labels
from accordgraph.project import Project
from accordgraph.store.local import MemoryStore
from support.paths import ROOT


@pytest.fixture(scope="session")
def dist(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "dist"
    export((built.build / NQUADS).read_bytes(), built, folder)
    return folder


@pytest.fixture(scope="session")
def store(built: Project) -> MemoryStore:
    return MemoryStore((built.build / NQUADS).read_bytes())


@pytest.fixture(scope="session")
def labels(built: Project) -> Labels:
    quads = parse((built.build / NQUADS).read_bytes(), RdfFormat.N_QUADS)
    return Labels(quad.triple for quad in quads if isinstance(quad.graph_name, DefaultGraph))


@pytest.fixture(scope="session")
def cubes(store: MemoryStore, labels: Labels) -> dict[str, Cube]:
    return {cube.id: cube for cube in load_cubes(ROOT / "queries" / "cubes", store, labels)}


@pytest.fixture
def declarations(tmp_path: Path) -> Path:
    """A copy of the declarations of cubes, to be broken."""
    return Path(shutil.copytree(ROOT / "queries" / "cubes", tmp_path / "cubes"))
