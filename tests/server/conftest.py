"""Real servers on loopback: over the small dataset of this folder, and over the whole one."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from accordgraph.assets import Project
from accordgraph.build import NQUADS, build
from serving import serving

DATASET = Path(__file__).with_name("dataset.nq")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with serving(DATASET) as address:
        yield address


@pytest.fixture(scope="session")
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers={"Accept": "*/*"}) as client:
        yield client


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server over the whole dataset."""
    project = Project.at(ROOT, tmp_path_factory.mktemp("build"))
    build(project)
    with (
        serving(project.build / NQUADS) as address,
        httpx.Client(base_url=address, headers={"Accept": "*/*"}, timeout=30) as client,
    ):
        yield client
