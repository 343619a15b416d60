"""The RDF Data Cube passes IC-1 to IC-21, written from the Recommendation and proven on broken cubes.

IC-17 counts inside the query: its text in the Recommendation uses an alias where only one engine sees it.
IC-20 and IC-21 are asked for each link between parents and children.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse
from rdflib import SH, Graph

from accordgraph.errors import ReferenceMissing
from accordgraph.export.cube import Cube
from accordgraph.export.data_cube import property_of
from accordgraph.namespaces import QB, RDF, SKOS
from accordgraph.project import find_reference
from support.paths import ROOT

pytestmark = pytest.mark.exports

FOLDER = Path(__file__).with_name("integrity")
CONSTRAINTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.rq"))}
CLOSURE = (FOLDER / "closure.ru").read_text()
NAMES = sorted(path.stem for path in (ROOT / "queries" / "cubes").glob("*.rq"))
FIXTURES = {
    "abbrv-cube": "",
    "mt-cube": "",
    "mt-cube-3-measures": "",
    "missing-ds": "ic-01",
    "extra-ds": "ic-01",
    "missing-dsd": "ic-02",
    "extra-dsd": "ic-02",
    "missing-measure": "ic-03",
    "missing-range": "ic-04",
    "missing-codelist": "ic-05",
    "bad-component-required": "ic-06",
    "bad-slicekey": "ic-07",
    "bad-slicekey2": "ic-08",
    "missing-slicekey": "ic-09",
    "missing-slicedim": "ic-10",
    "missing-obs-dim-value": "ic-11",
    "duplicate-observation": "ic-12",
    "missing-required-attr": "ic-13",
    "missing-measure-on-obs": "ic-14",
    "mt-missing-measure": "ic-15",
    "mt-extra-measure": "ic-16",
    "mt-cube-with-missing-points": "ic-17",
    "observation-bad-dataset": "ic-18",
    "codelist-partial": "ic-19",
    "collection-partial": "ic-19",
    "hierarchy-bad": "ic-20",
    "hierarchy-bad-inverse": "ic-21",
    "codelist-complete": "",
    "collection-complete": "",
    "hierarchy-good": "",
    "hierarchy-good-inverse": "",
    "hierarchy-good-multiroot": "",
}
"""The fixtures of the authors of the vocabulary, and the constraint that each breaks."""


WHOLE = ("mt-cube", "mt-cube-3-measures", "mt-cube-with-missing-points")
"""The fixtures that are whole cubes; the others are added to one."""


def store_of(*paths: Path) -> Store:
    store = Store()
    for path in paths:
        read = parse(path.read_bytes(), RdfFormat.TURTLE, rename_blank_nodes=True)
        store.extend(Quad(q.subject, q.predicate, q.object) for q in read)
    return store


def broken(store: Store) -> set[str]:
    """Return the constraints that a cube breaks; IC-18 asks before the closure, which would hide it."""
    found = {"ic-18"} if _fails(store, CONSTRAINTS["ic-18"]) else set()
    store.update(CLOSURE)
    links = {q.object for q in store.quads_for_pattern(None, QB.parentChildProperty, None, None)}
    inverse = NamedNode("http://www.w3.org/2002/07/owl#inverseOf")
    links |= {q.object for one in links for q in store.quads_for_pattern(one, inverse, None, None)}  # type: ignore[arg-type]
    named = sorted(link.value for link in links if isinstance(link, NamedNode))
    for name, text in CONSTRAINTS.items():
        texts = [
            text.replace("FILTER(isIRI(?link))", f"FILTER(?link = <{link}>)").replace("$LINK", link)
            for link in named
        ]
        for asked in texts if "$LINK" in text else [text]:
            if _fails(store, asked):
                found.add(name)
    return found


def _fails(store: Store, text: str) -> bool:
    rows = store.query(text)
    assert isinstance(rows, QuerySolutions)
    return any(row["item"] for row in rows)


@pytest.mark.parametrize("name", FIXTURES)
def test_each_constraint_on_cubes_of_others(name: str) -> None:
    try:
        folder = find_reference() / "standards" / "data-cube" / "fixtures"
    except ReferenceMissing as error:
        pytest.skip(str(error))
    base = "mt-cube" if name.startswith("mt-") else "abbrv-cube"
    parts = [folder.parent / "cube.ttl", folder / f"{name}.ttl"]
    if name not in WHOLE:
        parts.append(folder / f"{base}.ttl")
    found = broken(store_of(*parts))
    assert FIXTURES[name] in found if FIXTURES[name] else not found


def test_there_are_21_constraints() -> None:
    assert list(CONSTRAINTS) == [f"ic-{number:02}" for number in range(1, 22)]


@pytest.mark.parametrize("name", NAMES)
def test_every_cube_keeps_the_constraints(name: str, dist: Path) -> None:
    store = store_of(dist / "data" / "cubes" / name / f"{name}.qb.ttl")
    assert sum(1 for _ in store.quads_for_pattern(None, RDF.type, QB.Observation, None)) >= 12
    assert not broken(store)


def test_a_broken_cube_of_ours_is_found(dist: Path) -> None:
    path = dist / "data" / "cubes" / "agreement-exceptions" / "agreement-exceptions.qb.ttl"
    measure, dimension = property_of("OBS_VALUE"), property_of("exception")
    cases: dict[str, tuple[bool, Any]] = {
        "ic-14": (True, measure),
        "ic-11": (True, dimension),
        "ic-01": (True, QB.dataSet),
        "ic-19": (False, SKOS.inScheme),
        "ic-05": (False, QB.codeList),
    }
    for constraint, (of_one, predicate) in cases.items():
        store = store_of(path)
        observation = next(store.quads_for_pattern(None, RDF.type, QB.Observation, None)).subject
        for quad in list(store.quads_for_pattern(observation if of_one else None, predicate, None, None)):
            store.remove(quad)
        assert constraint in broken(store)


@pytest.mark.exports
@pytest.mark.parametrize("name", sorted({*NAMES} - {"agreement-clauses"}))
def test_cube_link_keeps_its_own_constraint(name: str, dist: Path, cubes: Mapping[str, Cube]) -> None:
    graph = Graph().parse(dist / "data" / "cubes" / name / f"{name}.cube-link.ttl")
    shape = f"{cubes[name].iri}/cube/shape"
    graph.update(f"INSERT {{ <{shape}> <{SH.targetClass}> <https://cube.link/Observation> }} WHERE {{}}")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=graph)
    assert conforms, text[:1000]


@pytest.mark.exports
def test_the_constraint_of_cube_link_finds_a_mistake(dist: Path, cubes: Mapping[str, Cube]) -> None:
    name, freq = "agreement-exceptions", property_of("freq").value
    graph = Graph().parse(dist / "data" / "cubes" / name / f"{name}.cube-link.ttl")
    shape = f"{cubes[name].iri}/cube/shape"
    graph.update(f"INSERT {{ <{shape}> <{SH.targetClass}> <https://cube.link/Observation> }} WHERE {{}}")
    changes = (
        f"DELETE {{ ?o <{freq}> ?v }} WHERE {{ ?o a <https://cube.link/Observation> ; <{freq}> ?v }}",
        f"INSERT {{ ?o <{freq}> <urn:other> }} WHERE {{ ?o a <https://cube.link/Observation> }}",
        "INSERT { ?o <urn:unknown> 1 } WHERE { ?o a <https://cube.link/Observation> }",
    )
    for change in changes:
        wrong = Graph().parse(data=graph.serialize(format="nt"), format="nt")
        wrong.update(change)
        assert not pyshacl.validate(wrong, shacl_graph=graph)[0], change
