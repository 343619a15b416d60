"""What an installation rests on: the lock, and the files that the package carries."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from accordgraph import __version__
from accordgraph.project import FOLDERS, PROFILES
from support.imports import MODULES
from support.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SERVE_LOCK = (ROOT / "requirements-serve.lock").read_text(encoding="utf-8")


def entries_of(lock: str) -> list[str]:
    """Return the packages of a lock, each with its version and hashes."""
    return [part for part in re.split(r"(?m)^(?=[a-z0-9])", lock) if not part.startswith("#")]


@pytest.mark.parametrize("lock", [LOCK, SERVE_LOCK], ids=["tests", "serve"])
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    pinned = re.findall(r"(?m)^([a-z0-9-]+)==", lock)
    entries = entries_of(lock)
    assert len(entries) == len(pinned) > 20
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@ ", lock)


def test_what_is_served_was_tested() -> None:
    assert set(entries_of(SERVE_LOCK)) < set(entries_of(LOCK))


def test_the_lock_for_serving_has_what_is_declared() -> None:
    declared = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in declared}
    assert names <= set(re.findall(r"(?m)^([a-z0-9-]+)==", SERVE_LOCK))


def test_the_lock_has_all_that_is_declared() -> None:
    project = PROJECT["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["dev"]
    declared += PROJECT["build-system"]["requires"]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in declared}
    assert names <= set(re.findall(r"(?m)^([a-z0-9-]+)==", LOCK))


def test_the_package_carries_the_graph() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {name: f"accordgraph/_assets/{name}" for name in (*FOLDERS, PROFILES)}


def test_one_version() -> None:
    assert PROJECT["project"]["version"] == __version__


def test_what_the_package_imports_is_declared() -> None:
    """The extra `pandas` is imported by one function of the client only."""
    declared = {re.split(r"[<>=]", one)[0] for one in PROJECT["project"]["dependencies"]} | {"pandas"}
    imported = set()
    for path in MODULES.values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).partition(".")[0])
    distributions = packages_distributions()
    others = imported - sys.stdlib_module_names - {"accordgraph", "benchmarks"}
    assert {distributions[name][0].lower().replace("_", "-") for name in others} == declared
