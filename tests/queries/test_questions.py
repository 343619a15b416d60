"""The questions that newcomers write run as short as they were set, and each has its right answer.

The questions stand in the reference material (`examples/model/questions.md`);
`tests/queries/questions/<n>.tsv` is the answer to number n as a set: which rows there are, without order.
"""

import re
from functools import cache

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from accordgraph.errors import ReferenceMissing
from accordgraph.namespaces import ID, PREFIXES
from accordgraph.project import find_reference
from support.paths import ROOT
from support.real_dataset import store

ANSWERS = {int(path.stem): path for path in (ROOT / "tests" / "queries" / "questions").glob("*.tsv")}
PROLOGUE = f"BASE <{ID}>\n" + "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


@cache
def questions() -> dict[int, str]:
    """Return the queries as they stand, by number; skip when they are not there."""
    try:
        text = (find_reference() / "examples" / "model" / "questions.md").read_text(encoding="utf-8")
    except ReferenceMissing as error:
        pytest.skip(str(error))
    return {int(number): query for number, query in re.findall(r"(?m)^(\d+)\. [^`\n]*`([^`]*)`$", text)}


def rows(solutions: object) -> set[tuple[object, ...]]:
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return {tuple(solution[name] for name in names) for solution in solutions}


def test_every_question_has_an_answer() -> None:
    assert set(questions()) == set(ANSWERS) == set(range(1, 13))


@pytest.mark.parametrize("number", sorted(ANSWERS))
def test_a_short_question_has_the_right_answer(number: int) -> None:
    wanted = rows(parse_query_results(ANSWERS[number].read_bytes(), format=QueryResultsFormat.TSV))
    found = rows(store().query(PROLOGUE + questions()[number]))
    assert wanted, "an empty answer proves nothing"
    assert wanted - found == set(), "right, but not answered"
    assert found - wanted == set(), "answered, but not right"
