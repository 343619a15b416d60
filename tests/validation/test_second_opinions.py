"""Other engines than ours judge the same shapes, data and vocabularies, and must say the same.

pyrudof is an independent SHACL engine, owlrl an OWL 2 RL reasoner. SHACL-SHACL and the SKOS shapes are read
from the reference material.
"""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pyrudof
import pytest
from pyoxigraph import Triple
from pyshacl import validate as pyshacl_validate
from rdflib import RDFS, SH, SKOS, Graph, Namespace

from accordgraph.errors import ReferenceMissing
from accordgraph.namespaces import ACG, ID, RDF
from accordgraph.project import find_project, find_reference
from accordgraph.settings import Settings
from accordgraph.validation.shacl import load_shapes, run_shapes, to_rdflib
from shapes.test_shapes import EXAMPLES, FILES, complete, example_graph
from support.real_dataset import assembly

pytestmark = pytest.mark.second_opinion

REASONER = """
import sys
from owlrl import DeductiveClosure, OWLRL_Semantics
from rdflib import Graph, URIRef

graph = Graph().parse(data=sys.stdin.read(), format="nt")
DeductiveClosure(OWLRL_Semantics).expand(graph)
for message in graph.objects(None, URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")):
    print(message)
"""
"""A reasoner in a process of its own: importing owlrl changes how rdflib compares dates."""

FAULTS = ("depositedOn", "evidence", "isConcludedIn", "level", "basis")
"""Properties of ours whose loss the shapes must notice."""

NO_SUCH_DAY = {
    "collective-agreement/invalid.depositedOn.datatype",
    "collective-agreement/invalid.registeredOn.datatype",
    "instrument/invalid.signedOn.node.day-30-february",
    "provision/invalid.suppletiveReferenceDate.datatype",
    "stated-date/invalid.latestDay.datatype",
    "style/invalid.available.datatype",
    "style/invalid.created.datatype",
    "style/invalid.modified.datatype",
}
"""The examples on which pyrudof is known to say less: it takes any text of the type xsd:date for a day."""

KOS = Namespace("http://kos-kit.github.io/skos-shacl/ns#")

Result = tuple[str, str, str]


def name_of(example: Path) -> str:
    return f"{example.parent.name}/{example.stem}"


@cache
def all_shapes() -> Graph:
    return load_shapes(find_project().turtle_files("shapes"))


def reference(*parts: str) -> Path:
    """Return a file of the reference material; skips when it is not there."""
    try:
        return find_reference(Settings.from_environment()).joinpath("standards", *parts)
    except ReferenceMissing as missing:
        pytest.skip(str(missing))


def opinion_of_pyrudof(data: Graph, shapes: Graph) -> set[Result]:
    """Return focus node, shape and component of each result; a session is asked once, since a second
    validation in it may repeat the first one's answer."""
    session = pyrudof.Rudof(pyrudof.RudofConfig())
    session.read_data(data.serialize(format="nt"), format=pyrudof.RDFFormat.NTriples)
    session.read_shacl(shapes.serialize(format="nt"), format=pyrudof.ShaclFormat.NTriples)
    report = session.validate_shacl()
    return {
        (entry.focus_node, str(entry.source_shape), entry.constraint_component.rpartition("#")[2])
        for entry in report
    }


def opinion_of_pyshacl(data: Graph, shapes: Graph) -> set[Result]:
    _, report, _ = pyshacl_validate(data, shacl_graph=shapes)
    assert isinstance(report, Graph)
    return {
        (
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.sourceShape)),
            str(report.value(result, SH.sourceConstraintComponent)).rpartition("#")[2],
        )
        for result in report.objects(None, SH.result)
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_pyrudof_agrees_on_every_example(example: Path) -> None:
    data, shapes = example_graph(example), complete(example.parent.name)
    theirs, ours = opinion_of_pyrudof(data, shapes), opinion_of_pyshacl(data, shapes)
    if name_of(example) in NO_SUCH_DAY:
        assert theirs != ours, "known no longer: take it out of the list"
    else:
        assert theirs == ours


def test_pyrudof_agrees_that_the_data_conforms() -> None:
    assert opinion_of_pyrudof(to_rdflib(assembly().triples), all_shapes()) == set()


@pytest.mark.parametrize("lost", FAULTS)
def test_pyrudof_agrees_on_what_is_lost(lost: str) -> None:
    left = [triple for triple in assembly().triples if triple.predicate != ACG[lost]]
    ours = {
        (finding.node, finding.rule, finding.component.rpartition("#")[2])
        for finding in run_shapes(left, all_shapes())
    }
    assert ours
    assert opinion_of_pyrudof(to_rdflib(left), all_shapes()) == ours


def inconsistencies(extra: Triple | None = None) -> list[str]:
    """Return what an OWL 2 RL reasoner finds contradictory in ontology and data."""
    triples = [*assembly().triples, *([extra] if extra else [])]
    done = subprocess.run(
        [sys.executable, "-c", REASONER],
        input="".join(f"{triple} .\n" for triple in triples),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_reasoner_finds_no_inconsistency() -> None:
    assert inconsistencies() == []


def test_a_reasoner_finds_a_body_that_is_a_claim() -> None:
    """The main classes are disjoint."""
    found = inconsistencies(Triple(ID["be/body/nar"], RDF.type, ACG.Claim))
    assert any("be/body/nar" in message for message in found)


@pytest.mark.parametrize("name", FILES)
def test_shapes_are_shacl_to_shacl_shacl(name: str) -> None:
    rules = Graph().parse(reference("shacl", "shacl-shacl.ttl"))
    assert opinion_of_pyshacl(complete(name), rules) == set()


def test_vocabularies_keep_the_integrity_of_skos() -> None:
    rules = Graph().parse(reference("skos", "koskit-skos-reference.shacl.ttl"))
    files = sorted((find_project().ontology / "vocabularies").glob("*.ttl"))
    vocabularies = Graph()
    for file in files:
        vocabularies.parse(file)
    assert (None, SKOS.broader, None) in vocabularies
    for kind in (
        "Concept",
        "ConceptScheme",
    ):  # the rules ask for classes of theirs that they do not tie to SKOS
        vocabularies.add((SKOS[kind], RDFS.subClassOf, KOS[kind]))
    assert opinion_of_pyshacl(vocabularies, rules) == set()
