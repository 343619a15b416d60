"""A real server on loopback over the small dataset of this folder."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from accordgraph.server import create_app, running
from accordgraph.store import MemoryStore

DATASET = Path(__file__).with_name("dataset.nq")


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    store = MemoryStore(DATASET.read_bytes())
    with running(create_app(store)) as address:
        yield address
    store.close()


@pytest.fixture(scope="session")
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers={"Accept": "*/*"}) as client:
        yield client
