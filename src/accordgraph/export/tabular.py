"""Tables as CSV, and what describes them to programs: CSV on the Web, and Table Schema in a data package."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accordgraph.errors import BuildError

SEPARATOR = "|"
"""What stands between several values in a cell."""
CSV_TYPE = "text/csv"
CSVW_TYPE = "application/csvm+json"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_TABLE_SCHEMA = {"anyURI": "string", "decimal": "number"}


@dataclass(frozen=True)
class Column:
    """A column: its name, its titles by language, and the type of its values."""

    name: str
    titles: Mapping[str, str] = field(default_factory=dict)
    datatype: str = "string"
    property: str = ""
    """The IRI of what the column says of the thing of the row."""
    language: str = ""
    is_list: bool = False
    required: bool = False
    pattern: str = ""
    virtual: bool = False
    """Whether it only repeats another column for people, so that it states nothing of its own."""
    values: tuple[str, ...] = ()
    """The values that it may have, where that is a closed list."""


@dataclass(frozen=True)
class Table:
    """A table with a key, its rows as text."""

    name: str
    titles: Mapping[str, str]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    description: str = ""
    notes: Mapping[str, object] = field(default_factory=dict)
    """More members for the description of the table in CSV on the Web."""


def joined(values: Iterable[str]) -> str:
    """Return several values as one cell; raises `BuildError` for one that contains the separator."""
    ordered = sorted(values)
    if len(ordered) > 1 and any(SEPARATOR in value for value in ordered):
        raise BuildError(f"a value contains {SEPARATOR!r}, which separates values in the tables: {ordered}")
    return SEPARATOR.join(ordered)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with a line of column names."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return output.getvalue()


def table_csv(table: Table) -> str:
    """Return a table as CSV."""
    return csv_text([column.name for column in table.columns], table.rows)


def csvw(tables: Sequence[Table]) -> str:
    """Return the description of tables in CSV on the Web; each is in the file `NAME.csv` beside it."""
    return _json({"@context": "http://www.w3.org/ns/csvw", "dc:license": LICENCE} | _members(tables))


def _members(tables: Sequence[Table]) -> dict[str, object]:
    described = [_csvw_table(table) for table in tables]
    return described[0] if len(described) == 1 else {"tables": described}


def _csvw_table(table: Table) -> dict[str, object]:
    about = "{+id}" if table.key == ("id",) else ""
    schema: dict[str, object] = {"columns": [_csvw_column(column) for column in table.columns]}
    schema["primaryKey"] = list(table.key)
    if about:
        schema["aboutUrl"] = about
    return {
        "url": f"{table.name}.csv",
        "dc:title": [{"@value": text, "@language": code} for code, text in sorted(table.titles.items())],
        "tableSchema": schema,
        **table.notes,
    }


def _csvw_column(column: Column) -> dict[str, object]:
    described: dict[str, object] = {"name": column.name, "titles": column.name}
    if column.titles:
        described["dc:title"] = [
            {"@value": text, "@language": code} for code, text in sorted(column.titles.items())
        ]
    pattern = column.pattern or "|".join(column.values)
    described["datatype"] = {"base": column.datatype, "format": pattern} if pattern else column.datatype
    if column.property:
        described["propertyUrl"] = column.property
    if column.language:
        described["lang"] = column.language
    if column.is_list:
        described["separator"] = SEPARATOR
    if column.required:
        described["required"] = True
    if column.virtual:
        described["suppressOutput"] = True
    return described


def data_package(name: str, titles: Mapping[str, str], version: str, tables: Sequence[Table]) -> str:
    """Return the description of tables as a Frictionless data package; the files stand beside it."""
    return _json(
        {
            "profile": "tabular-data-package",
            "name": name,
            "title": titles["en"],
            "version": version,
            "licenses": [{"name": "CC-BY-4.0", "path": LICENCE}],
            "resources": [_resource(table) for table in tables],
        }
    )


def _resource(table: Table) -> dict[str, object]:
    fields = []
    for column in table.columns:
        limits: dict[str, object] = {"required": True} if column.required else {}
        if column.values:
            limits["enum"] = list(column.values)
        elif column.pattern:
            limits["pattern"] = column.pattern
        kind = "string" if column.is_list else _TABLE_SCHEMA.get(column.datatype, column.datatype)
        described: dict[str, object] = {"name": column.name, "type": kind}
        if column.titles:
            described["title"] = column.titles["en"]
        fields.append(described | ({"constraints": limits} if limits else {}))
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.titles["en"],
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": CSV_TYPE,
        "encoding": "utf-8",
        "schema": {"fields": fields, "primaryKey": list(table.key), "missingValues": [""]},
    }


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
