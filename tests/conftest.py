"""A small project to work on, and the real dataset in every kind of store, each served on loopback."""

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accordgraph.cli import main
from accordgraph.dataset.build import NQUADS
from accordgraph.engine.remote.write_protocols import UNSPECIFIED, WriteProtocols
from accordgraph.project import Project
from support import engines
from support.paths import ROOT
from support.real_dataset import build_once
from support.stores import FOR_VIRTUOSO, SETTINGS, Served, Target


@pytest.fixture
def mini(tmp_path: Path) -> Project:
    """A small ontology and data that conform, with the real rules of derivation."""
    root = tmp_path / "mini"
    shutil.copytree(ROOT / "tests" / "fixtures" / "mini", root)
    shutil.copytree(ROOT / "queries" / "derive", root / "queries" / "derive")
    return Project.at(root)


@pytest.fixture
def accordgraph(mini: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command of the command line on the small project."""
    monkeypatch.setenv("ACCORDGRAPH_ROOT", str(mini.root))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """The real dataset, built and validated once for all test processes."""
    folder = tmp_path_factory.getbasetemp()
    return build_once((folder if worker_id == "master" else folder.parent) / "real")


@pytest.fixture(scope="session")
def dataset(built: Project) -> Path:
    """The real dataset, as N-Quads."""
    return built.build / NQUADS


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An `oxigraph` server that is empty at first."""
    with engines.oxigraph(tmp_path_factory.mktemp("oxigraph")) as address:
        yield address


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Virtuoso that is empty at first."""
    with engines.virtuoso(tmp_path_factory.mktemp("virtuoso")) as address:
        yield address


@pytest.fixture(scope="session")
def served(
    request: pytest.FixtureRequest, dataset: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The dataset in every kind of store."""
    found = Served(request, dataset, tmp_path_factory.mktemp("disk"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def oxigraph_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An `oxigraph` server for the tests of one module."""
    with engines.oxigraph(tmp_path_factory.mktemp("oxigraph")) as address:
        yield address


@pytest.fixture(scope="module")
def virtuoso_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Virtuoso for the tests of one module."""
    with engines.virtuoso(tmp_path_factory.mktemp("virtuoso")) as address:
        yield address


@pytest.fixture(params=["oxigraph", "oxigraph by update", "virtuoso", "virtuoso by update"])
def target(request: pytest.FixtureRequest) -> Target:
    """An engine of the module's own, to be filled by its graph store or by updates."""
    settings = FOR_VIRTUOSO if "virtuoso" in request.param else SETTINGS
    address: str = request.getfixturevalue(f"{request.param.split()[0]}_alone")
    update = address.replace("/query", "/update").replace("/sparql", "/sparql-auth")
    return address, settings, WriteProtocols(update=update) if "update" in request.param else UNSPECIFIED


@pytest.fixture(autouse=True)
def answers_are_let_go() -> Iterator[None]:
    """Free what a failed query left in the traces of its error, in the thread that asked: no other may."""
    yield
    gc.collect(1)
