"""The store by itself: what it opens, what it answers, what it will not do."""

import hashlib
import io
import json
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from accordgraph.errors import DatasetNotBuilt, EvaluationError, NotValidated, QueryError, QueryRefused
from accordgraph.namespaces import ACG, GRAPH, ID
from accordgraph.sparql.query import Graphs
from accordgraph.store.local import MemoryStore, open_store

ONE = f"{ID['one']} {ACG.level} {ID['two']}"
DATASET = f"{ONE} .\n{ONE} {GRAPH['a']} .\n{ONE} {GRAPH['b']} .\n".encode()
DIGEST = hashlib.sha256(DATASET).hexdigest()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(DATASET)


def build(folder: Path, verdict: object = None) -> Path:
    (folder / "accordgraph.nq").write_bytes(DATASET)
    if verdict is not None:
        (folder / "validation.json").write_text(json.dumps(verdict))
    return folder


def test_a_dataset_that_conforms_is_opened(tmp_path: Path) -> None:
    store = open_store(build(tmp_path, {"digest": DIGEST, "conforms": True}))
    assert (len(store), store.digest) == (1, DIGEST)
    store.close()


def test_a_dataset_that_is_not_built_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetNotBuilt, match="`accordgraph build`"):
        open_store(tmp_path)


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (None, "has not been validated"),
        ([], "has not been validated"),
        ({"digest": DIGEST}, "has not been validated"),
        ({"digest": DIGEST, "conforms": False}, "does not conform"),
        ({"digest": DIGEST, "conforms": "true"}, "does not conform"),
        ({"digest": "0" * 64, "conforms": True}, "has changed"),
    ],
)
def test_a_dataset_without_its_verdict_is_refused(tmp_path: Path, verdict: object, reason: str) -> None:
    with pytest.raises(NotValidated, match=f"{reason}.*`accordgraph validate`"):
        open_store(build(tmp_path, verdict))


def test_a_dataset_that_changed_after_validation_is_refused(tmp_path: Path) -> None:
    path = build(tmp_path, {"digest": DIGEST, "conforms": True}) / "accordgraph.nq"
    path.write_bytes(DATASET + b"\n")
    with pytest.raises(NotValidated, match="has changed"):
        open_store(tmp_path)


def test_solutions(store: MemoryStore) -> None:
    answer = store.query("SELECT ?s ?none { ?s acg:level <two> }")
    assert (answer.variables, answer.boolean, answer.is_graph) == (("s", "none"), None, False)
    assert list(answer.rows()) == [(ID["one"], None)]
    with pytest.raises(TypeError):
        store.query("SELECT * { ?s ?p ?o }").triples()
    with pytest.raises(TypeError):
        store.query("SELECT * { ?s ?p ?o }").write(io.BytesIO(), ox.RdfFormat.TURTLE)


def test_booleans(store: MemoryStore) -> None:
    assert store.query("ASK { ?s acg:level ?o }").boolean is True
    assert store.query("ASK { ?s acg:status ?o }").boolean is False


def test_graphs(store: MemoryStore) -> None:
    answer = store.query(
        "CONSTRUCT { ?s acg:level ?o } WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    )
    assert (answer.is_graph, answer.boolean, answer.variables) == (True, None, ())
    assert answer.triples() == [ox.Triple(ID["one"], ACG.level, ID["two"])]
    output = io.BytesIO()
    store.query("DESCRIBE <one>").write(output, ox.RdfFormat.TURTLE)
    assert output.getvalue().startswith(b"@prefix acg:")
    with pytest.raises(TypeError):
        store.query("DESCRIBE <one>").rows().__next__()
    with pytest.raises(TypeError):
        store.query("DESCRIBE <one>").write(io.BytesIO(), ox.QueryResultsFormat.JSON)


@pytest.mark.parametrize(
    ("graphs", "expected"),
    [(None, 1), (Graphs(), 1), (Graphs((GRAPH["a"].value, GRAPH["b"].value)), 1), (Graphs(("urn:none",)), 0)],
)
def test_a_triple_counts_once(store: MemoryStore, graphs: Graphs | None, expected: int) -> None:
    answer = store.query("SELECT * { ?s ?p ?o }", graphs)
    assert len(list(answer.rows())) == expected


def test_the_named_graphs_are_those_of_the_dataset(store: MemoryStore) -> None:
    answer = store.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    assert {term for (term,) in answer.rows()} == {GRAPH["a"], GRAPH["b"]}


def test_a_bad_query_is_told_its_place(store: MemoryStore) -> None:
    with pytest.raises(QueryError, match="line 2, column 2") as caught:
        store.query("SELECT *\n WHRE { ?s ?p ?o }")
    assert (caught.value.line, caught.value.column) == (2, 2)


def test_what_it_will_not_do(store: MemoryStore) -> None:
    with pytest.raises(QueryRefused, match="Update"):
        store.query("CLEAR ALL")
    with pytest.raises(QueryRefused, match="SERVICE"):
        store.query("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")
    assert len(store) == 1


def test_what_it_cannot_evaluate(store: MemoryStore) -> None:
    with pytest.raises(EvaluationError, match="urn:f"):
        list(store.query("SELECT * { ?s ?p ?o FILTER(<urn:f>(?o)) }").rows())


def test_several_threads_may_ask(store: MemoryStore) -> None:
    counts: list[int] = []

    def ask() -> None:
        counts.append(len(list(store.query("SELECT * { ?s ?p ?o }").rows())))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1] * 8
