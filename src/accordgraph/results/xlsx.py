"""Answers as spreadsheets: typed cells on one sheet, and on another what was asked of which dataset.

The same answer gives the same bytes: the date of the file is fixed. A value that a cell cannot hold exactly
is written as text, and nothing is left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import IO

from pyoxigraph import Literal, NamedNode
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accordgraph.errors import InputError
from accordgraph.library.query_file import headers_of, values_in
from accordgraph.namespaces import XSD
from accordgraph.rdf.xsd import INTEGERS, is_lexical
from accordgraph.results.result import Answer, Term, written
from accordgraph.results.row_limit import too_many_rows

MOST_CELLS = 200_000
"""The cells of a sheet: it is made in memory, and takes some seconds."""
_LONGEST_TEXT, _LONGEST_LINK, _MOST_LINKS, _MOST_COLUMNS = 32_767, 2_079, 65_530, 16_384
"""The limits of a sheet; texts and links are counted in UTF-16."""
_CREATED = datetime(2000, 1, 1)
_FIRST_DAY = date(1900, 3, 1)
"""The first day that all programs count alike: Excel takes 1900 for a leap year."""
_DIGITS = 15
"""The digits that a cell holds of a number."""
_SMALLEST, _LARGEST = Decimal("2.3e-308"), Decimal("9.99999999999999e307")
_LONGEST_NUMBER = 400
_EXACT_NUMBERS = {*INTEGERS, XSD.decimal}
_FRACTION = re.compile(r"\.0*[1-9]")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
"""What XML cannot hold, or readers do not agree on: the format escapes characters as `_x000D_`."""
_NO_CHARACTER = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
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
        _check(text)
        self.sheet.write_string(place, column, text, self.bold)
        self._widen(column, text)

    def term(self, place: int, column: int, term: Term | None) -> None:
        """Write a term as what it is, where a cell holds that exactly; else as text."""
        if isinstance(term, NamedNode):
            self.iri(place, column, term.value)
        elif isinstance(term, Literal):
            self._literal(place, column, term)
        elif term is not None:
            self.text(place, column, written(term))

    def text(self, place: int, column: int, text: str) -> None:
        """Write a text, which is never taken for a formula."""
        _check(text)
        self.sheet.write_string(place, column, text)
        self._widen(column, text)

    def iri(self, place: int, column: int, iri: str) -> None:
        """Write an IRI, as a link as long as a sheet takes more of them."""
        is_link = iri.startswith(("https://", "http://")) and _length(iri) <= _LONGEST_LINK
        if is_link and self.links < _MOST_LINKS and not _UNFIT.search(iri):
            self.links += 1
            self.sheet.write_url(place, column, iri, string=iri)
            self._widen(column, iri)
        else:
            self.text(place, column, iri)

    def _literal(self, place: int, column: int, literal: Literal) -> None:
        text, datatype = literal.value, literal.datatype
        if not is_lexical(text, datatype):
            self.text(place, column, text)
        elif datatype == XSD.boolean:
            self.sheet.write_boolean(place, column, text in ("true", "1"))
        elif datatype in (XSD.date, XSD.dateTime) and (moment := _moment(text, datatype)):
            self.sheet.write_datetime(
                place, column, moment, self.day if datatype == XSD.date else self.moment
            )
            self._widen(column, "0" * _DAY_WIDTH)
        elif (number := _number(text, datatype)) is not None:
            self.sheet.write_number(place, column, number)
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
    if len(columns) > _MOST_COLUMNS:
        raise InputError(f"{len(columns):,} columns; a sheet has up to {_MOST_COLUMNS:,}; ask for csv")
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
        text = _NO_CHARACTER.sub("\ufffd", text.replace("\r\n", "\n"))
        for start in range(0, len(text), _LONGEST_TEXT // 2):  # a character is two units of UTF-16 at most
            sheet.sheet.write_string(place, 1, text[start : start + _LONGEST_TEXT // 2])
            place += 1
    sheet.widths[1] = _WIDEST
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


def _moment(text: str, datatype: NamedNode) -> datetime | None:
    """Return a day or a moment that a cell can hold: whole seconds without a time zone, not too long ago."""
    try:  # a datetime would take the zone of a day for its hour
        day = datetime.combine(date.fromisoformat(text), time()) if datatype == XSD.date else None
        moment = day or datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo or moment.date() < _FIRST_DAY or _FRACTION.search(text) or "T24" in text:
        return None
    return moment


def _number(text: str, datatype: NamedNode) -> float | None:
    """Return a number that a cell holds exactly, to the last of its digits; None for any other value."""
    if len(text) > _LONGEST_NUMBER or "N" in text:  # INF and NaN
        return None
    if datatype in _EXACT_NUMBERS:
        value = Decimal(text)
    elif datatype == XSD.double:
        value = Decimal(repr(float(text)))
    else:
        return None
    if not value:
        return None if value.is_signed() and datatype == XSD.double else 0
    digits = "".join(map(str, value.as_tuple().digits)).rstrip("0")
    return float(value) if _SMALLEST <= abs(value) <= _LARGEST and len(digits) <= _DIGITS else None


def _check(text: str) -> None:
    """Raise `InputError` for a text that a cell does not hold, or not so that all readers agree."""
    if _length(text) > _LONGEST_TEXT:
        message = (
            f"a text of {len(text):,} characters does not fit into a cell, which holds {_LONGEST_TEXT:,}"
        )
        raise InputError(f"{message}; ask for csv")
    if unfit := _UNFIT.search(text):
        raise InputError(f"a spreadsheet cannot hold {unfit[0]!r} in a text; ask for csv")


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
