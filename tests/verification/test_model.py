"""The data as verification reads it: what is cited, by what a thing is known, what a passage names."""

from collections.abc import Callable

import pytest
from pyoxigraph import Literal, NamedNode

from accordgraph.namespaces import ACG, DCTERMS, ID, SKOS
from accordgraph.verification.identification import committees, identity, named_in
from accordgraph.verification.label_checks import unsupported_numbers
from accordgraph.verification.model import Model, read_model, root_of
from support.verification_cases import CASES, dataset_of, profiles_of


@pytest.fixture
def model() -> Callable[[str], Model]:
    def read(case: str) -> Model:
        dataset = dataset_of(case)
        return read_model(dataset, CASES / case, profiles_of(dataset))

    return read


def concept(path: str) -> NamedNode:
    return NamedNode(f"https://w3id.org/accordgraph/concept/{path}")


def test_only_what_stands_in_data_is_a_fact(model: Callable[[str], Model]) -> None:
    read = model("matched.agreement")
    assert ID["be/joint-committee/999.01"] in read.facts
    assert concept("exception/urgency") in read.nodes.keys() - read.facts


def test_a_part_has_the_text_of_its_whole(model: Callable[[str], Model]) -> None:
    read = model("matched.marks")
    table, whole = ID["source/report-131/fps-synthesis-table"], ID["source/report-131"]
    assert root_of(read, table) == whole
    assert read.texts[table] == read.texts[whole]


def test_a_circle_of_parts_ends(model: Callable[[str], Model]) -> None:
    read = model("matched.marks")
    whole, table = ID["source/report-131"], ID["source/report-131/fps-synthesis-table"]
    assert root_of(read.changed(whole, DCTERMS.isPartOf, table), table) == whole


def test_a_source_that_cites_nothing_has_its_own_passages(model: Callable[[str], Model]) -> None:
    read = model("matched.contested-date")
    assert {iri for iri, _ in read.cited(ID["source/test"])} == {ID["passage/opening"], ID["passage/later"]}


def test_a_concept_without_words_has_those_of_the_broader_one(model: Callable[[str], Model]) -> None:
    read = model("matched.agreement")
    assert [label.value for label in read.labels(concept("exception/urgent-calls"))] == ["urgence"]


def test_a_changed_model_leaves_the_first_as_it_was(model: Callable[[str], Model]) -> None:
    read = model("matched.agreement")
    agreement = ID["be/collective-agreement/201388"]
    changed = read.changed(agreement, ACG.registrationNumber, Literal("201389"))
    assert identity(changed, agreement) != identity(read, agreement)
    assert read.literals(agreement, ACG.registrationNumber) == (Literal("201388"),)


def test_a_provision_is_known_by_its_agreement_and_its_committee(model: Callable[[str], Model]) -> None:
    read = model("verify-evidence.row-of-another-committee")
    urgency = ID["be/collective-agreement/201388/exception-urgency"]
    assert committees(read, urgency) == {ID["be/joint-committee/999.01"]}
    known = identity(read, urgency)
    assert known.shown_in(read.passages[ID["passage/row"]])
    assert not known.shown_in(read.passages[ID["passage/other-row"]])


def test_a_passage_names_committees_by_number(model: Callable[[str], Model]) -> None:
    read = model("verify-evidence.row-of-another-committee")
    assert named_in(read, ID["passage/other-row"]) == {ID["be/joint-committee/998.00"]}


def test_a_report_is_known_by_the_dates_on_which_sources_differ(model: Callable[[str], Model]) -> None:
    read = model("matched.contested-date")
    report = ID["be/report/test-725"]
    nameless = read.changed(report, ACG.officialNumber)
    for passage in ("opening", "later"):
        assert identity(nameless, report).shown_in(read.passages[ID[f"passage/{passage}"]])


def test_an_acronym_is_not_the_word_that_it_spells(model: Callable[[str], Model]) -> None:
    read = model("matched.agreement")
    body = ID["be/joint-committee/999.01"]
    bare = read.changed(body, SKOS.notation).changed(body, DCTERMS["title"])
    row = read.passages[ID["passage/row"]]
    assert identity(bare.changed(body, SKOS.altLabel, Literal("SCP", language="fr")), body).shown_in(row)
    assert not identity(bare.changed(body, SKOS.altLabel, Literal("CAS", language="fr")), body).shown_in(row)


@pytest.mark.parametrize(
    ("label", "numbers"),
    [
        ("Law of 3 October 2031", []),
        ("Loi du 3 octobre 2031", []),
        ("Wet van 3 oktober 2031", []),
        ("Law of 4 October 2031", ["2031-10-04"]),
        ("Law of 3 October 2032 ", ["2032-10-03"]),
        ("Law of 2031, articles 29 to 32", ["29", "32"]),
        ("Law 7", ["7"]),
    ],
)
def test_numbers_of_a_label_that_come_from_nowhere(
    model: Callable[[str], Model], label: str, numbers: list[str]
) -> None:
    act = ID["be/act/law-2031-10-03"]
    read = model("matched.act-in-prose").changed(act, SKOS.prefLabel, Literal(label, language="en"))
    assert [number for _, _, number in unsupported_numbers(read, act)] == numbers


def test_a_description_may_take_numbers_from_the_passage(model: Callable[[str], Model]) -> None:
    act = ID["be/act/law-2031-10-03"]
    told = Literal("Its articles 29 to 32 follow opinion 2.789 of 17 May 2031.", language="en")
    read = model("matched.act-in-prose").changed(act, DCTERMS.description, told)
    assert list(unsupported_numbers(read, act)) == []
