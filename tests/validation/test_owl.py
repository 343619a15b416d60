"""Ontology, alignments and vocabularies, with the declarations of external terms, are one OWL 2 DL ontology.

The restrictions that matter here are checked on the triples: every term is declared as exactly one kind, is
used as that kind only, and is none of the words that OWL keeps to itself. The OWL API and HermiT judge the
same triples where they are installed.
"""

import importlib.util
import os
import shutil
import subprocess
from itertools import combinations
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from accordgraph.project import find_project

PROJECT = find_project()
FOLDER = PROJECT.ontology
DECLARATIONS = FOLDER / "external-terms.owl"
ACG = Namespace("https://w3id.org/accordgraph/ontology#")
BASE = "https://w3id.org/accordgraph/"

PROPERTIES = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
KINDS = {OWL.Class, RDFS.Datatype, *PROPERTIES}
RESERVED = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))
"""The namespaces of which OWL 2 DL allows only what it lists (structural specification, 2.4)."""
ANNOTATIONS = {RDFS.isDefinedBy, RDFS.seeAlso, OWL.versionInfo}
"""The annotation properties that OWL has by itself, as far as they are in use."""
SYNTAX = {RDF.type, RDF.first, RDF.rest, OWL.versionIRI}
"""The other predicates by which axioms and headers are written."""
DATATYPES = {RDF.langString, RDFS.Literal, XSD.boolean, XSD.dateTime, XSD.decimal, XSD.integer, XSD.string}
"""The datatypes of OWL 2 that are in use or that one would take next."""

CLASSPATH = os.environ.get("OWLAPI_CLASSPATH", "/usr/share/java/*")
"""Where the OWL API is: by default where Debian's package libowlapi-java puts it."""


def read() -> Graph:
    """Return what an OWL tool is to open: every Turtle file of the ontology, and the declarations."""
    graph = Graph().parse(DECLARATIONS)
    for path in PROJECT.turtle_files("ontology"):
        graph.parse(path)
    return graph


def is_external(term: Node) -> bool:
    return isinstance(term, URIRef) and not term.startswith(BASE)


def kinds(graph: Graph) -> dict[Node, set[Node]]:
    """Return the kinds that each term is declared as."""
    found: dict[Node, set[Node]] = {}
    for kind in KINDS:
        for term in graph.subjects(RDF.type, kind):
            found.setdefault(term, set()).add(kind)
    return found


def uses(graph: Graph) -> set[tuple[Node, str]]:
    """Return every named term with the kind as which it is used: `class`, `datatype` or `property`."""
    data = {term for term, own in kinds(graph).items() if OWL.DatatypeProperty in own}
    found: set[tuple[Node, str]] = set()
    for subject, predicate, value in graph:
        if predicate == RDF.type and value not in {*KINDS, OWL.Ontology, OWL.AllDisjointClasses}:
            found.add((value, "class"))
        elif predicate == RDFS.subClassOf:
            found |= {(subject, "class"), (value, "class")}
        elif predicate == RDFS.subPropertyOf:
            found |= {(subject, "property"), (value, "property")}
        elif predicate == RDFS.domain:
            found |= {(subject, "property"), (value, "class")}
        elif predicate == RDFS.range:
            found |= {(subject, "property"), (value, "datatype" if subject in data else "class")}
        elif predicate in (OWL.members, OWL.unionOf):
            found |= {(member, "class") for member in Collection(graph, value)}
        elif predicate not in SYNTAX | ANNOTATIONS:
            found.add((predicate, "property"))
    return {(term, use) for term, use in found if isinstance(term, URIRef)}


def breaches(graph: Graph) -> set[str]:
    """Return what OWL 2 DL does not allow in the graph, a line for each."""
    declared, found = kinds(graph), set()
    allowed = {"class": {OWL.Class}, "datatype": {RDFS.Datatype}, "property": PROPERTIES}
    for term, use in uses(graph):
        if use == "datatype" and term in DATATYPES:
            continue
        if not declared.get(term, set()) & allowed[use]:
            found.add(f"{term} is used as a {use} and not declared as one")
        if str(term).startswith(RESERVED) and use != "datatype":
            found.add(f"{term} is a word that OWL keeps to itself")
    for term, own in declared.items():
        if len(own & PROPERTIES) > 1 or {OWL.Class, RDFS.Datatype} <= own:
            found.add(f"{term} is declared as several kinds")
    for term, broader in graph.subject_objects(RDFS.subPropertyOf):
        if declared.get(term) != declared.get(broader):
            found.add(f"{term} is another kind of property than {broader}")
    for subject, predicate, value in graph:
        own = declared.get(predicate, set())
        if own & {OWL.ObjectProperty} and isinstance(value, Literal):
            found.add(f"{predicate} leads from {subject} to a literal")
        if own & {OWL.DatatypeProperty} and not isinstance(value, Literal):
            found.add(f"{predicate} leads from {subject} to a thing")
        if own & {OWL.DatatypeProperty} and isinstance(value, Literal) and value.datatype:
            if value.datatype not in DATATYPES:
                found.add(f"{predicate} of {subject} has a datatype that OWL 2 does not have")
    return found


def test_nothing_is_outside_owl_2_dl() -> None:
    assert breaches(read()) == set()


@pytest.mark.parametrize(
    ("fault", "breach"),
    [
        ((SKOS.prefLabel, RDF.type, OWL.DatatypeProperty), "is declared as several kinds"),
        ((ACG.Act, RDF.type, RDFS.Datatype), "is declared as several kinds"),
        ((ACG.signedOn, RDFS.subPropertyOf, SKOS.broader), "is another kind of property than"),
        ((ACG.Claim, RDFS.subClassOf, RDF.Statement), "is a word that OWL keeps to itself"),
        ((ACG.signedOn, RDFS.range, XSD.gYear), "is used as a datatype and not declared as one"),
        ((URIRef(BASE + "concept/scale"), RDFS.domain, ACG.Figure), "is used as a property and not declared"),
        ((ACG.Act, SKOS.broader, Literal("act")), "to a literal"),
        ((ACG.Act, SKOS.notation, ACG.Plan), "to a thing"),
        ((ACG.Act, SKOS.notation, Literal("2026-11-22", datatype=XSD.date)), "has a datatype that OWL 2"),
    ],
)
def test_a_fault_is_noticed(fault: tuple[URIRef, URIRef, Node], breach: str) -> None:
    found = breaches(read().add(fault))
    assert any(breach in line for line in found)


def test_exactly_the_external_terms_in_use_are_declared() -> None:
    """Each by its kind alone: nothing is said of them that their own vocabularies say otherwise."""
    graph, declarations = read(), Graph().parse(DECLARATIONS)
    assert {(predicate, value in KINDS) for _, predicate, value in declarations} == {(RDF.type, True)}
    assert all(is_external(term) for term in declarations.subjects())
    assert len(set(declarations.subjects())) == len(declarations)
    in_use = {term for term, _ in uses(graph) if is_external(term) and term not in DATATYPES}
    assert set(declarations.subjects()) == in_use


def test_the_ontology_declares_no_external_term() -> None:
    declarations = set(Graph().parse(DECLARATIONS).subjects())
    for path in PROJECT.turtle_files("ontology"):
        assert declarations.isdisjoint(Graph().parse(path).subjects()), path


def disjoint_groups() -> list[set[Node]]:
    """Return the members of each axiom on disjoint classes, the longest first."""
    graph = Graph().parse(FOLDER / "accordgraph.ttl")
    assert (None, OWL.disjointWith, None) not in graph
    axioms = graph.subjects(RDF.type, OWL.AllDisjointClasses)
    heads = [head for axiom in axioms for head in graph.objects(axiom, OWL.members)]
    groups = [list(Collection(graph, head)) for head in heads]
    assert all(len(group) == len(set(group)) for group in groups)
    return sorted(map(set, groups), key=len, reverse=True)


def test_two_axioms_say_which_classes_are_disjoint() -> None:
    """They were 112 pairs: each class of 14 with each other, each kind of instrument of 7 with each other."""
    main, instruments = disjoint_groups()
    pairs = {frozenset(pair) for group in (main, instruments) for pair in combinations(group, 2)}
    assert (len(main), len(instruments), len(pairs)) == (14, 7, 91 + 21)


def test_no_class_is_left_out_of_them() -> None:
    """But kinds of properties, since a property is no thing that the graph describes."""
    graph = Graph().parse(FOLDER / "accordgraph.ttl")
    classes = set(graph.subjects(RDF.type, OWL.Class))
    narrower = {term for term in classes if (term, RDFS.subClassOf, None) in graph}
    main, instruments = disjoint_groups()
    assert main == classes - narrower - {ACG.ClaimedProperty, ACG.ClauseProperty} | {SKOS.Concept}
    assert instruments == set(graph.subjects(RDFS.subClassOf, ACG.Instrument))


def run_java(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Java program, or the source of one; skips where that cannot be."""
    if not (shutil.which("java") and shutil.which("javac")):
        pytest.skip("no Java development kit")
    return subprocess.run(["java", *arguments], capture_output=True, text=True)


def opinion_of_owl_api(graph: Graph, folder: Path) -> set[str]:
    """Return the kinds of breach of the OWL 2 DL profile that the OWL API finds."""
    graph.serialize(folder / "merged.owl", format="xml")
    source = Path(__file__).parent / "Profile.java"
    done = run_java("-cp", CLASSPATH, str(source), str(folder / "merged.owl"))
    if "package org.semanticweb.owlapi" in done.stderr:
        pytest.skip(f"no OWL API at {CLASSPATH}; install libowlapi-java or set OWLAPI_CLASSPATH")
    assert done.returncode == 0, done.stderr
    return {line.partition("\t")[0] for line in done.stdout.splitlines()}


@pytest.mark.second_opinion
def test_the_owl_api_agrees(tmp_path: Path) -> None:
    assert opinion_of_owl_api(read(), tmp_path) == set()


@pytest.mark.second_opinion
@pytest.mark.parametrize(
    ("fault", "breach"),
    [
        ((SKOS.prefLabel, RDF.type, OWL.DatatypeProperty), "IllegalPunning"),
        ((ACG.Claim, RDFS.subClassOf, RDF.Statement), "UseOfReservedVocabularyForClassIRI"),
    ],
)
def test_the_owl_api_agrees_on_a_fault(
    fault: tuple[URIRef, URIRef, Node], breach: str, tmp_path: Path
) -> None:
    assert breach in opinion_of_owl_api(read().add(fault), tmp_path)


def opinion_of_hermit(graph: Graph, folder: Path) -> bool:
    """Return whether HermiT finds the graph consistent; skips where it is not installed."""
    package = importlib.util.find_spec("owlready2")
    jar = os.environ.get("HERMIT_JAR") or (
        package and package.origin and str(Path(package.origin).parent / "hermit" / "HermiT.jar")
    )
    if not jar:
        pytest.skip("no HermiT; install owlready2 or set HERMIT_JAR")
    graph.serialize(folder / "merged.owl", format="xml")
    # xsd:date and xsd:duration are declared, but no datatypes of OWL 2: HermiT only knows their names
    done = run_java("-jar", jar, "--ignoreUnsupportedDatatypes", "-k", str(folder / "merged.owl"))
    if "InconsistentOntologyException" in done.stderr:
        return False
    assert done.stdout == f"{OWL.Thing} is satisfiable.\n", done.stderr
    return True


@pytest.mark.second_opinion
def test_hermit_finds_it_consistent(tmp_path: Path) -> None:
    assert opinion_of_hermit(read(), tmp_path)


@pytest.mark.second_opinion
def test_hermit_finds_a_concept_that_is_a_body(tmp_path: Path) -> None:
    concept = URIRef(BASE + "concept/scale/million")
    assert not opinion_of_hermit(read().add((concept, RDF.type, ACG.JointCommittee)), tmp_path)
