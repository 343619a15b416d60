"""The real dataset in every kind of store, each served on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import engines
from accordgraph.assets import Project
from accordgraph.build import NQUADS, build
from accordgraph.ways import UNSAID, Ways
from storage import FOR_VIRTUOSO, ROOT, SETTINGS, Served, Target


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset, built from the files."""
    folder = tmp_path_factory.mktemp("build")
    build(Project.at(ROOT, folder))
    return folder / NQUADS


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
    return address, settings, Ways(update=update) if "update" in request.param else UNSAID
