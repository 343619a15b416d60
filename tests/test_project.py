"""The project that a command works on is the one where its user stands, and the command names it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accordgraph import project as module
from accordgraph.cli import main
from accordgraph.errors import InputError, ReferenceMissing
from accordgraph.project import FOLDERS, find_project, find_reference
from accordgraph.settings import Settings
from support.paths import ROOT


def project_at(root: Path) -> Path:
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    return root


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that is in no project."""
    folder = tmp_path / "nowhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_first_that_there_is_in_order(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, root, here, checkout, package = (
        project_at(tmp_path / name)
        for name in ("named", "root", "here", "checkout", "checkout/src/accordgraph/_assets")
    )
    monkeypatch.setattr(module, "_PACKAGE", package.parent)
    below = here / "data" / "be"
    below.mkdir()
    monkeypatch.chdir(below)
    settings = Settings(root=root)
    assert find_project(settings, named).root == named
    assert find_project(settings).root == root
    assert find_project(Settings()).root == here
    monkeypatch.chdir(nowhere)
    assert find_project(Settings()).root == checkout
    (checkout / "shapes").rmdir()
    assert find_project(Settings()).root == package
    assert find_project(Settings()).build == nowhere / "build"


def test_the_nearest_of_two_that_stand_in_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = project_at(tmp_path / "outer")
    inner = project_at(outer / "data" / "inner")
    monkeypatch.chdir(inner / "queries")
    assert find_project(Settings()).root == inner
    (inner / "ontology").rmdir()
    assert find_project(Settings()).root == outer


def test_a_folder_that_was_named_and_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no ontology/, data/, shapes/, queries/"):
        find_project(Settings(root=tmp_path))
    with pytest.raises(InputError, match="has no ontology/, data/, shapes/, queries/"):
        find_project(Settings(root=ROOT), tmp_path)


def test_the_build_folder_is_that_of_the_setting_for_every_project(tmp_path: Path) -> None:
    build = tmp_path / "elsewhere"
    assert find_project(Settings(build=build), ROOT).build == build
    assert find_project(Settings(), ROOT).build == ROOT / "build"


def test_the_reference_is_beside_the_project(tmp_path: Path) -> None:
    root = project_at(tmp_path / "root")
    with pytest.raises(ReferenceMissing, match="set ACCORDGRAPH_REFERENCE"):
        find_reference(Settings(root=root))
    with pytest.raises(ReferenceMissing, match="set ACCORDGRAPH_REFERENCE"):
        find_reference(Settings(reference=tmp_path / "none"))
    (tmp_path / "shared").mkdir()
    assert find_reference(Settings(root=root)) == tmp_path / "shared"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("before", [True, False], ids=["of the group", "of the command"])
@pytest.mark.parametrize(
    "command", ["build", "docs", "format", "load", "queries", "query", "serve", "validate", "verify"]
)
def test_every_command_takes_and_names_it(tmp_path: Path, nowhere: Path, command: str, before: bool) -> None:
    root = project_at(tmp_path / "named")
    option = ("--project", root)
    arguments = {"load": (tmp_path / "store",), "query": ("none-such",), "verify": ("--sources", "/none")}
    result = (
        run(*option, command, *arguments.get(command, ()))
        if before
        else run(command, *option, *arguments.get(command, ()))
    )
    assert result.stderr.splitlines()[0] == f"project: {root} (--project)"
    assert "Traceback" not in result.output and result.exit_code in (0, 2)


def test_the_option_of_the_command_prevails(tmp_path: Path) -> None:
    outer, inner = project_at(tmp_path / "outer"), project_at(tmp_path / "inner")
    result = run("--project", outer, "queries", "--project", inner, "--json")
    assert result.stderr == f"project: {inner} (--project)\n"
    assert json.loads(result.stdout) == []


def test_every_way_is_named(tmp_path: Path, nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project_at(tmp_path / "root")
    monkeypatch.delenv("ACCORDGRAPH_ROOT", raising=False)
    assert run("queries").stderr == f"project: {ROOT} (checkout of the code)\n"
    monkeypatch.chdir(root / "data")
    assert run("queries").stderr == f"project: {root} (nearest folder upward)\n"
    monkeypatch.setenv("ACCORDGRAPH_ROOT", str(ROOT))
    assert run("queries").stderr == f"project: {ROOT} (ACCORDGRAPH_ROOT)\n"
    monkeypatch.delenv("ACCORDGRAPH_ROOT")
    package = project_at(tmp_path / "site-packages" / "accordgraph" / "_assets")
    monkeypatch.setattr(module, "_PACKAGE", package.parent)
    monkeypatch.chdir(nowhere)
    assert run("queries").stderr == f"project: {package} (packaged copy)\n"


def test_an_installed_command_judges_the_copy_that_a_curator_edits(tmp_path: Path) -> None:
    """The package stands elsewhere, with a packaged copy that conforms; the checkout has a wrong date."""
    package, root = tmp_path / "site-packages" / "accordgraph", tmp_path / "checkout"
    shutil.copytree(
        ROOT / "src" / "accordgraph", package, ignore=shutil.ignore_patterns("_assets", "__pycache__")
    )
    shutil.copytree(ROOT / "tests" / "fixtures" / "mini", package / "_assets")
    shutil.copytree(ROOT / "tests" / "fixtures" / "mini", root)
    for copy in (root, package / "_assets"):
        shutil.copytree(ROOT / "queries" / "derive", copy / "queries" / "derive")

    def validate() -> subprocess.CompletedProcess[str]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("ACCORDGRAPH_")
        }
        return subprocess.run(
            [sys.executable, "-m", "accordgraph", "validate"],
            cwd=root / "data",
            env=environment | {"PYTHONPATH": str(package.parent)},
            capture_output=True,
            text=True,
        )

    done = validate()
    assert (done.returncode, done.stderr) == (0, f"project: {root} (nearest folder upward)\n")
    path = root / "data" / "be" / "instruments.ttl"
    right, wrong = '"2023-02-17"^^xsd:date', '"2023-02-30"^^xsd:date'
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    done = validate()
    assert done.returncode == 1
    assert "2023-02-30" in done.stdout and "does not conform" in done.stdout
