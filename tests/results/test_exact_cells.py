"""A cell of a spreadsheet holds the value exactly, or its text; else the whole is refused."""

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import Store

from accordgraph.errors import InputError
from accordgraph.results import formats, xlsx
from accordgraph.results.result import Answer
from accordgraph.results.writers import write
from accordgraph.store.local import LocalStore
from faults import siblings

BOM = chr(0xFEFF)


def answer(text: str) -> Answer:
    return LocalStore(Store(), "digest", 0).query(text)


def cells(text: str, about: xlsx.About | None = None) -> Any:
    output = io.BytesIO()
    write(answer(text), formats.XLSX, output, about=about)
    return openpyxl.load_workbook(io.BytesIO(output.getvalue()))["Answer"]


@pytest.mark.parametrize(("term", "cell"), siblings("spreadsheets"))
def test_a_cell(term: str, cell: str) -> None:
    term = _repeated(term)
    kind, _, expected = cell.partition(": ")
    query = f"SELECT ({term} AS ?x) (1 AS ?y) {{}}"
    if kind == "refused":
        output = io.BytesIO()
        with pytest.raises(InputError) as refused:
            write(answer(query), formats.XLSX, output)
        assert str(refused.value).startswith(expected)
        assert output.getvalue() == b""
        return
    value = cells(query)["A2"].value
    value = "" if value is None else value
    if kind == "text":
        assert value == expected
    elif kind == "letters":
        assert len(value) == int(expected)
    elif kind == "number":
        assert (value, type(value) is not bool) == (float(expected), True)
    elif kind == "truth":
        assert value is True
    else:
        assert str(value) == expected


def _repeated(term: str) -> str:
    """SPARQL has no REPEAT."""
    head, mark, rest = term.partition("REPEAT(")
    if not mark:
        return term
    letter, number = rest[1], rest.partition(", ")[2].partition(")")[0]
    return f'{head}"{letter * int(number)}"{rest.partition(")")[2]}'


def test_no_column_is_left_out() -> None:
    names = [f"c{number}" for number in range(16_385)]
    select = " ".join(f"?{name}" for name in names)
    with pytest.raises(InputError, match="16,385 columns"):
        write(answer(f"SELECT {select} {{ BIND(1 AS ?{names[-1]}) }}"), formats.XLSX, io.BytesIO())
    select = " ".join(f"?{name}" for name in names[:-1])
    sheet = cells(f"SELECT {select} {{ BIND(1 AS ?{names[-2]}) }}")
    assert (sheet.max_column, sheet.cell(2, 16_384).value) == (16_384, 1)


def test_no_name_of_a_column_is_cut() -> None:
    with pytest.raises(InputError, match="a text of 32,768 characters"):
        write(answer(f"SELECT (1 AS ?{'x' * 32_768}) {{}}"), formats.XLSX, io.BytesIO())


def test_a_query_of_any_text_is_described() -> None:
    text = "SELECT (1 AS ?x) {}\r\n# " + "😀" * 20_000 + "\x01\uffff"
    assert cells(text, xlsx.About(text, "digest"))["A2"].value == 1


def literal(text: str, datatype: str) -> str:
    escaped = "".join(f"\\U{ord(letter):08X}" for letter in text)
    return f'"{escaped}"^^<http://www.w3.org/2001/XMLSchema#{datatype}>'


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(some.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_exact(number: float) -> None:
    value = cells(f"SELECT ({literal(repr(number), 'double')} AS ?x) {{}}")["A2"].value
    assert float(value) == number


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(some.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**11), max_value=10**11))
def test_a_decimal_is_exact(number: Any) -> None:
    value = cells(f"SELECT ({literal(f'{number:f}', 'decimal')} AS ?x) {{}}")["A2"].value
    assert number == type(number)(str(value))


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(some.datetimes(min_value=datetime(1900, 3, 1), max_value=datetime(9999, 12, 31, 23, 59, 59)))
def test_a_moment_is_exact(moment: datetime) -> None:
    value = cells(f"SELECT ({literal(moment.isoformat(), 'dateTime')} AS ?x) {{}}")["A2"].value
    assert (value if isinstance(value, datetime) else datetime.fromisoformat(value)) == moment


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(some.dates(min_value=date(1900, 1, 1)))
def test_a_day_is_exact(day: date) -> None:
    value = cells(f"SELECT ({literal(day.isoformat(), 'date')} AS ?x) {{}}")["A2"].value
    assert str(value)[:10] == day.isoformat()


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(some.text(max_size=50))
def test_a_text_is_exact_or_refused(text: str) -> None:
    try:
        value = cells(f"SELECT ({literal(text, 'string')} AS ?x) {{}}")["A2"].value
    except InputError as error:
        assert "cannot hold" in str(error)
    else:
        assert (value or "") == text


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(
    some.sampled_from(["integer", "decimal", "double", "boolean", "date", "dateTime", "byte", "time"]),
    some.text(some.sampled_from("0123456789-+.:TZeEINFaPW _\u0663\u200b\n"), max_size=20),
)
def test_any_text_in_any_datatype_becomes_a_cell(datatype: str, text: str) -> None:
    assert cells(f"SELECT ({literal(text, datatype)} AS ?x) {{}}")["A1"].value == "x"
