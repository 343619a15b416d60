"""Counting rows: the count is the true one in every format, wherever the answer is cut into pieces."""

import io
from itertools import pairwise
from typing import IO, cast

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accordgraph.errors import LimitExceeded
from accordgraph.results.row_limit import RowLimit

FORMATS = [
    ox.QueryResultsFormat.JSON,
    ox.QueryResultsFormat.XML,
    ox.QueryResultsFormat.CSV,
    ox.QueryResultsFormat.TSV,
]
MARKS = st.sampled_from(
    ["\n", "\r\n", '"', '""', "\\", '\\"', ",{", "[{", "</result>", ",", "{", "}", ",{}", "é", "\t"]
)
TEXT = st.lists(st.one_of(MARKS, st.text(max_size=3)), max_size=6).map("".join)
TERM = st.one_of(
    st.none(),
    TEXT.map(ox.Literal),
    TEXT.map(lambda text: ox.Literal(text, language="en")),
    st.just(ox.NamedNode("http://a.example/,b")),
    TEXT.map(lambda text: ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(text))),
)
WIDTH = 2
ROWS = st.lists(st.tuples(*[TERM] * WIDTH), max_size=6)


def term(value: object) -> str:
    if isinstance(value, ox.Triple):
        return f"<<( {value} )>>"
    return "UNDEF" if value is None else str(value)


def serialized(rows: list[tuple[object, ...]], form: ox.QueryResultsFormat) -> bytes:
    written = " ".join("(" + " ".join(map(term, row)) + ")" for row in rows)
    head = " ".join(f"?x{place}" for place in range(WIDTH))
    result = ox.Store().query(f"SELECT * {{ VALUES ({head}) {{ {written} }} }}")
    assert isinstance(result, ox.QuerySolutions)
    return bytes(result.serialize(format=form) or b"")


def passed(body: bytes, cuts: list[int], form: ox.QueryResultsFormat, most: int) -> bool:
    """Tell whether an answer that is written piece by piece stays within a limit."""
    output = io.BytesIO()
    limit = RowLimit(cast(IO[bytes], output), form, most)
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    try:
        for start, end in pairwise(places):
            limit.write(body[start:end])
    except LimitExceeded:
        return False
    assert output.getvalue() == body
    return True


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.file_extension)
@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 10_000), max_size=12))
def test_the_count_is_the_true_one(
    form: ox.QueryResultsFormat, rows: list[tuple[object, ...]], cuts: list[int]
) -> None:
    body = serialized(rows, form)
    assert passed(body, cuts, form, len(rows))
    assert passed(body, list(range(len(body))), form, len(rows))
    if rows:
        assert not passed(body, cuts, form, len(rows) - 1)
        assert not passed(body, list(range(len(body))), form, len(rows) - 1)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.file_extension)
@pytest.mark.parametrize("count", [0, 1, 1000])
def test_rows_without_columns_count_too(form: ox.QueryResultsFormat, count: int) -> None:
    result = ox.Store().query("SELECT * { VALUES () {" + "()" * count + "} }")
    assert isinstance(result, ox.QuerySolutions)
    body = bytes(result.serialize(format=form) or b"")
    assert passed(body, [7], form, count)
    assert count == 0 or not passed(body, [7], form, count - 1)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.file_extension)
def test_the_row_too_many_is_not_handed_on_whole(form: ox.QueryResultsFormat) -> None:
    output = io.BytesIO()
    result = ox.Store().query("SELECT ?x { VALUES ?x { 'one' 'two' 'three' } }")
    assert isinstance(result, ox.QuerySolutions)
    with pytest.raises(LimitExceeded, match="more than 2 rows") as raised:
        result.serialize(cast(IO[bytes], RowLimit(cast(IO[bytes], output), form, 2)), form)
    assert raised.value.limit == "answer_rows"
    assert b"three" not in output.getvalue()
