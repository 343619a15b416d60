"""Kinds of faults that systems like ours have had, each a table of siblings that a test runs one by one.

The first line of a table is `# kind; test`, the second names the columns, the first of which says what is
tried. A cell is text with the escapes of Python, so that a row can hold any character.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Kind:
    """A kind of fault: what it is, the test that runs its siblings, and the siblings."""

    title: str
    test: str
    rows: Sequence[Sequence[str]]


def kinds() -> dict[str, Kind]:
    """Return every kind by the name of its table."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.tsv"))}


def siblings(name: str) -> list[Any]:
    """Return the rows of a table as parameters of a test, without the first column, which identifies them."""
    return [pytest.param(*row[1:], id=row[0]) for row in kinds()[name].rows]


def _read(path: Path) -> Kind:
    head, _, *lines = path.read_text(encoding="utf-8").split("\n")
    title, _, test = head.removeprefix("# ").partition("; ")
    rows = csv.reader((line for line in lines if line), delimiter="\t", quoting=csv.QUOTE_NONE)
    return Kind(title, test, [[_cell(text) for text in row] for row in rows])


def _cell(text: str) -> str:
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape") if "\\" in text else text
