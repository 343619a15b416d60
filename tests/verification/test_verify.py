"""Verification: small cases named by what they show, and the whole data with seeded faults."""

import random
import re
from collections.abc import Iterator
from functools import cache
from inspect import getsource
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from accordgraph.dataset.source_files import Dataset, load_dataset
from accordgraph.errors import ReferenceMissing
from accordgraph.namespaces import ACG, ID, RDF, shorten
from accordgraph.project import find_project, find_reference
from accordgraph.validation.report import shacl_report
from accordgraph.verification import citation_checks, node_checks
from accordgraph.verification.model import Model, lines_of, read_model
from accordgraph.verification.node_checks import check_node, values_of
from accordgraph.verification.profile import Profile, load_profiles
from accordgraph.verification.verify import Exemption, run_verify
from support.verification_cases import CASES, dataset_of, profiles_of

NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
SEED = 131


@pytest.mark.parametrize("case", NAMES)
def test_case(case: str) -> None:
    expectation = case.split(".")[0]
    report = run_verify(*at(case))
    assert {finding.rule for finding in report.findings} == {expectation} - {"matched"}
    for finding in report.findings:
        assert finding.severity == "Violation"
        assert finding.file == "data/case.ttl"
        assert finding.message
    complete = expectation == "matched"
    assert (report.passages_matched, report.values_matched) == (
        report.passages,
        report.values,
    ) or not complete
    assert shacl_report(report.findings)


def test_every_rule_has_a_case() -> None:
    source = getsource(citation_checks) + getsource(node_checks)
    rules = set(re.findall(r'"(verify-[a-z]+)"', source))
    assert rules == {name.split(".")[0] for name in NAMES} - {"matched"}


def test_a_wrong_value_is_told_what_stands_there() -> None:
    (finding,) = run_verify(*at("verify-value.day-of-something-else")).findings
    assert finding.node == ID["be/collective-agreement/201388"].value
    assert finding.message == (
        "2031-02-21 is not written as acg:depositedOn in <passage/row> (source.txt lines 1-20); "
        "there stands 17/02/2031"
    )


def test_a_missing_text_is_said_once_and_nothing_counts_as_matched() -> None:
    report = run_verify(*at("verify-source.no-such-text"))
    assert [finding.rule for finding in report.findings] == ["verify-source"]
    assert (report.passages_matched, report.values_matched) == (0, 0)


def test_an_exemption_covers_its_finding_and_no_other() -> None:
    case = at("verify-name.not-printed")
    (finding,) = run_verify(*case).findings
    known = Exemption(finding.rule, finding.node, finding.path, "the printer's error is in the source")
    assert run_verify(*case, [known]).findings == []


def test_an_exemption_that_covers_nothing_is_a_finding() -> None:
    case = at("matched.agreement")
    unused = Exemption("verify-name", ID["passage/row"].value, ACG.level.value, "once needed")
    (finding,) = run_verify(*case, [unused]).findings
    assert finding.rule == "verify-exemption"
    assert "once needed" in finding.message


def test_an_exemption_of_a_node_that_is_not_there_is_silent() -> None:
    elsewhere = Exemption("verify-name", ID["be/body/x"].value, ACG.level.value, "of other data")
    assert run_verify(*at("matched.agreement"), exemptions=[elsewhere]).findings == []


def at(case: str) -> tuple[Dataset, Path, dict[NamedNode, Profile]]:
    dataset = dataset_of(case)
    return dataset, CASES / case, profiles_of(dataset)


def test_a_source_that_no_profile_describes_is_a_finding() -> None:
    dataset, folder, _ = at("matched.agreement")
    (finding,) = run_verify(dataset, folder, {}).findings
    assert finding.rule == "verify-source"
    assert "profiles/" in finding.message


@pytest.fixture
def sources() -> Path:
    try:
        return find_reference() / "sources"
    except ReferenceMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def whole(sources: Path) -> Model:
    return whole_model(sources)


@cache
def whole_model(sources: Path) -> Model:
    return read_model(load_dataset(find_project()), sources, load_profiles(find_project().profiles))


def is_caught(model: Model, node: NamedNode) -> bool:
    return bool(check_node(model, node))


def test_all_data_is_verified(sources: Path) -> None:
    dataset = load_dataset(find_project())
    report = run_verify(dataset, sources, load_profiles(find_project().profiles))
    assert [finding.message for finding in report.findings] == []
    assert report.passages_matched == report.passages > 0
    assert report.values_matched == report.values > 0


@pytest.mark.mutation
def test_every_locator_that_moves_by_a_line_is_caught_and_named(whole: Model) -> None:
    for passage in sorted(whole.passages, key=str):
        lines = lines_of(whole, passage)
        assert lines is not None
        for predicate, line in zip((ACG.firstLine, ACG.lastLine), lines, strict=True):
            for step in (-1, 1):
                found = check_node(whole.changed(passage, predicate, Literal(line + step)), passage)
                assert [finding.node for finding in found] == [passage.value]


def exchanges(model: Model, draws: int) -> Iterator[tuple[NamedNode, NamedNode, Model]]:
    """Yield models in which one thing cites another passage in the place of one of its own."""
    chance = random.Random(SEED)
    nodes = sorted((node for node in model.facts if model.things(node, ACG.evidence)), key=str)
    passages = sorted(model.passages, key=str)
    for _ in range(draws):
        node = chance.choice(nodes)
        cited = list(model.things(node, ACG.evidence))
        other = chance.choice([passage for passage in passages if passage not in cited])
        cited[chance.randrange(len(cited))] = other
        yield node, other, model.changed(node, ACG.evidence, *cited)


@pytest.mark.mutation
def test_evidence_that_is_exchanged_is_caught(whole: Model) -> None:
    drawn = list(exchanges(whole, 300))
    missed = [
        (shorten(node.value), shorten(other.value))
        for node, other, model in drawn
        if not is_caught(model, node)
    ]
    assert len(missed) <= 0.05 * len(drawn), missed


def one_digit_changed(model: Model) -> Iterator[tuple[NamedNode, str, str, Model]]:
    """Yield, for each official number, date and amount, a model in which one digit of it is another."""
    chance = random.Random(SEED)
    for node in sorted(model.facts, key=str):
        for place, value in values_of(model, node):
            predicate = (
                RDF.object if model.is_a(node, ACG.Claim) and place not in model.nodes[node] else place
            )
            index = chance.choice([i for i, char in enumerate(value.value) if char.isdigit()])
            digit = chance.choice([char for char in "0123456789" if char != value.value[index]])
            other = value.value[:index] + digit + value.value[index + 1 :]
            values = (
                Literal(other, datatype=value.datatype) if v == value else v
                for v in model.values(node, predicate)
            )
            yield node, value.value, other, model.changed(node, predicate, *values)


@pytest.mark.mutation
def test_every_digit_that_is_changed_is_caught(whole: Model) -> None:
    drawn = list(one_digit_changed(whole))
    missed = [
        (shorten(node.value), old, new) for node, old, new, model in drawn if not is_caught(model, node)
    ]
    assert drawn
    assert missed == []
