"""Loading a folder: whole or not at all, and beside what is being read."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import Result

from accordgraph.errors import AccordGraphError, DatasetNotBuilt
from accordgraph.namespaces import ACG, ID
from accordgraph.store.directory import load_folder
from accordgraph.store.local import DiskStore, acquire
from support.live_server import serving

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def dataset(size: int) -> bytes:
    return b"".join(f"{ID['one']} {ACG.level} {ID[number]} .\n".encode() for number in range(size))


def folders(store: Path) -> set[str]:
    return {path.name for path in store.iterdir() if path.is_dir()}


def triples(store: Path) -> int:
    held = acquire(store)
    os.close(held.mark)
    return held.triples


def count(address: str) -> int:
    answer = httpx.get(f"{address}/sparql", params={"query": COUNT, "format": "json"}).json()
    return int(answer["results"]["bindings"][0]["n"]["value"])


def test_what_is_loaded_is_there(tmp_path: Path) -> None:
    digest, length = load_folder(dataset(3), tmp_path / "store")
    held = acquire(tmp_path / "store")
    store = DiskStore(held)
    assert (held.digest, held.triples, length) == (digest, 3, 3)
    assert (store.digest, len(store), len(list(store.query("SELECT * { ?s ?p ?o }").rows()))) == (
        digest,
        3,
        3,
    )
    os.close(held.mark)


def test_loading_again_leaves_one_dataset(tmp_path: Path) -> None:
    for size in (3, 4, 4):
        load_folder(dataset(size), tmp_path)
    assert len(folders(tmp_path)) == 1
    assert triples(tmp_path) == 4


def test_what_is_read_is_left_until_it_is_not(tmp_path: Path) -> None:
    load_folder(dataset(3), tmp_path)
    first = acquire(tmp_path)
    load_folder(dataset(4), tmp_path)
    assert len(folders(tmp_path)) == 2
    assert len(list(DiskStore(first).query("SELECT * { ?s ?p ?o }").rows())) == 3
    os.close(first.mark)
    load_folder(dataset(5), tmp_path)
    assert len(folders(tmp_path)) == 1


def test_a_server_goes_on_with_what_it_has(tmp_path: Path) -> None:
    load_folder(dataset(3), tmp_path)
    with serving(tmp_path) as address:
        assert count(address) == 3
        load_folder(dataset(4), tmp_path)
        load_folder(dataset(5), tmp_path)
        for number in range(40):  # more than the workers that were there before
            slow = f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o BIND({number} AS ?x) }}"
            answer = httpx.get(f"{address}/sparql", params={"query": slow, "format": "csv"})
            assert answer.text.split() == ["n", "3"]
    assert triples(tmp_path) == 5


def test_an_interrupted_load_changes_nothing(tmp_path: Path) -> None:
    load_folder(dataset(3), tmp_path)
    with pytest.raises(SyntaxError):
        load_folder(dataset(3) + b"<urn:a> <urn:b> ", tmp_path)
    assert len(folders(tmp_path)) == 2, "what was begun is still there"
    assert triples(tmp_path) == 3
    load_folder(dataset(4), tmp_path)
    assert (len(folders(tmp_path)), triples(tmp_path)) == (1, 4)


def test_two_loads_at_once(tmp_path: Path) -> None:
    load_folder(dataset(3), tmp_path)
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(AccordGraphError, match="another load is filling"):
        load_folder(dataset(4), tmp_path)
    os.close(other)
    load_folder(dataset(4), tmp_path)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(AccordGraphError, match="holds something that is no store"):
        load_folder(dataset(3), tmp_path)
    with pytest.raises(AccordGraphError, match="cannot be written"):
        load_folder(dataset(3), tmp_path / "letter.txt" / "store")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(DatasetNotBuilt, match="`accordgraph load "):
        acquire(tmp_path)
    load_folder(dataset(3), tmp_path)
    (engine,) = folders(tmp_path)
    shutil.rmtree(tmp_path / engine)
    with pytest.raises(DatasetNotBuilt, match="which is not there"):
        acquire(tmp_path)


def test_the_command(accordgraph: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "store"
    refused = accordgraph("load", folder, "--no-build")
    assert refused.exit_code == 2 and "`accordgraph build`" in refused.output
    accordgraph("build")
    refused = accordgraph("load", folder, "--no-build")
    assert refused.exit_code == 2 and "`accordgraph validate`" in refused.output
    accordgraph("validate")
    done = accordgraph("load", folder, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["digest"] == acquire(folder).digest
    refused = accordgraph("load", folder, "--update", "http://127.0.0.1:1/")
    assert refused.exit_code == 2 and "remote engine" in refused.output


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("/nowhere", "`accordgraph load /nowhere`"),
        ("ftp://127.0.0.1/sparql", "it should be http://host:port/path"),
        ("http://me:secret@127.0.0.1/sparql", "ACCORDGRAPH_ENDPOINT_PASSWORD"),
    ],
)
def test_a_store_that_cannot_be_served(accordgraph: Callable[..., Result], store: str, said: str) -> None:
    refused = accordgraph("serve", "--store", store)
    assert refused.exit_code == 2
    assert said in refused.output
    assert "secret" not in refused.output
