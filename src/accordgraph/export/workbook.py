"""One spreadsheet with every table: a sheet a table, and a first sheet that says what they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from xlsxwriter import Workbook

from accordgraph.export.tabular import Table

PATH = "data/accordgraph.xlsx"
_CREATED = datetime(2000, 1, 1)
_LONGEST_NAME, _LONGEST_TEXT, _WIDEST = 31, 32_767, 50


def workbook(tables: Sequence[Table], about: Mapping[str, str]) -> bytes:
    """Return a spreadsheet of tables; numbers are numbers, everything else is text."""
    archive = BytesIO()
    book = Workbook(archive, {"in_memory": True, "strings_to_urls": False})
    book.set_properties({"created": _CREATED, "title": about["title"]})
    bold = book.add_format({"bold": True})
    index = book.add_worksheet("About")
    index.set_column(0, 0, 30)
    index.set_column(1, 3, 60)
    for place, (name, text) in enumerate(about.items()):
        index.write_string(place, 0, name, bold)
        index.write_string(place, 1, text)
    head = len(about) + 1
    for column, title in enumerate(("sheet", "title", "description")):
        index.write_string(head, column, title, bold)
    for place, table in enumerate(tables, head + 1):
        name = table.name[:_LONGEST_NAME]
        index.write_url(place, 0, f"internal:'{name}'!A1", string=name)
        index.write_string(place, 1, table.titles.get("en", table.name))
        index.write_string(place, 2, table.description)
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        for column, described in enumerate(table.columns):
            sheet.write_string(0, column, described.name, bold)
            sheet.set_column(column, column, min(_WIDEST, max(12, len(described.name) + 2)))
            number = described.datatype in ("integer", "decimal") and not described.is_list
            for line, row in enumerate(table.rows, 1):
                text = row[column]
                if text and number:
                    sheet.write_number(line, column, float(text))
                elif text:
                    sheet.write_string(line, column, _fitting(text, table.name))
    book.close()
    return archive.getvalue()


def _fitting(text: str, table: str) -> str:
    """Return a text as long as a cell may be, which says where the whole of it is."""
    if len(text) <= _LONGEST_TEXT:
        return text
    rest = f" … (cut; the whole is in {table}.csv)"
    return text[: _LONGEST_TEXT - len(rest)] + rest
