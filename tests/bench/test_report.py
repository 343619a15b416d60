"""What benchmarks report: the figures, and where they are written."""

from pathlib import Path

import pytest

from accordgraph.errors import InputError
from benchmarks.report import Report, machine, percentile, write

REPORT = Report(("load", "time"), [("one", "1.0")], ("Said of it.",))


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [([1.0], 0.5, 1.0), ([3.0, 1.0, 2.0], 0.5, 2.0), ([float(n) for n in range(100)], 0.99, 99.0)],
)
def test_percentile(values: list[float], part: float, expected: float) -> None:
    assert percentile(values, part) == expected


def test_a_report_replaces_what_stood_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# A\n<!-- measured: one -->\nold\n<!-- end measured -->\nB\n")
    for _ in range(2):
        write(page, "one", REPORT)
    text = page.read_text()
    assert text == f"# A\n<!-- measured: one -->\n{REPORT.markdown()}\n<!-- end measured -->\nB\n"
    assert "| one | 1.0 |" in text and machine() in text
    with pytest.raises(InputError, match="no place for other"):
        write(page, "other", REPORT)
