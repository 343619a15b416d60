"""Real servers on loopback: over the small datasets of this folder, and over the real one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.dataset.build import NQUADS
from accordgraph.namespaces import ACG, GRAPH, ID, RDF
from support.live_server import FREE, serving

FOLDER = Path(__file__).parent
DATASET = FOLDER / "dataset.nq"
REFERENCES = 120


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with serving(DATASET) as address:
        yield address


@pytest.fixture(scope="session")
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers={"Accept": "*/*"}) as client:
        yield client


@pytest.fixture(scope="session")
def real_address(dataset: Path) -> Iterator[str]:
    """The address of a server over the real dataset."""
    with serving(dataset, replace(FREE, query_seconds=60)) as address:
        yield address


@pytest.fixture(scope="session")
def whole(real_address: str) -> Iterator[httpx.Client]:
    """A client of a server over the real dataset, which takes anything."""
    with httpx.Client(base_url=real_address, headers={"Accept": "*/*"}, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset of linked.trig, with many acts that rest on act two, and the merge as default graph."""
    quads = list(ox.parse((FOLDER / "linked.trig").read_bytes(), ox.RdfFormat.TRIG))
    for number in range(REFERENCES):
        act = ID[f"be/act/rests-{number:03}"]
        quads.append(ox.Quad(act, RDF.type, ACG.Act, GRAPH["data/many"]))
        quads.append(ox.Quad(act, ACG.isBasedOn, ID["be/act/two"], GRAPH["data/many"]))
    triples = {quad.triple for quad in quads}
    quads += [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples]
    path = tmp_path_factory.mktemp("linked") / NQUADS
    ox.serialize(quads, path, ox.RdfFormat.N_QUADS)
    return path


@pytest.fixture(scope="session")
def small(linked: Path) -> Iterator[httpx.Client]:
    """A client of a server over the dataset of linked.trig."""
    with serving(linked) as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture(scope="session")
def graph(real_address: str) -> Iterator[httpx.Client]:
    """A client of a server over the real dataset."""
    with httpx.Client(base_url=real_address, timeout=30) as client:
        yield client
