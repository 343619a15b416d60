"""Answers as spreadsheets: typed cells on one sheet, and on another what was asked of which dataset.

The same answer gives the same bytes: the date of the file is fixed. A value that a cell cannot hold exactly
is written as text, and nothing is left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from math import isfinite
from typing import IO

from pyoxigraph import Literal, NamedNode
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accordgraph.errors import InputError
from accordgraph.library.query_file import headers_of, values_in
from accordgraph.namespaces import XSD
from accordgraph.results.result import Answer, Term
from accordgraph.results.row_limit import too_many_rows

MOST_CELLS = 200_000
"""The cells of a sheet: it is made in memory, and takes some seconds."""
_LONGEST_TEXT, _LONGEST_LINK, _MOST_LINKS = 32_767, 2_079, 65_530
_CREATED = datetime(2000, 1, 1)
_FIRST_DAY = date(1900, 3, 1)
"""The first day that all programs count alike: Excel takes 1900 for a leap year."""
_DIGITS = 15
"""The digits that a cell holds of a number."""
_NUMBERS = {
    *(XSD[name] for name in ("decimal", "integer", "int", "long", "short", "byte")),
    *(XSD[f"{sign}Integer"] for sign in ("nonNegative", "positive", "nonPositive", "negative")),
}
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_WIDEST, _DAY_WIDTH = 60, 19


@dataclass(frozen=True)
class About:
    """What was asked, as SPARQL with its header, and the digest of the dataset that answered."""

    text: str
    digest: str


@dataclass
class _Sheet:
    """A sheet that is filled cell by cell."""

    sheet: Worksheet
    bold: Format
    day: Format
    moment: Format
    links: int = 0
    widths: dict[int, int] = field(default_factory=dict)

    def head(self, place: int, column: int, text: str) -> None:
        """Write the name of a column or a row."""
        self.sheet.write_string(place, column, text, self.bold)
        self._widen(column, text)

    def term(self, place: int, column: int, term: Term | None) -> None:
        """Write a term as what it is, where a cell holds that exactly; else as text."""
        if isinstance(term, NamedNode):
            self.iri(place, column, term.value)
        elif isinstance(term, Literal):
            self._literal(place, column, term)
        elif term is not None:
            self.text(place, column, str(term))

    def text(self, place: int, column: int, text: str) -> None:
        """Write a text, which is never taken for a formula."""
        if len(text) > _LONGEST_TEXT:
            message = (
                f"a text of {len(text):,} characters does not fit into a cell, which holds {_LONGEST_TEXT:,}"
            )
            raise InputError(f"{message}; ask for csv")
        self.sheet.write_string(place, column, text)
        self._widen(column, text)

    def iri(self, place: int, column: int, iri: str) -> None:
        """Write an IRI, as a link as long as a sheet takes more of them."""
        if iri.startswith(("https://", "http://")) and len(iri) <= _LONGEST_LINK and self.links < _MOST_LINKS:
            self.links += 1
            self.sheet.write_url(place, column, iri, string=iri)
            self._widen(column, iri)
        else:
            self.text(place, column, iri)

    def _literal(self, place: int, column: int, literal: Literal) -> None:
        text, datatype = literal.value, literal.datatype
        if datatype == XSD.boolean and text in ("true", "false", "1", "0"):
            self.sheet.write_boolean(place, column, text in ("true", "1"))
        elif datatype in (XSD.date, XSD.dateTime) and (moment := _moment(text)):
            self.sheet.write_datetime(
                place, column, moment, self.day if datatype == XSD.date else self.moment
            )
            self._widen(column, "0" * _DAY_WIDTH)
        elif (datatype in _NUMBERS and _fits(text)) or (datatype == XSD.double and isfinite(float(text))):
            self.sheet.write_number(place, column, float(text))
        else:
            self.text(place, column, text)

    def _widen(self, column: int, text: str) -> None:
        self.widths[column] = max(self.widths.get(column, 0), min(len(text), _WIDEST))

    def close(self) -> None:
        """Make the columns as wide as what stands in them."""
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width + 2)


def write(answer: Answer, output: IO[bytes], about: About | None = None, most_rows: int | None = None) -> int:
    """Write the solutions or the boolean of an answer to a file, and return how many solutions there are.

    Raises `LimitExceeded` when it has more rows than `most_rows`, `InputError` when it has more cells than
    `MOST_CELLS` or a text does not fit into a cell.
    """
    archive = BytesIO()  # a zip archive is not written from its beginning to its end
    book = Workbook(archive, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
    sheet = _Sheet(book.add_worksheet("Answer"), bold, day, moment)
    sheet.sheet.freeze_panes(1, 0)
    columns: tuple[str, ...] = ("answer",) if answer.boolean is not None else answer.variables
    for column, name in enumerate(columns):
        sheet.head(0, column, name)
    place = 0
    if answer.boolean is not None:
        sheet.sheet.write_boolean(1, 0, answer.boolean)
    else:
        for place, row in enumerate(_bounded(answer.rows(), len(columns), most_rows), 1):
            for column, term in enumerate(row):
                sheet.term(place, column, term)
    sheet.close()
    if about:
        _describe(_Sheet(book.add_worksheet("About"), bold, day, moment), about)
    book.close()
    output.write(archive.getvalue())
    return place


def _describe(sheet: _Sheet, about: About) -> None:
    """Fill the sheet that says what was asked of which dataset."""
    headers = headers_of(about.text)
    lines = [("Question", " ".join(headers.get("summary", ())))] if "summary" in headers else []
    lines += [(f"Parameter {name}", terms) for name, terms in values_in(about.text).items()]
    lines += [("Dataset (SHA-256)", about.digest), ("Query", about.text)]
    place = 0
    for name, text in lines:
        sheet.head(place, 0, name)
        for start in range(0, len(text), _LONGEST_TEXT):
            sheet.text(place, 1, text[start : start + _LONGEST_TEXT])
            place += 1
    sheet.close()


def _bounded(
    rows: Iterable[tuple[Term | None, ...]], width: int, most_rows: int | None
) -> Iterator[tuple[Term | None, ...]]:
    """Yield the rows as long as there are not too many."""
    for count, row in enumerate(rows, 1):
        if most_rows is not None and count > most_rows:
            raise too_many_rows(most_rows)
        if count * width > MOST_CELLS:
            raise InputError(f"a spreadsheet has up to {MOST_CELLS:,} cells here; ask for csv, or for a part")
        yield row


def _moment(text: str) -> datetime | None:
    """Return a day or a moment that a cell can hold: one without a time zone, and not too long ago."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is None and moment.date() >= _FIRST_DAY else None


def _fits(text: str) -> bool:
    """Tell whether a number has no more digits than a cell holds."""
    return bool(_NUMBER.fullmatch(text)) and len(re.sub(r"\D", "", text).lstrip("0")) <= _DIGITS
