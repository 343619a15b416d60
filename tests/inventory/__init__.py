"""The written map from the records of the reference inventory to nodes of the graph.

`map.tsv` gives each record its node (its IRI after `id/`) or `-`, and in a fourth column why. A reason that
starts with `same as FILE RECORD:` names a record that has the same node; the reason of a `-` starts with one
of the `KINDS`.
`kinds.tsv` gives the classes that a record of a file and kind may be.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "inventory.md"
KIND_FIELDS = {
    "instruments": "type",
    "disconnection_cct": "",
    "telework_cct": "",
    "summary_matrix": "",
    "sector_other": "topic",
    "regional_measures": "kind",
    "federal_measures": "topic",
    "bodies": "type",
    "statistics": "",
    "inconsistencies": "kind",
}
"""The files of the inventory, and the field that holds the kind of a record; without one its kind is `*`."""
KINDS = {
    "statement": "Said of nothing that the graph has",
    "counted": "Counted by the inventory and not stated by a source",
    "coded value": "A value of another node, no thing of its own",
    "summary": "Sums up what several nodes say",
    "not a body": "No body",
    "no contradiction": "Both sides can be right",
    "omission": "One passage says less than another",
    "query's answer": "Follows from the data",
    "translation": "One thing in two languages",
    "spelling": "One thing in two spellings",
    "misprint": "A misprint",
}
"""What the reason of a record without a node starts with, and the heading of these records on the page."""

INTRODUCTION = """\
An inventory of the two sources stands beside the graph: ten files of records, made by reading the
sources from the first line to the last. `tests/inventory/map.tsv` names the node of every record.
`tests/data/test_inventory.py` checks that the node is there, is of a class that `tests/inventory/kinds.tsv`
allows for the kind of record, and cites lines that the record cites. This page lists the records
without a node of their own. `PYTHONPATH=tests python -m inventory` writes it anew from the map.
"""


@dataclass(frozen=True)
class Row:
    """A record and its node."""

    file: str
    record: str
    node: str
    """The IRI after `id/`, or nothing."""
    reason: str

    @property
    def kind(self) -> str:
        """What the reason starts with."""
        return self.reason.partition(":")[0]

    @property
    def same_as(self) -> tuple[str, str] | None:
        """The file and id of the record that is said to be the same thing."""
        words = self.kind.split()
        return (words[2], words[3]) if self.kind.startswith("same as ") and len(words) == 4 else None


def _table(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines[1:]]


def read_map() -> list[Row]:
    """Return every row of the map."""
    return [
        Row(cells[0], cells[1], "" if cells[2] == "-" else cells[2], cells[3] if len(cells) > 3 else "")
        for cells in _table("map.tsv")
    ]


def read_kinds() -> dict[tuple[str, str], frozenset[str]]:
    """Return the classes that are allowed for each file and kind."""
    return {(file, kind): frozenset(classes.split()) - {"-"} for file, kind, classes in _table("kinds.tsv")}


def page(rows: list[Row]) -> str:
    """Return the page that lists the records without a node of their own, by reason."""
    own, same, none = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        (none if not row.node else same if row.same_as else own)[row.file] += 1
    counts = [
        f"| {file} | {own[file] + same[file] + none[file]} | {own[file]} | {same[file]} | {none[file]} |"
        for file in KIND_FIELDS
    ]
    lines = [
        "# The inventory and the graph",
        "",
        *INTRODUCTION.splitlines(),
        "",
        "| file | records | node of their own | same thing as another record | no node |",
        "| --- | --: | --: | --: | --: |",
        *counts,
        f"| all | {len(rows)} | {own.total()} | {same.total()} | {none.total()} |",
        "",
        "## Same thing as another record",
        "",
        *(_entry(row, f"is {row.same_as[1]} ({row.same_as[0]})") for row in rows if row.node and row.same_as),
    ]
    for kind, heading in KINDS.items():
        if found := [row for row in rows if not row.node and row.kind == kind]:
            lines += ["", f"## {heading}", "", *(_entry(row, row.file) for row in found)]
    return "\n".join(lines) + "\n"


def _entry(row: Row, remark: str) -> str:
    return f"- **{row.record}** {remark if row.same_as else f'({remark})'}: {row.reason.partition(': ')[2]}."
