"""What an installation rests on: the lock, and the files that the package carries."""

import re
import tomllib

from accordgraph import __version__
from accordgraph.project import FOLDERS
from support.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_the_lock_has_hashes_and_no_addresses() -> None:
    pinned = re.findall(r"(?m)^([a-z0-9-]+)==", LOCK)
    entries = [part for part in re.split(r"(?m)^(?=[a-z0-9])", LOCK) if not part.startswith("#")]
    assert len(entries) == len(pinned) > 20
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@ ", LOCK)


def test_the_lock_has_all_that_is_declared() -> None:
    project = PROJECT["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["dev"]
    declared += PROJECT["build-system"]["requires"]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in declared}
    assert names <= set(re.findall(r"(?m)^([a-z0-9-]+)==", LOCK))


def test_the_package_carries_the_graph() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {name: f"accordgraph/_assets/{name}" for name in FOLDERS}


def test_one_version() -> None:
    assert PROJECT["project"]["version"] == __version__
