"""Compare two recordings: every difference is covered by a row of a list, and every row covers one."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLUMNS = ["what", "which", "item", "why"]
_IGNORED = {"name", "headers", "normalised", "seconds", "size"}
_SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """A difference: of which request or command, in which part of the answer, and both values."""

    what: str
    which: str
    before: str
    after: str


@dataclass(frozen=True)
class Allowance:
    """A row of the list: regular expressions for the name and the part, the item that allows it, and why."""

    what: str
    which: str
    item: str
    why: str

    def covers(self, difference: Difference) -> bool:
        """Tell whether both expressions fit: the part as a whole, the name from its beginning."""
        fits = re.match(self.what, difference.what, re.DOTALL)
        return bool(fits and re.fullmatch(self.which, difference.which, re.DOTALL))


def read_allowances(path: Path) -> list[Allowance]:
    """Return the rows of the list; raises `ValueError` for one that is not of four filled columns."""
    with path.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if head != COLUMNS:
        raise ValueError(f"{path}: the columns are {', '.join(COLUMNS)}")
    for row in rows:
        if len(row) != len(COLUMNS) or not all(map(str.strip, row)):
            raise ValueError(f"{path}: a row needs {', '.join(COLUMNS)}: {row}")
    return [Allowance(*row) for row in rows]


def differences(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Iterator[Difference]:
    """Yield what differs between two recordings; a name that only one has is the part `there`."""
    first, second = ({row["name"]: row for row in rows} for rows in (before, after))
    for name in [*first, *(name for name in second if name not in first)]:
        if name not in first or name not in second:
            yield Difference(name, "there", str(name in first), str(name in second))
            continue
        one, other = _parts(first[name]), _parts(second[name])
        for part in sorted({*one, *other}):
            if one.get(part) != other.get(part):
                yield Difference(name, part, one.get(part, "-"), other.get(part, "-"))


def _parts(row: dict[str, Any]) -> dict[str, str]:
    """Return what a row says, by part: each header is one; body and length of a problem have other names."""
    parts = {name: str(value) for name, value in row.items() if name not in _IGNORED}
    parts |= {f"header {name}": str(value) for name, value in row.get("headers", {}).items()}
    if parts.get("header content-type") == "application/problem+json":
        for name, other in (("body", "problem"), ("header content-length", "length of the problem")):
            if name in parts:
                parts[other] = parts.pop(name)
    return parts


def report(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]], allowed: Path) -> int:
    """Print what differs and which item allows it; returns 1 where no row does, or a row allows nothing."""
    allowances = read_allowances(allowed)
    used: Counter[Allowance] = Counter()
    left: list[Difference] = []
    names = set()
    for difference in differences(before, after):
        names.add(difference.what)
        covering = [allowance for allowance in allowances if allowance.covers(difference)]
        used.update(covering)
        if not covering:
            left.append(difference)
    print(f"{len(before)} before, {len(after)} after, {len(names)} differ in something")
    for allowance in allowances:
        print(
            f"item {allowance.item}: {used[allowance]} × {allowance.what} {allowance.which} ({allowance.why})"
        )
    for which, count in Counter(difference.which for difference in left).most_common():
        print(f"\nnot allowed: {count} × {which}")
        for difference in [found for found in left if found.which == which][:_SHOWN]:
            print(f"  {difference.what}\n    - {difference.before[:300]}\n    + {difference.after[:300]}")
    idle = [allowance for allowance in allowances if not used[allowance]]
    for allowance in idle:
        print(f"\nallows nothing: {allowance.what} {allowance.which} (item {allowance.item})")
    return 1 if left or idle else 0
