"""`accordgraph bench` finds the benchmarks of the checkout, and says so where there is none."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from accordgraph.cli import bench_command


def test_the_benchmarks_are_listed(accordgraph: Callable[..., Result]) -> None:
    result = accordgraph("bench")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in bench_command.BENCHMARKS)


def test_an_installed_package_has_no_benchmarks(
    accordgraph: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(sys.modules, "benchmarks", raising=False)
    monkeypatch.setattr(bench_command, "_FOLDER", tmp_path / "benchmarks")
    result = accordgraph("bench")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ") and "checkout" in result.stderr
    assert "benchmarks" not in sys.modules
