"""What a document costs: two queries, then none until there is another dataset."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from accordgraph.engine.engine import Job
from accordgraph.engine.workers.pool import Pool
from accordgraph.namespaces import ACG, ID, RDF
from accordgraph.server import create_app, running
from support.html_page import HTML
from support.live_server import FREE, app_over

ONE, TWO = "/doc/be/act/one", "/doc/be/act/two"


class Counting(Pool):
    """A pool that notes what it is asked."""

    asked: list[str]

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        self.asked.append(job.query.text)
        async with super().run(job) as pieces:
            yield pieces


@pytest.fixture
def asked(linked: Path) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A client, and the queries that its server asks."""
    found: list[str] = []

    def engine() -> Counting:
        pool = Counting(linked, FREE)
        pool.asked = found
        return pool

    with running(create_app(engine, FREE)) as address, httpx.Client(base_url=address) as client:
        yield client, found


@pytest.mark.parametrize("headers", [HTML, {"Accept": "text/turtle"}, {"Accept": "application/ld+json"}])
def test_a_document_takes_two_queries(asked: tuple[httpx.Client, list[str]], headers: dict[str, str]) -> None:
    client, queries = asked
    client.get("/doc/be/joint-committee/315.02", headers=headers)
    queries.clear()
    assert client.get(TWO, headers=headers).status_code == 200
    assert len(queries) == 2
    queries.clear()
    for _ in range(2):
        assert client.get(TWO, headers=headers).status_code == 200
        assert client.get("/id/be/act/one").status_code == 303
        assert client.get("/id/be/act/none").status_code == 404
    assert queries == []


def test_a_new_dataset_has_new_names(linked: Path, tmp_path: Path) -> None:
    path = tmp_path / linked.name
    path.write_bytes(linked.read_bytes())

    async def check() -> None:
        app = app_over(path)
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
            old = await client.get(f"http://graph{ONE}")
            assert (await client.get("http://graph/id/be/act/three")).status_code == 404
            line = f"<{ID}be/act/three> <{RDF}type> <{ACG}Act> .\n"
            path.write_bytes(path.read_bytes() + line.encode())
            await app.state.engine.replace()
            assert (await client.get("http://graph/id/be/act/three")).status_code == 303
            new = await client.get(f"http://graph{ONE}", headers={"If-None-Match": old.headers["etag"]})
            assert new.status_code == 200
            assert new.headers["etag"] != old.headers["etag"]

    asyncio.run(check())
