"""What `deploy/` holds, tried with the programs it is for; each test is skipped where its program is not."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from accordgraph.project import FOLDERS, PROFILES
from accordgraph.settings import PREFIX, Settings
from support.paths import ROOT
from support.programs import program

DEPLOY = ROOT / "deploy"
FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_settings_that_exist_are_set(path: Path) -> None:
    named = set(re.findall(rf"{PREFIX}(\w+)=", path.read_text(encoding="utf-8")))
    assert named <= {field.name.upper() for field in fields(Settings)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_in_it_is_a_secret_or_opens_the_network(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert not re.findall(r"password|passwd|secret|token\b|open_workers|begin .*private key", text)


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("systemd/*.service")), ids=lambda path: path.name)
def test_units_are_as_systemd_has_them(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("/opt/accordgraph/bin/accordgraph", sys.executable)
    unit = tmp_path / path.name
    unit.write_text(text, encoding="utf-8")
    command = [program("systemd-analyze"), "verify", "--man=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if path.name in line]
    assert said == []


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("systemd/*.service")), ids=lambda path: path.name)
def test_units_name_the_project(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (root,) = re.findall(rf"^Environment={PREFIX}ROOT=(/\S+)$", text, re.MULTILINE)
    assert f"Documentation=file:{root}/docs/deploy.md" in text, "the checkout"


def test_the_container_names_its_project_and_has_its_files() -> None:
    build, image = (DEPLOY / "Containerfile").read_text(encoding="utf-8").split("\nFROM ")[-2:]
    for stage in (build, image):
        assert re.findall(rf"{PREFIX}ROOT=(\S+)", stage) == ["/srv/accordgraph"]
    assert f"cp -R {' '.join((*FOLDERS, PROFILES))} /srv/accordgraph/" in build
    assert "COPY --from=build /srv/accordgraph /srv/accordgraph" in image


def test_the_container_file_is_without_faults() -> None:
    done = subprocess.run(
        [program("hadolint"), str(DEPLOY / "Containerfile")], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_the_container_file_copies_is_not_left_out() -> None:
    listed = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line.removeprefix("!") for line in listed if line.startswith("!")}
    assert "*" in listed and all((ROOT / name).exists() for name in kept)
    packaged = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    included = set(re.findall(r'^"(\w+)" = "accordgraph/_assets', packaged, re.MULTILINE))
    assert included | {"src", "pyproject.toml", "requirements-serve.lock", "README.md", "LICENSE"} <= kept
