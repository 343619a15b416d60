"""Every file that is there is read, or named: links, hidden files, endings, byte order marks, line ends."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from accordgraph.files.folder_scan import scan
from accordgraph.project import Project
from faults import siblings

Run = Callable[..., Result]


def built(mini: Project) -> object:
    manifest = json.loads((mini.build / "manifest.json").read_text(encoding="utf-8"))
    verdict = json.loads((mini.build / "validation.json").read_text(encoding="utf-8"))
    return manifest["digest"], manifest["graphs"], verdict["checked"]


@pytest.mark.parametrize(("change", "command", "message"), siblings("files"))
def test_a_file(mini: Project, accordgraph: Run, change: str, command: str, message: str) -> None:
    assert accordgraph("build").exit_code == 0
    assert accordgraph("validate").exit_code == 0
    before = built(mini)
    subprocess.run(["bash", "-c", change.encode("unicode_escape").decode()], cwd=mini.root, check=True)
    *others, last = command.split("+")
    for other in others:
        assert accordgraph(other).exit_code == 0
    result = accordgraph(last)
    if message == "same":
        assert result.exit_code == 0, result.stderr
        assert accordgraph("build").exit_code == 0
        assert built(mini) == before
        return
    told = [line for line in result.stderr.splitlines() if not line.startswith("project: ")]
    assert len(told) == 1, "it is told once"
    assert message in told[0]
    assert result.exit_code == (0 if message.startswith("passed over") else 2)
    if result.exit_code == 0:
        assert accordgraph("validate").exit_code == 0
        assert built(mini) == before


def test_a_folder_without_turtle_is_not_in_canonical_form(accordgraph: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = accordgraph("format", "--check", tmp_path / "empty")
    message = f"error: {tmp_path / 'empty'}: no file in this folder ends in .ttl\n"
    assert (result.exit_code, result.stderr) == (2, message)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read(accordgraph: Run, mini: Project) -> None:
    (mini.data / "be").chmod(0)
    try:
        result = accordgraph("build")
    finally:
        (mini.data / "be").chmod(0o755)
    assert (result.exit_code, "Permission denied" in result.stderr) == (2, True)


def test_many_links_to_folders_end_soon(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    for _ in range(3):
        (folder / "next").mkdir()
        folder = folder / "next"
        (folder / "up").symlink_to(tmp_path / "a")
    with pytest.raises(Exception, match="by a link it is the same as"):
        scan(tmp_path / "a", ".ttl")
