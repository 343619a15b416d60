"""A small project to work on: a copy, so that a test may change it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accordgraph.assets import Project
from accordgraph.cli import main

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def mini(tmp_path: Path) -> Project:
    """A small ontology and data that conform, with the real rules of derivation."""
    root = tmp_path / "mini"
    shutil.copytree(ROOT / "tests" / "fixtures" / "mini", root)
    shutil.copytree(ROOT / "queries" / "derive", root / "queries" / "derive")
    return Project.at(root)


@pytest.fixture
def accordgraph(mini: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command of the command line on the small project."""
    monkeypatch.setenv("ACCORDGRAPH_ROOT", str(mini.root))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run
