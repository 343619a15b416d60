"""What is queried, loaded and served is what the files say now: else it is built and validated first."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from pyoxigraph import Triple, parse

from accordgraph import server
from accordgraph.dataset.build import changed_files
from accordgraph.dataset.derivation import derive
from accordgraph.project import Project
from support.paths import ROOT
from support.programs import free_port

Run = Callable[..., Result]
BODIES = "data/be/bodies.ttl"
QUERY = ("query", "serves-objective", "--format", "csv")


@pytest.fixture
def ready(accordgraph: Run) -> Run:
    """The small project, built and validated by the first command that needed it."""
    assert accordgraph(*QUERY).exit_code == 0
    return accordgraph


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def change_data(mini: Project) -> None:
    path = mini.root / BODIES
    path.write_text(path.read_text(encoding="utf-8").replace('"airlines"', '"air lines"'), encoding="utf-8")


def add_data(mini: Project) -> None:
    text = '@base <https://w3id.org/accordgraph/id/> .\n\n<be/x>\n    <https://example.org/p> "x" ;\n.\n'
    (mini.data / "x.ttl").write_text(text, encoding="utf-8")


EDITS: dict[str, tuple[Callable[[Project], object], str]] = {
    "data": (change_data, f"{BODIES} (changed)"),
    "added": (add_data, "data/x.ttl (added)"),
    "removed": (
        lambda mini: (mini.data / "be/2023/examinations.ttl").unlink(),
        "data/be/2023/examinations.ttl (removed)",
    ),
    "vocabulary": (
        lambda mini: (mini.ontology / "vocabularies/extra.ttl").write_text(
            (mini.ontology / "vocabularies/level.ttl").read_text(encoding="utf-8"), encoding="utf-8"
        ),
        "ontology/vocabularies/extra.ttl (added)",
    ),
    "derivation": (
        lambda mini: append(sorted(mini.queries.rglob("derive/*.rq"))[0], "# a remark\n"),
        "queries/derive/10-claims.rq (changed)",
    ),
    "example": (
        lambda mini: append(mini.queries / "competency/serves-objective.rq", "# a remark\n"),
        "queries/competency/serves-objective.rq (changed)",
    ),
    "shape": (
        lambda mini: append(sorted(mini.shapes.glob("*.ttl"))[0], "\n"),
        "shapes/",
    ),
    "quality rule": (
        lambda mini: append(mini.queries / "quality/adopted-is-between.rq", "# a remark\n"),
        "queries/quality/adopted-is-between.rq (changed)",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_named_and_built(mini: Project, ready: Run, edit: str) -> None:
    apply, named = EDITS[edit]
    apply(mini)
    assert len(changed_files(mini)) == 1
    refused = ready(*QUERY, "--no-build")
    assert refused.exit_code == 2 and refused.stdout == ""
    assert refused.stderr.splitlines()[1].startswith(f"error: files differ from the build in {mini.build}: ")
    assert named in refused.stderr and "`accordgraph build` and `accordgraph validate`" in refused.stderr
    done = ready(*QUERY)
    assert done.exit_code == 0, done.output
    assert named in done.stderr and done.stderr.endswith("; building and validating\n")
    assert changed_files(mini) == []
    again = ready(*QUERY, "--no-build")
    assert (again.exit_code, again.stdout) == (0, done.stdout)
    assert again.stderr.count("\n") == 1, "only the line of the project"


def test_what_was_validated_but_not_built_is_built(mini: Project, ready: Run) -> None:
    change_data(mini)
    assert ready("validate").exit_code == 0
    assert f"{BODIES} (changed)" in ready(*QUERY).stderr


def test_of_many_files_the_first_are_named(mini: Project, ready: Run) -> None:
    for number in range(8):
        (mini.data / f"x{number}.ttl").write_text("", encoding="utf-8")
    message = ready(*QUERY, "--no-build").stderr
    assert "data/x0.ttl (added), data/x1.ttl (added)" in message
    assert "data/x4.ttl (added) and 3 more; " in message and "x5.ttl" not in message


def test_a_file_that_is_no_part_of_it_changes_nothing(mini: Project, ready: Run) -> None:
    (mini.data / "notes.md").write_text("", encoding="utf-8")
    (mini.queries / "other").mkdir()
    (mini.queries / "other" / "x.rq").write_text("", encoding="utf-8")
    assert changed_files(mini) == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda build: (build / "accordgraph.nq").unlink(), "there is no dataset at"),
        (lambda build: (build / "accordgraph.nq").write_bytes(b""), "has changed since it was validated"),
        (lambda build: (build / "validation.json").unlink(), "has not been validated"),
        (lambda build: (build / "manifest.json").unlink(), "does not record the files of the build"),
        (
            lambda build: (build / "validation.json").write_text(
                json.dumps(
                    {
                        k: v
                        for k, v in json.loads((build / "validation.json").read_text()).items()
                        if k != "inputs"
                    }
                )
            ),
            "does not record the files of the build",
        ),
    ],
    ids=["no dataset", "other dataset", "no verdict", "no manifest", "verdict of an earlier version"],
)
def test_a_build_that_is_not_whole_is_made_again(
    mini: Project, ready: Run, spoil: Callable[[Path], object], why: str
) -> None:
    spoil(mini.build)
    refused = ready(*QUERY, "--no-build")
    assert refused.exit_code == 2 and why in refused.stderr
    done = ready(*QUERY)
    assert done.exit_code == 0 and why in done.stderr
    assert ready(*QUERY, "--no-build").exit_code == 0


@pytest.mark.parametrize("command", [QUERY, ("load", "store"), ("serve", "--port", "1")], ids=lambda c: c[0])
def test_what_does_not_conform_is_not_used(
    mini: Project, ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = mini.data / "be" / "instruments.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("2023-02-17", "2023-02-30"), encoding="utf-8")
    for _ in range(2):  # nor is it when the verdict is there already
        ended = ready(*command)
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert "2023-02-30" in ended.stderr
        assert ended.stderr.splitlines()[-1].startswith("does not conform (Violation: ")
    refused = ready(*command, "--no-build")
    assert refused.exit_code == 2 and "does not conform" in refused.stderr


def test_load_takes_the_files_as_they_are_now(mini: Project, ready: Run, tmp_path: Path) -> None:
    before = json.loads(ready("load", tmp_path / "store", "--json").stdout)["digest"]
    change_data(mini)
    assert ready("load", tmp_path / "store", "--no-build").exit_code == 2
    loaded = json.loads(ready("load", tmp_path / "store", "--json").stdout)["digest"]
    manifest = json.loads((mini.build / "manifest.json").read_text(encoding="utf-8"))
    assert loaded == manifest["digest"] != before


def test_a_store_that_was_loaded_is_not_compared(
    mini: Project, ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ready("load", tmp_path / "store").exit_code == 0
    change_data(mini)
    stores = []
    monkeypatch.setattr(server, "run", lambda app, *_: stores.append(app.state.settings.store))
    ended = ready("serve", "--port", "0", "--store", tmp_path / "store", "--no-build")
    assert (ended.exit_code, ended.stderr.count("\n"), stores) == (0, 1, [str(tmp_path / "store")])
    assert changed_files(mini) == [f"{BODIES} (changed)"]


@pytest.mark.parametrize("command", ["build", "validate", "query", "load", "serve"])
@pytest.mark.parametrize("kind", ["a file", "under a file", "a system folder"])
def test_a_build_folder_that_cannot_be_written(
    mini: Project, accordgraph: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, kind: str
) -> None:
    (tmp_path / "file").write_text("")
    folder = {
        "a file": tmp_path / "file",
        "under a file": tmp_path / "file" / "build",
        "a system folder": Path("/proc/accordgraph"),
    }[kind]
    monkeypatch.setenv("ACCORDGRAPH_BUILD", str(folder))
    arguments = {"query": ("serves-objective",), "load": (tmp_path / "store",), "serve": ("--port", "1")}
    ended = accordgraph(command, *arguments.get(command, ()))
    assert (ended.exit_code, ended.stdout) == (2, "")
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error: ")]
    assert errors == [ended.stderr.splitlines()[-1]]
    assert errors[0].startswith(f"error: cannot write to the build folder {folder}: ")
    assert errors[0].endswith("; set ACCORDGRAPH_BUILD to another folder")


def test_a_folder_that_cannot_be_written_is_no_matter_when_it_is_up_to_date(
    ready: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert ready(*QUERY).exit_code == 0


def test_each_file_is_parsed_once_and_derivation_runs_once(
    mini: Project, accordgraph: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: Counter[str] = Counter()
    derived: Counter[str] = Counter()

    def count_parse(text: str, *arguments: object) -> object:
        parsed[text] += 1
        return parse(text, *arguments)  # type: ignore[arg-type]

    def count_derive(triples: frozenset[Triple], *arguments: object) -> object:
        derived["derive"] += 1
        return derive(triples, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("accordgraph.rdf.turtle.parse", count_parse)
    monkeypatch.setattr("accordgraph.dataset.build.derive", count_derive)
    assert accordgraph(*QUERY).exit_code == 0
    texts = [path.read_text(encoding="utf-8") for path in mini.turtle_files()]
    assert parsed == Counter(texts) and derived == {"derive": 1}


def test_serve_builds_what_was_edited(mini: Project) -> None:
    """The server itself, its log as JSON: over an edited project it serves the files as they are now."""
    for kind in ROOT.joinpath("queries").iterdir():
        if kind.name not in ("competency", "derive", "quality"):
            shutil.copytree(kind, mini.queries / kind.name, ignore=shutil.ignore_patterns("*.md"))
    port, digests = free_port(), []
    environment = os.environ | {"ACCORDGRAPH_LOG_FORMAT": "json", "ACCORDGRAPH_ROOT": str(mini.root)}
    for edit in (lambda _: None, change_data):
        edit(mini)
        command = [sys.executable, "-m", "accordgraph", "serve", "--port", str(port)]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        events = []
        for line in process.stderr:
            events.append(json.loads(line)["event"])
            if "startup complete" in events[-1]:
                break
        digests.append(httpx.get(f"http://127.0.0.1:{port}/health").json()["digest"])
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert events[0] == f"project: {mini.root} (ACCORDGRAPH_ROOT)"
        assert events[1].endswith("; building and validating"), events
    manifest = json.loads((mini.build / "manifest.json").read_text(encoding="utf-8"))
    assert digests[1] == manifest["digest"] != digests[0]
    assert f"{BODIES} (changed)" in events[1]
