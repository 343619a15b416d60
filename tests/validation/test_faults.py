"""Faults that people make, put into every node that can have them: validation names each with file and rule.

The faults are chosen with a fixed seed. What one fault does to one file is in `test_inputs.py`.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from accordgraph.dataset.build import Assembly
from accordgraph.dataset.derivation import derive
from accordgraph.library.query_file import load_queries
from accordgraph.namespaces import ACG, CONCEPT, EDTF, ID, RDF, SKOS, XSD
from accordgraph.project import Project, find_project
from accordgraph.validation.validate import validate
from support.real_dataset import assembly

SEED = 131
EXCEPTION = CONCEPT + "exception/"
DATES = {XSD.date, XSD.gYearMonth, XSD.gYear, EDTF.EDTF}
Identifier = NamedNode | BlankNode | Triple
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
    if Triple(triple.subject, RDF.type, ACG.SourceDocument) in assembly().dataset.triples:
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
    while Triple(NamedNode(wrong), RDF.type, ACG.JointCommittee) in assembly().dataset.triples:
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


def is_possible(fault: Fault, triple: Triple) -> bool:
    """Tell whether a fault can be made in a triple."""
    try:
        fault(random.Random(SEED), triple)
    except LookupError:
        return False
    return True


def shared_out(faults: Sequence[Fault], triples: Iterable[Triple]) -> dict[Identifier, Fault]:
    """Give each node one of the faults that it can have: the one that the fewest nodes have so far."""
    possible: dict[Identifier, set[Fault]] = {}
    for triple in triples:
        possible.setdefault(triple.subject, set()).update(f for f in faults if is_possible(f, triple))
    count: Counter[Fault] = Counter()
    shares: dict[Identifier, Fault] = {}
    for node in sorted((node for node, some in possible.items() if some), key=str):
        shares[node] = min((f for f in faults if f in possible[node]), key=lambda fault: count[fault])
        count[shares[node]] += 1
    return shares


def with_faults(faults: Sequence[Fault]) -> tuple[Assembly, dict[Fault, set[tuple[str, str]]]]:
    """Return the dataset with a fault in every node that can have one, and where each fault is.

    A fault is made wherever its node can have it; a place is a file and a node.
    """
    chance = random.Random(SEED)
    dataset = assembly().dataset
    edited = {graph for graph, file in dataset.files.items() if file.startswith("data/")}
    shares = shared_out(faults, (triple for graph in edited for triple in dataset.graphs[graph]))
    places: dict[Fault, set[tuple[str, str]]] = {fault: set() for fault in faults}

    def changed(graph: NamedNode, triples: tuple[Triple, ...]) -> Iterator[Triple]:
        for triple in triples:
            fault = shares.get(triple.subject)
            if fault is None or not is_possible(fault, triple):
                yield triple
                continue
            assert isinstance(triple.subject, NamedNode)
            places[fault].add((dataset.files[graph], triple.subject.value))
            if (wrong := fault(chance, triple)) is not None:
                yield wrong

    graphs = {
        graph: tuple(changed(graph, triples)) if graph in edited else triples
        for graph, triples in dataset.graphs.items()
    }
    faulty = replace(dataset, graphs=graphs)
    rules = load_queries(find_project().queries / "derive")
    return Assembly(faulty, derive(faulty.triples, rules), {}), places


def check(faults: Sequence[Fault], folder: Path) -> None:
    """Validate the dataset with the faults: every place of each is named as a violation."""
    broken, places = with_faults(faults)
    verdict = validate(Project.at(find_project().root, folder), assembly=broken)
    assert not verdict.conforms
    violations = {(f.file, f.node) for f in verdict.findings if f.severity == "Violation"}
    for fault in faults:
        assert len(places[fault]) >= 10, f"{fault.__name__} can be made in few places; is the data there?"
        assert places[fault] - violations == set(), fault.__name__
        assert all(node.startswith(ID) for _, node in places[fault])
    assert all(finding.rule and finding.message for finding in verdict.findings)


def test_faults_of_every_kind_in_one_dataset_are_found_where_they_are(tmp_path: Path) -> None:
    check(FAULTS, tmp_path)


@pytest.mark.mutation
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.__name__ for fault in FAULTS])
def test_every_fault_is_found_where_it_is(fault: Fault, tmp_path: Path) -> None:
    check([fault], tmp_path)
