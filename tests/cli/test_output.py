"""Output that cannot be written, and values that a terminal cannot show or would obey."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from accordgraph.cli import main, terminal
from accordgraph.project import Project
from faults import siblings

Run = Callable[..., object]


def pipe_that_was_left() -> IO[str]:
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w", encoding="utf-8")


OUTPUTS: dict[str, Callable[[], IO[str] | None]] = {
    "full": lambda: open("/dev/full", "w", encoding="utf-8"),
    "closed": lambda: None,
    "left": pipe_that_was_left,
    "memory": lambda: io.TextIOWrapper(io.BytesIO(), encoding="utf-8"),
}


@pytest.fixture
def ready(mini: Project, accordgraph: Run) -> Project:
    accordgraph("build")
    accordgraph("validate")
    return mini


@pytest.mark.parametrize(("output", "command", "code", "message"), siblings("output"))
def test_output_that_cannot_be_written(
    ready: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    output: str,
    command: str,
    code: str,
    message: str,
) -> None:
    stdout = OUTPUTS[output]()
    monkeypatch.setattr(sys, "stdout", stdout)
    with pytest.raises(SystemExit) as ended:
        main(command.split(), prog_name="accordgraph")
    if stdout is not None:
        stdout.close()
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("project: ")]
    assert (ended.value.code, told) == (int(code), [message] if message else [])


@pytest.mark.parametrize("end", [">/dev/full", ">&-", ">/dev/full 2>/dev/full", ">&- 2>&-", "2>/dev/full"])
def test_the_interpreter_adds_nothing_at_its_end(ready: Project, end: str) -> None:
    line = f"{sys.executable} -m accordgraph queries {end}"
    result = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert result.returncode == (0 if end == "2>/dev/full" else 2)
    assert "Traceback" not in result.stderr
    assert "Exception" not in result.stderr


@pytest.mark.parametrize(("encoding", "value", "shown"), siblings("terminal"))
def test_a_value_in_a_table(
    ready: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, value: str, shown: str
) -> None:
    octets = output_of(query_for(tmp_path, value), encoding, monkeypatch)
    lines = octets.decode(encoding).splitlines()
    assert f" {shown} " in lines[4]
    assert len({len(line) for line in lines[1:]}) == 1 or "\U0001f600" in value, "the table stays a table"


@pytest.mark.parametrize(("encoding", "value", "shown"), siblings("terminal"))
def test_data_are_what_they_are_in_any_terminal(
    ready: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, value: str, shown: str
) -> None:
    command = [*query_for(tmp_path, value), "--format", "json"]
    (row,) = json.loads(output_of(command, encoding, monkeypatch))["results"]["bindings"]
    assert row["x"]["value"] == value


@pytest.mark.parametrize("width", [0, 1, 5, 20, 40])
def test_a_narrow_terminal_shows_every_value(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    columns = [f"c{number}" for number in range(12)]
    terminal.show_table(columns, [[f"value{number}" for number in range(12)]])
    stdout.flush()
    text = stdout.buffer.getvalue().decode()
    assert all(name in text for name in columns)
    assert all(f"value{number}" in text for number in range(12))


def test_an_error_is_one_line_whatever_it_says(
    accordgraph: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        main(["format", str(tmp_path)], prog_name="accordgraph")
    (tmp_path / "x.ttl").write_text("<urn:a> <urn:b> \x1b[31m .", encoding="utf-8")
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["format", str(tmp_path)], prog_name="accordgraph")
    told = capsys.readouterr().err
    assert (ended.value.code, told.count("\n"), "\x1b" in told) == (2, 1, False)


def test_a_fault_of_the_program_is_no_invalid_data(
    accordgraph: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("accordgraph.cli.dataset_commands.current_project", fault)
    with pytest.raises(SystemExit) as ended:
        main(["build"], prog_name="accordgraph")
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert told.startswith("error: a fault of the program: KeyError at test_output.py:")


def query_for(folder: Path, value: str) -> list[str]:
    escaped = "".join(f"\\U{ord(letter):08X}" for letter in value)
    (folder / "a.rq").write_text(f'#+ summary: x?\nSELECT ("{escaped}" AS ?x) {{}}\n', encoding="utf-8")
    return ["query", str(folder / "a.rq")]


def output_of(command: list[str], encoding: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    octets = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(octets, encoding=encoding))
    with pytest.raises(SystemExit) as ended:
        main(command, prog_name="accordgraph")
    assert ended.value.code == 0
    return octets.getvalue()
