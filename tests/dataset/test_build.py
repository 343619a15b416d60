"""The build: the same bytes for the same files, and every triple once in the default graph."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, RdfFormat, Store, parse

from accordgraph.dataset.build import MANIFEST, NQUADS, assemble, build
from accordgraph.dataset.source_files import graph_name, load_dataset
from accordgraph.errors import BuildError, CanonicalFormError, TurtleError
from accordgraph.library.query_file import load_queries
from accordgraph.namespaces import GRAPH, ID, RDF, SKOS
from accordgraph.project import Project


def bytes_of_build(project: Project, seed: int) -> tuple[bytes, bytes]:
    """Build in a process of its own, in which text hashes otherwise."""
    environment = dict(os.environ, ACCORDGRAPH_ROOT=str(project.root), PYTHONHASHSEED=str(seed))
    command = [sys.executable, "-m", "accordgraph", "build", "--json"]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    return (project.build / NQUADS).read_bytes(), (project.build / MANIFEST).read_bytes()


def test_two_builds_give_the_same_bytes(mini: Project) -> None:
    assert bytes_of_build(mini, 1) == bytes_of_build(mini, 2)


def test_a_triple_in_two_files_counts_once(mini: Project) -> None:
    build(mini)
    store = Store()
    store.bulk_load((mini.build / NQUADS).read_bytes(), RdfFormat.N_QUADS)
    node = ID["be/joint-committee/315.02"]
    assert len(list(store.quads_for_pattern(node, SKOS.notation, None, None))) == 3
    assert len(list(store.quads_for_pattern(node, SKOS.notation, None, DefaultGraph()))) == 1


def test_the_default_graph_is_the_merge_of_the_named_graphs(mini: Project) -> None:
    assembly = build(mini)
    quads = list(parse((mini.build / NQUADS).read_bytes(), RdfFormat.N_QUADS))
    merged = {quad.triple for quad in quads if quad.graph_name == DefaultGraph()}
    named = {quad.triple for quad in quads if quad.graph_name != DefaultGraph()}
    assert merged == named == assembly.triples
    assert len(quads) == len(set(quads))


def test_each_file_and_each_rule_has_its_graph(mini: Project) -> None:
    assembly = assemble(mini)
    names = {graph.value.removeprefix(GRAPH) for graph in assembly.graphs}
    files = {mini.relative(path).removesuffix(".ttl") for path in mini.turtle_files("ontology", "data")}
    rules = {f"derived/{rule.name.partition('-')[2]}" for rule in load_queries(mini.queries / "derive")}
    assert names == files | rules | {"queries"}
    assert "data/be/2023/claims" in files


def test_lines_are_sorted(mini: Project) -> None:
    lines = assemble(mini).nquads.splitlines()
    assert lines == sorted(set(lines))


def test_the_manifest_says_what_is_in_it(mini: Project) -> None:
    assembly = build(mini)
    manifest = json.loads((mini.build / MANIFEST).read_text(encoding="utf-8"))
    data = (mini.build / NQUADS).read_bytes()
    assert manifest["digest"] == hashlib.sha256(data).hexdigest() == assembly.digest
    assert manifest["quads"] == len(data.splitlines())
    assert manifest["triples"] == len(assembly.triples)
    assert manifest["classes"]["acg:Claim"] == 4
    assert manifest["classes"]["acg:Instrument"] == 3
    assert manifest["graphs"][graph_name("data/be/bodies.ttl").value] == 11
    text = (mini.root / "data/be/bodies.ttl").read_bytes()
    assert manifest["inputs"]["data/be/bodies.ttl"] == hashlib.sha256(text).hexdigest()
    assert {"queries/derive/10-claims.rq", "queries/competency/serves-objective.rq"} <= set(
        manifest["inputs"]
    )


def test_another_country_and_year_are_files(mini: Project) -> None:
    path = mini.data / "fr" / "2026" / "claims.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(
        "@base <https://w3id.org/accordgraph/id/> .\n\n<fr/a>\n    <p> <b> ;\n.\n", encoding="utf-8"
    )
    assert GRAPH["data/fr/2026/claims"] in build(mini).graphs


def test_a_file_that_is_not_canonical_stops_the_build(mini: Project) -> None:
    path = mini.data / "be" / "bodies.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("    a acg", "   a acg"), encoding="utf-8")
    with pytest.raises(CanonicalFormError, match=r"data/be/bodies\.ttl; `accordgraph format`"):
        build(mini)
    assert not (mini.build / NQUADS).exists()


def test_a_blank_node_in_data_is_refused_with_its_line(mini: Project) -> None:
    (mini.data / "x.ttl").write_text("<http://e/a>\n  <http://e/p> [] .\n", encoding="utf-8")
    with pytest.raises(TurtleError, match=r"data/x\.ttl:2: a blank node"):
        load_dataset(mini)


def test_a_path_that_is_no_part_of_an_iri_is_refused(mini: Project) -> None:
    (mini.data / "My file.ttl").write_text("", encoding="utf-8")
    with pytest.raises(BuildError, match="data/My file.ttl: the path is part of an IRI"):
        load_dataset(mini)


def test_nothing_to_build(tmp_path: Path) -> None:
    for name in ("ontology", "data", "shapes", "queries"):
        (tmp_path / name).mkdir()
    with pytest.raises(BuildError, match="nothing to build"):
        load_dataset(Project.at(tmp_path))


def test_where_a_node_stands(mini: Project) -> None:
    dataset = load_dataset(mini)
    committee = ID["be/joint-committee/315.02"]
    assert dataset.file_of_statement(committee, RDF.type) == "data/be/bodies.ttl"
    assert dataset.file_of_statement(committee, SKOS.notation) == "data/be/2023/examinations.ttl"
    assert dataset.file_of_statement(committee.value, "http://example.org/none") == "data/be/bodies.ttl"
    assert dataset.file_of_statement(ID["nothing"], RDF.type) == ""


def test_blank_nodes_of_the_ontology_are_the_same_in_the_merge(mini: Project) -> None:
    assembly = assemble(mini)
    graph = assembly.graphs[graph_name("ontology/accordgraph.ttl")]
    assert graph <= assembly.triples
    assert any(str(triple.subject).startswith("_:ontology_accordgraph_") for triple in graph)
