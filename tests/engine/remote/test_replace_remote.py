"""An engine elsewhere is filled anew under a server: no answer is out of two datasets."""

import asyncio

import httpx
import pytest

from accordgraph.engine.remote.remote_engine import RemoteEngine
from accordgraph.engine.remote.upload import push
from accordgraph.errors import EndpointError
from accordgraph.namespaces import ACG, GRAPH, ID
from support.live_server import serving
from support.stores import Target

pytestmark = pytest.mark.engines

SIZE = 20
GENERATIONS = "SELECT ?o (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY ?o ORDER BY ?o"


def dataset(generation: int) -> bytes:
    """Return a dataset in which every triple says which generation it is of."""
    lines = [f"{ID[number]} {ACG.level} {ID[f'generation-{generation}']}" for number in range(SIZE)]
    return "".join(f"{line} .\n{line} {GRAPH['a']} .\n" for line in lines).encode()


@pytest.fixture
def target(target: Target) -> Target:
    """An engine that holds the first generation."""
    address, settings, ways = target
    push(dataset(1), address, settings, ways)
    return target


def ask(http: httpx.Client, number: int) -> httpx.Response:
    """Ask for the generations, in words that no answer was kept for."""
    return http.get("/sparql", params={"query": f"{GENERATIONS} # {number}", "format": "csv"})


def generations(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [line.removeprefix(ID["generation-"].value) for line in response.text.split()[1:]]


def test_no_answer_is_of_a_part(target: Target) -> None:
    address, settings, ways = target
    with serving(address, settings) as ours, httpx.Client(base_url=ours, timeout=60) as http:
        first = ask(http, 0)
        assert generations(first) == [f"1,{SIZE}"]
        meanwhile: list[httpx.Response] = []
        filled = push(
            dataset(2), address, settings, ways, lambda done, _: meanwhile.append(ask(http, done)), at_once=4
        )
        assert len(meanwhile) == 2 * SIZE / 4
        assert [response.status_code for response in meanwhile] == [503] * len(meanwhile)
        assert all(response.headers["retry-after"] for response in meanwhile)
        assert "etag" not in ask(http, 0).headers, "when it was asked, what is held was not known"
        after = ask(http, 0)
        assert generations(after) == [f"2,{SIZE}"]
        assert after.headers["etag"] != first.headers["etag"]
        assert http.get("/health").json()["digest"] == filled.digest


def test_the_same_dataset_again_is_seen_too(target: Target) -> None:
    address, settings, ways = target
    with serving(address, settings) as ours, httpx.Client(base_url=ours, timeout=60) as http:
        assert generations(ask(http, 0)) == [f"1,{SIZE}"]
        push(dataset(1), address, settings, ways)
        assert ask(http, 1).status_code == 503, "it may have been asked before, between or after"
        assert generations(ask(http, 2)) == [f"1,{SIZE}"]


def test_a_load_that_broke_off(target: Target) -> None:
    address, settings, ways = target

    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    async def start() -> None:
        await RemoteEngine(address, settings).start()

    with serving(address, settings) as ours, httpx.Client(base_url=ours, timeout=60) as http:
        with pytest.raises(Stopped):
            push(dataset(2), address, settings, ways, stop, at_once=4)
        assert [ask(http, number).status_code for number in range(3)] == [503] * 3
        assert "or a load was broken off" in ask(http, 3).json()["detail"]
        with pytest.raises(EndpointError, match="is being filled"):
            asyncio.run(start())
        push(dataset(2), address, settings, ways)
        assert generations(ask(http, 4)) == [f"2,{SIZE}"]
