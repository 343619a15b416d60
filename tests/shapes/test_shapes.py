"""Each shape accepts its valid examples and rejects each counterexample for the one reason in its name.

`tests/shapes/<file>/valid.<case>.ttl` conforms to `shapes/<file>.ttl`; `invalid.<property>.<parameter>.ttl`
(or `invalid.<property>.<parameter>.<case>.ttl`) breaks that parameter of that property shape, nothing else.
"""

from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from support.paths import ROOT

FILES = {path.stem: path for path in sorted((ROOT / "shapes").glob("*.ttl"))}
EXAMPLES = sorted((ROOT / "tests" / "shapes").glob("*/*.ttl"))
TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
DESCRIPTIVE = {RDF.type, SH.message, SH.name, SH.path, SH.property, SH.severity, *TARGETS}

Constraint = tuple[Node, Node, Node]


@cache
def shapes(name: str) -> Graph:
    """Return the shapes of one file."""
    return Graph().parse(FILES[name])


def has_targets(name: str) -> bool:
    return any((None, target, None) in shapes(name) for target in TARGETS)


HELPERS = [name for name in FILES if not has_targets(name)]
TARGETED = [name for name in FILES if has_targets(name)]


def constraints(graph: Graph) -> set[Constraint]:
    """Return every constraint that the shapes of `graph` declare."""
    kinds = (SH.NodeShape, SH.PropertyShape)
    named = {shape for kind in kinds for shape in graph.subjects(RDF.type, kind)}
    return {(s, p, o) for s, p, o in graph if s in named and p not in DESCRIPTIVE}


def closure(graph: Graph, roots: set[Node]) -> Graph:
    """Return the triples of `graph` that describe `roots` and what they lead to."""
    found, waiting = Graph(), list(roots)
    while waiting:
        for triple in graph.triples((waiting.pop(), None, None)):
            if triple not in found:
                found.add(triple)
                waiting.append(triple[2])
    return found


@cache
def complete(name: str) -> Graph:
    """Return the shapes of one file with the helper shapes that they use, and no others."""
    everything = Graph()
    for part in (name, *HELPERS):
        everything += shapes(part)
    return closure(everything, set(shapes(name).subjects(RDF.type)))


@cache
def example_graph(example: Path) -> Graph:
    return Graph().parse(example)


def local(term: Node | None) -> str:
    return str(term).rpartition("#")[2]


def property_of(shape: Node | None) -> str:
    """Return the part of a property shape's name after the class: `shape:Passage-digest` gives `digest`."""
    return local(shape).partition("-")[2]


def violations(example: Path, shapes_graph: Graph) -> list[tuple[str, str]]:
    """Return the (property, parameter) of every violation, with repetitions."""
    _, report, _ = validate(example_graph(example), shacl_graph=shapes_graph)
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        shape = report.value(result, SH.sourceShape)
        if shape in shapes_graph.subjects(SH.path) and (None, SH.result, result) in report:
            component = local(report.value(result, SH.sourceConstraintComponent)).removesuffix(
                "ConstraintComponent"
            )
            found.append((property_of(shape), component[0].lower() + component[1:]))
    return found


def expected(example: Path) -> list[tuple[str, str]]:
    """Read off the example's name what it violates."""
    verdict, *reason = example.stem.split(".")
    return [(reason[0], reason[1])] if verdict == "invalid" else []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_example(example: Path) -> None:
    assert violations(example, complete(example.parent.name)) == expected(example)


@pytest.mark.parametrize("name", TARGETED)
def test_every_constraint_has_a_counterexample(name: str) -> None:
    shown = {pair for example in EXAMPLES if example.parent.name == name for pair in expected(example)}
    assert {
        (property_of(shape), local(parameter)) for shape, parameter, _ in constraints(shapes(name))
    } == shown


@pytest.mark.parametrize("name", TARGETED)
def test_every_file_has_a_valid_example(name: str) -> None:
    assert any(example.parent.name == name and not expected(example) for example in EXAMPLES)


@pytest.mark.parametrize("name", HELPERS)
def test_every_constraint_of_a_helper_matters(name: str) -> None:
    """A helper has no target and so no examples: without any of its constraints, others' are misjudged."""
    for constraint in constraints(shapes(name)):
        users = [user for user in TARGETED if constraint in complete(user)]
        weaker = {user: complete(user) - Graph().add(constraint) for user in users}
        examples = [example for example in EXAMPLES if example.parent.name in users]
        assert any(violations(e, weaker[e.parent.name]) != expected(e) for e in examples), constraint


@pytest.mark.parametrize("name", FILES)
def test_shacl_terms_exist(name: str) -> None:
    """SHACL ignores a misspelt parameter in silence, so `sh:dataType` would check nothing."""
    used = {node for triple in shapes(name) for node in triple if isinstance(node, URIRef)}
    assert {
        node for node in used if node.startswith(str(SH)) and node.removeprefix(str(SH)) not in SH
    } == set()


@pytest.mark.parametrize("name", FILES)
def test_only_core(name: str) -> None:
    """Rules that need a query live in `queries/quality`."""
    assert not any((None, term, None) in shapes(name) for term in (SH.sparql, SH.select, SH.js, SH.rule))


@pytest.mark.parametrize("name", FILES)
def test_shapes_are_named_and_explained(name: str) -> None:
    graph = shapes(name)
    property_shapes = set(graph.subjects(RDF.type, SH.PropertyShape))
    assert property_shapes == set(graph.subjects(SH.path)) == set(graph.objects(None, SH.property))
    assert all(
        isinstance(shape, URIRef) for shape in [*graph.subjects(RDF.type, SH.NodeShape), *property_shapes]
    )
    for shape in property_shapes:
        (owner,) = graph.subjects(SH.property, shape)
        assert local(shape).startswith(f"{local(owner)}-")
        (severity,) = graph.objects(shape, SH.severity)
        assert severity in (SH.Violation, SH.Warning)
        (called,), (message,) = graph.objects(shape, SH.name), graph.objects(shape, SH.message)
        assert isinstance(called, Literal) and isinstance(message, Literal)
        assert (called.language, message.language) == ("en", "en")
        assert message.endswith(".")


@pytest.mark.parametrize("name", FILES)
def test_only_helpers_are_referred_to(name: str) -> None:
    """A shape with targets stands for itself, so its property shapes can be run for all nodes at once."""
    graph = shapes(name)
    lists = [Collection(graph, head) for head in graph.objects(None, SH["or"])]
    referred = {*graph.objects(None, SH.node), *graph.objects(None, SH["not"]), *chain(*lists)}
    helpers = {shape for helper in HELPERS for shape in shapes(helper).subjects(RDF.type, SH.NodeShape)}
    assert referred <= helpers
