"""Faults that people make, put into every node that can have them: validation names each with file and rule.

The faults are chosen with a fixed seed. What one fault does to one file is in `test_inputs.py`.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.dataset.build import Assembly, assemble
from accordgraph.dataset.derivation import derive
from accordgraph.library.query_file import load_queries
from accordgraph.namespaces import ACG, CONCEPT, EDTF, ID, RDF, SKOS, XSD
from accordgraph.project import Project, find_project
from accordgraph.validation.validate import validate

SEED = 131
EXCEPTION = CONCEPT + "exception/"
DATES = {XSD.date, XSD.gYearMonth, XSD.gYear, EDTF.EDTF}
Fault = Callable[[random.Random, Triple], Triple | None]
"""Takes a triple and gives it back wrong, or None to leave it out; raises LookupError where it cannot be."""


def having(triple: Triple, *predicates: NamedNode) -> None:
    if triple.predicate not in predicates:
        raise LookupError


def other_digit(chance: random.Random, text: str) -> str:
    place = chance.choice([place for place, character in enumerate(text) if character.isdigit()])
    digit = chance.choice([digit for digit in "0123456789" if digit != text[place]])
    return text[:place] + digit + text[place + 1 :]


def no_deposit_date(chance: random.Random, triple: Triple) -> Triple | None:
    having(triple, ACG.depositedOn)
    return None


def no_passage(chance: random.Random, triple: Triple) -> Triple | None:
    having(triple, ACG.evidence)
    if Triple(triple.subject, RDF.type, ACG.SourceDocument) in facts().dataset.triples:
        raise LookupError("a source may cite what it says of itself, but need not")
    return None


def misspelt_number_of_a_committee(chance: random.Random, triple: Triple) -> Triple:
    having(triple, SKOS.notation)
    assert isinstance(triple.object, Literal)
    return Triple(triple.subject, triple.predicate, Literal(other_digit(chance, triple.object.value)))


def misspelt_committee_of_an_agreement(chance: random.Random, triple: Triple) -> Triple:
    having(triple, ACG.isConcludedIn)
    assert isinstance(triple.object, NamedNode)
    wrong = other_digit(chance, triple.object.value)
    while Triple(NamedNode(wrong), RDF.type, ACG.JointCommittee) in facts().dataset.triples:
        wrong = other_digit(chance, triple.object.value)
    return Triple(triple.subject, triple.predicate, NamedNode(wrong))


def exception_that_does_not_exist(chance: random.Random, triple: Triple) -> Triple:
    if not (isinstance(triple.object, NamedNode) and triple.object.value.startswith(EXCEPTION)):
        raise LookupError
    code = triple.object.value
    place = chance.randrange(len(EXCEPTION), len(code))
    return Triple(triple.subject, triple.predicate, NamedNode(code[:place] + code[place + 1 :]))


def ill_typed_date(chance: random.Random, triple: Triple) -> Triple:
    if not (isinstance(triple.object, Literal) and triple.object.datatype in DATES):
        raise LookupError
    wrong = chance.choice(["17 februari 2023", "2023-02-30", "2023-13", "30/05/2023", "0", ""])
    return Triple(triple.subject, triple.predicate, Literal(wrong, datatype=triple.object.datatype))


FAULTS: list[Fault] = [
    no_deposit_date,
    no_passage,
    misspelt_number_of_a_committee,
    misspelt_committee_of_an_agreement,
    exception_that_does_not_exist,
    ill_typed_date,
]


@cache
def facts() -> Assembly:
    return assemble(find_project())


def with_faults(fault: Fault) -> tuple[Assembly, set[tuple[str, str]]]:
    """Return the dataset with the fault wherever data/ can have it, and the files and nodes that have it."""
    chance = random.Random(SEED)
    places: set[tuple[str, str]] = set()
    dataset = facts().dataset

    def changed(graph: NamedNode, triples: tuple[Triple, ...]) -> Iterator[Triple]:
        for triple in triples:
            try:
                wrong = fault(chance, triple)
            except LookupError:
                yield triple
                continue
            assert isinstance(triple.subject, NamedNode)
            places.add((dataset.files[graph], triple.subject.value))
            if wrong is not None:
                yield wrong

    graphs = {
        graph: tuple(changed(graph, triples)) if dataset.files[graph].startswith("data/") else triples
        for graph, triples in dataset.graphs.items()
    }
    faulty = replace(dataset, graphs=graphs)
    rules = load_queries(find_project().queries / "derive")
    return Assembly(faulty, derive(faulty.triples, rules), {}), places


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.__name__ for fault in FAULTS])
def test_every_fault_is_found_where_it_is(fault: Fault, tmp_path_factory: pytest.TempPathFactory) -> None:
    assembly, places = with_faults(fault)
    project = Project.at(find_project().root, tmp_path_factory.mktemp("build"))
    verdict = validate(project, assembly=assembly)
    assert len(places) >= 10, "the fault can be made in few places; is the data there?"
    assert not verdict.conforms
    found = {(finding.file, finding.node) for finding in verdict.findings if finding.severity == "Violation"}
    assert places - found == set()
    assert all(finding.rule and finding.message for finding in verdict.findings)
    assert all(node.startswith(ID) for _, node in places)
