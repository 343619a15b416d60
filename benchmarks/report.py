"""What a benchmark reports: a table, and its section of `docs/benchmarks.md` with the machine it ran on."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from accordgraph.errors import InputError
from accordgraph.files.whole_file import write_whole


@dataclass(frozen=True)
class Report:
    """A table of measurements, and remarks on it."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    remarks: tuple[str, ...] = ()

    def markdown(self) -> str:
        """Return the report as Markdown."""
        lines = [self.columns, tuple("---" for _ in self.columns), *self.rows]
        table = "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
        return "\n\n".join([f"Measured on {machine()}.", table, *self.remarks])


def machine() -> str:
    """Describe this machine without its name: processors, memory, system and Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, {python}"


def write(page: Path, name: str, report: Report) -> None:
    """Write a report between its marks in a page; raises `InputError` when the page has no such marks."""
    text = page.read_text(encoding="utf-8")
    begin, end = f"<!-- measured: {name} -->\n", "<!-- end measured -->"
    pattern = re.compile(f"({re.escape(begin)}).*?({re.escape(end)})", re.DOTALL)
    if not pattern.search(text):
        raise InputError(f"{page} has no place for {name}: write the lines {begin.strip()} and {end}")
    body = report.markdown()
    write_whole(page, pattern.sub(lambda marks: f"{marks[1]}{body}\n{marks[2]}", text))


def milliseconds(seconds: float) -> str:
    """Return a time as milliseconds, for a cell."""
    return f"{seconds * 1000:.1f}"


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which so large a part of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
