"""What a command writes is there whole or not at all, whatever becomes of the disk."""

import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result

from accordgraph.files.whole_file import write_whole
from accordgraph.project import Project
from faults import siblings

Run = Callable[..., Result]


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond some bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", siblings("whole-files"))
def test_a_full_disk(mini: Project, accordgraph: Run, tmp_path: Path, command: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "old.json").write_text("old")
    (out / "kept.csv").write_text("old")
    (out / "link.csv").symlink_to("kept.csv")
    if command.startswith("query"):
        accordgraph("build")
        accordgraph("validate")
    elif command.startswith("format"):
        bodies = mini.data / "be" / "bodies.ttl"
        bodies.write_text(bodies.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
    before = content(tmp_path)
    arguments = command.format(root=mini.root, out=out).split()
    with full_disk():
        result = accordgraph(*arguments)
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if not line.startswith("project: ")]
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    assert "File too large" in errors[0]
    assert content(tmp_path) == before
    assert accordgraph(*arguments).exit_code == 0, "with space, the same command does its work"


def test_what_is_written_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", "new é")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == "new é".encode()
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    mask = os.umask(0o022)
    try:
        write_whole(tmp_path / "another", b"new")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "another").stat().st_mode) == 0o644
    assert {path.name for path in tmp_path.iterdir()} == {"file", "link", "another"}


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    write_whole(Path(os.devnull), b"nothing")
    assert not Path(os.devnull).is_file()
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_whole(Path("/dev/full"), b"much")


def test_the_error_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "none" / "file", tmp_path / "folder"):
        with pytest.raises(OSError, match=f"'{path}'"):
            write_whole(path, b"")
