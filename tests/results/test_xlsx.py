"""Spreadsheets: every value as what it is, where a cell holds it exactly, and the same bytes each time."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from pyoxigraph import Store

from accordgraph.errors import InputError, LimitExceeded
from accordgraph.results import formats, xlsx
from accordgraph.results.result import Answer
from accordgraph.results.writers import write
from accordgraph.results.xlsx import About
from accordgraph.store.local import LocalStore

ASKED = """#+ summary: What is asked?
#+ param: thing iri A thing
SELECT ?thing WHERE { VALUES ?thing { <https://example.org/a> <https://example.org/b> } }
ORDER BY ?thing
"""


def answer(text: str) -> Answer:
    return LocalStore(Store(), "digest", 0).query(text)


def book(text: str, about: About | None = None) -> Any:
    output = io.BytesIO()
    write(answer(text), formats.XLSX, output, None, about)
    return openpyxl.load_workbook(io.BytesIO(output.getvalue()))


@pytest.mark.parametrize(
    ("term", "value", "form"),
    [
        ("20", 20, "General"),
        ("-7", -7, "General"),
        ("144.31", 144.31, "General"),
        ('"7"^^xsd:nonNegativeInteger', 7, "General"),
        ("12345678901234567", "12345678901234567", "General"),
        ("123456789012345", 123456789012345, "General"),
        ("1e3", 1000, "General"),
        ('"INF"^^xsd:double', "INF", "General"),
        ("true", True, "General"),
        ('"2022-10-03"^^xsd:date', datetime(2022, 10, 3), "yyyy-mm-dd"),
        ('"1900-01-01"^^xsd:date', "1900-01-01", "General"),
        ('"2022-10-03Z"^^xsd:date', "2022-10-03Z", "General"),
        ('"2022-02-30"^^xsd:date', "2022-02-30", "General"),
        ('"2022-10-03T10:20:30"^^xsd:dateTime', datetime(2022, 10, 3, 10, 20, 30), "yyyy-mm-dd hh:mm:ss"),
        ('"2022-10-03T10:20:30Z"^^xsd:dateTime', "2022-10-03T10:20:30Z", "General"),
        ('"2022-10"^^xsd:gYearMonth', "2022-10", "General"),
        ('"many"^^xsd:integer', "many", "General"),
        ('"=1+1"', "=1+1", "General"),
        ('"https://example.org/"', "https://example.org/", "General"),
        ('"Wet \\"één\\"\\nregel"@nl', 'Wet "één"\nregel', "General"),
        ("UNDEF", None, "General"),
    ],
)
def test_cells(term: str, value: object, form: str) -> None:
    sheet = book(f"SELECT ?value {{ VALUES ?value {{ {term} }} }}")["Answer"]
    cell = sheet["A2"]
    assert (sheet["A1"].value, cell.value, cell.number_format) == ("value", value, form)
    assert type(cell.value) is type(value) and cell.hyperlink is None
    assert cell.data_type != "f"


def test_an_iri_is_a_link() -> None:
    sheet = book("SELECT ?thing { VALUES ?thing { <https://example.org/a#b> <urn:x> } }")["Answer"]
    assert [(row[0].value, row[0].hyperlink is not None) for row in sheet.iter_rows(min_row=2)] == [
        ("https://example.org/a#b", True),
        ("urn:x", False),
    ]


def test_a_boolean() -> None:
    sheet = book("ASK {}")["Answer"]
    assert (sheet["A1"].value, sheet["A2"].value) == ("answer", True)


def test_the_head_stays_in_sight() -> None:
    assert book("SELECT ?s { ?s ?p ?o }")["Answer"].freeze_panes == "A2"


def test_what_was_asked_of_which_dataset() -> None:
    about = {row[0].value: row[1].value for row in book(ASKED, About(ASKED, "c0ffee"))["About"].iter_rows()}
    assert about == {
        "Question": "What is asked?",
        "Parameter thing": "<https://example.org/a> <https://example.org/b>",
        "Dataset (SHA-256)": "c0ffee",
        "Query": ASKED,
    }


def test_a_long_query_is_there_as_a_whole() -> None:
    text = "ASK {} #" + "x" * 70_000
    rows = list(book(text, About(text, "c0ffee"))["About"].iter_rows(min_col=2, max_col=2, values_only=True))
    assert "".join(str(row[0]) for row in rows[1:]) == text


def test_the_same_bytes_each_time() -> None:
    outputs = [io.BytesIO(), io.BytesIO()]
    for output in outputs:
        xlsx.write(answer(ASKED), output, About(ASKED, "c0ffee"))
    assert outputs[0].getvalue() == outputs[1].getvalue()
    properties = openpyxl.load_workbook(outputs[0]).properties
    assert properties.created == properties.modified == datetime(2000, 1, 1)


def test_what_does_not_fit_is_refused_and_not_cut() -> None:
    with pytest.raises(InputError, match="40,000 characters"):
        book(f'SELECT ?a {{ VALUES ?a {{ "{"x" * 40_000}" }} }}')
    with pytest.raises(LimitExceeded, match="more than 1 rows"):
        write(answer(ASKED), formats.XLSX, io.BytesIO(), 1)
    digits = "VALUES ?{} {{ 0 1 2 3 4 5 6 7 8 9 }}"
    many = "SELECT * { " + " ".join(digits.format(name) for name in "abcde") + " }"
    with pytest.raises(InputError, match="up to 200,000 cells"):
        book(many)


def test_more_links_than_a_sheet_takes_are_texts() -> None:
    digits = " ".join(f"<https://example.org/{number}>" for number in range(10))
    values = " ".join(f"VALUES ?{name} {{ {digits} }}" for name in "abcd")
    again = " ".join(f"BIND(?{name} AS ?{name}2)" for name in "abc")
    output = io.BytesIO()
    xlsx.write(answer(f"SELECT * {{ {values} {again} }}"), output)
    sheet = zipfile.ZipFile(output).read("xl/worksheets/sheet1.xml")
    assert sheet.count(b't="s"') == 7 * 10_001
    assert sheet.count(b"<hyperlink ") == 65_530


def test_the_command_writes_a_spreadsheet(accordgraph: Callable[..., Result], tmp_path: Path) -> None:
    accordgraph("build")
    accordgraph("validate")
    path = tmp_path / "answer.xlsx"
    assert accordgraph("query", "serves-objective", "--format", "xlsx", "--out", path).exit_code == 0
    printed = accordgraph("query", "serves-objective", "--format", "xlsx")
    assert printed.stdout_bytes == path.read_bytes()
    sheets = openpyxl.load_workbook(path)
    assert sheets["Answer"]["A1"].value == "instrument"
    assert sheets["About"]["B1"].value == "Which instruments serve an objective?"
    for form in ("csv", "json"):
        assert accordgraph("query", "serves-objective", "--format", form, "--out", path).exit_code == 0
        printed = accordgraph("query", "serves-objective", "--format", form)
        assert printed.stdout_bytes == path.read_bytes(), form
    assert "for the terminal" in accordgraph("query", "serves-objective", "--out", path).stderr
    assert accordgraph("query", "serves-objective", "--format", "ttl", "--out", path).exit_code == 2
