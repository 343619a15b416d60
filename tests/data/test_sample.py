"""The sample that a second reader read: sixty statements, each with the passages and a verdict."""

import re

import pytest

from accordgraph.dataset.build import Assembly
from sample import SIZE, candidates, claimed, draw, passages, written
from support.paths import TESTS
from support.real_dataset import assembly

READ = TESTS / "sample" / "statements.tsv"
VERDICTS = {"right", "wrong", "not borne out"}


@pytest.fixture(scope="module")
def whole() -> Assembly:
    return assembly()


def rows() -> list[list[str]]:
    return [line.split("\t") for line in READ.read_text(encoding="utf-8").splitlines()[2:]]


def test_every_statement_was_read() -> None:
    seed, header, *_ = READ.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# dataset [0-9a-f]{64}", seed)
    assert header.split("\t") == ["statement", "passages", "verdict", "remark"]
    assert len(rows()) == SIZE
    for statement, places, verdict, remark in rows():
        assert verdict in VERDICTS and places and remark, statement
        assert verdict == "right" or "corrected" in remark, statement


def test_what_was_right_still_stands(whole: Assembly) -> None:
    claims = claimed(whole)
    said = {written(claims, triple) for triple in candidates(whole)}
    right = {statement for statement, _, verdict, _ in rows() if verdict == "right"}
    assert len(right - said) <= SIZE // 20, right - said


def test_what_was_not_right_is_said_no_more_or_on_other_passages(whole: Assembly) -> None:
    claims = claimed(whole)
    wrong = {statement: places for statement, places, verdict, _ in rows() if verdict != "right"}
    said = ((written(claims, triple), triple) for triple in candidates(whole))
    cited = {
        statement: "; ".join(passages(whole, triple)) for statement, triple in said if statement in wrong
    }
    assert {statement: places for statement, places in cited.items() if wrong[statement] == places} == {}


def test_a_seed_draws_one_sample(whole: Assembly) -> None:
    assert draw(whole, "seed") == draw(whole, "seed") != draw(whole, "another")
