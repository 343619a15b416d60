"""A dataset that takes the place of another between the tag and the query: the old tag is not on its answer.

What does so here is the recovery of an engine that was lost, since a new one is over what is there by then.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from accordgraph.namespaces import ACG, ID, RDF, SKOS
from accordgraph.server import running
from support.live_server import app_over
from support.worker_pool import nurseries

LABELS = {
    "query": "SELECT ?label { ?act <http://www.w3.org/2004/02/skos/core#prefLabel> ?label } ORDER BY ?label"
}
LONG = {"query": "SELECT ?label ?a ?b { ?act ?p ?label . ?a ?q ?b } ORDER BY ?label ?a ?b"}
SIZE = 100
DIGEST = 17
"""How much of a tag names the dataset, with the quote."""
PATHS = {
    "a result": f"/sparql?{urlencode(LABELS)}",
    "a long result": f"/sparql?{urlencode(LONG)}",
    "a table": f"/sparql?{urlencode(LABELS | {'format': 'html'})}",
    "a document": "/doc/be/act/act-0.ttl",
    "a page": "/doc/be/act/act-0.html",
    "the whole graph": "/graph-store?default",
}


def publish(file: Path, name: str, size: int) -> None:
    act = ID["be/act/act-0"]
    lines = [f'{act} {SKOS.altLabel} "{name} {number}"@en .\n' for number in range(size)]
    file.write_text(
        "".join([f"{act} {RDF.type} {ACG.Act} .\n", f'{act} {SKOS.prefLabel} "{name}"@en .\n', *lines])
    )


@contextmanager
def exchanged(file: Path, size: int) -> Iterator[tuple[httpx.Client, str]]:
    """Serve a dataset whose engine was lost, when another has its place; gives a tag of the old one too."""
    publish(file, "Old", SIZE)
    others = set(nurseries())
    app = app_over(file)
    with running(app) as address, httpx.Client(base_url=address) as client:
        (nursery,) = set(nurseries()) - others
        old = client.get("/sparql", params={"query": "ASK {}"}).headers["etag"]
        publish(file, "New", size)
        os.kill(nursery, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while not app.state.engine.lost:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield client, old


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_tag_is_of_the_dataset_that_was_asked(tmp_path: Path, path: str) -> None:
    with exchanged(tmp_path / "dataset.nq", SIZE) as (client, old):
        between, after = client.get(path), client.get(path)
        assert "New" in between.text and "Old" not in between.text
        assert after.text == between.text
        new = after.headers["etag"]
        assert new[:DIGEST] != old[:DIGEST]
        assert between.headers.get("etag", new)[:DIGEST] == new[:DIGEST]
        assert between.headers["cache-control"] == ("no-cache" if "etag" in between.headers else "no-store")
        again = client.get(path, headers={"If-None-Match": new})
        assert again.status_code == 304


def test_the_first_page_is_of_the_dataset_that_its_tag_names(tmp_path: Path) -> None:
    with exchanged(tmp_path / "dataset.nq", SIZE + 7) as (client, old):
        between, after = (client.get("/", headers={"Accept": "text/html"}) for _ in range(2))
        assert between.headers["etag"][:DIGEST] != old[:DIGEST]
        assert (between.headers["etag"], between.text) == (after.headers["etag"], after.text)
        assert f">{SIZE + 9} " in between.text
