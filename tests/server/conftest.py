"""A real server on loopback over the small dataset of this folder."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from serving import serving

DATASET = Path(__file__).with_name("dataset.nq")


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with serving(DATASET) as address:
        yield address


@pytest.fixture(scope="session")
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers={"Accept": "*/*"}) as client:
        yield client
