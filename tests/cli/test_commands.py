"""The command line: what it prints, what it writes, how it ends."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import RdfFormat, parse

from accordgraph.cli import main
from accordgraph.namespaces import SH
from accordgraph.project import Project

Run = Callable[..., Result]


@pytest.fixture
def ready(accordgraph: Run) -> Run:
    """The small project, built and validated."""
    assert accordgraph("build").exit_code == 0
    assert accordgraph("validate").exit_code == 0
    return accordgraph


def errors(result: Result) -> str:
    """Return what a command wrote on standard error after the line that names its project."""
    first, _, rest = result.stderr.partition("\n")
    assert first.startswith("project: ")
    return rest


def test_build_prints_a_summary(mini: Project, accordgraph: Run) -> None:
    result = accordgraph("build")
    assert result.exit_code == 0
    assert "triples in all, each once" in result.stdout
    manifest = json.loads(accordgraph("build", "--json").stdout)
    assert manifest == json.loads((mini.build / "manifest.json").read_text(encoding="utf-8"))


def test_validate_writes_the_verdict(mini: Project, ready: Run) -> None:
    verdict = json.loads((mini.build / "validation.json").read_text(encoding="utf-8"))
    manifest = json.loads((mini.build / "manifest.json").read_text(encoding="utf-8"))
    assert verdict["conforms"] is True
    assert verdict["digest"] == manifest["digest"]
    assert verdict["counts"] == {"Violation": 0, "Warning": 0, "Info": 0}


@pytest.mark.parametrize("form", ["shacl", "json"])
def test_the_reports_say_the_same(mini: Project, accordgraph: Run, form: str) -> None:
    (mini.data / "x.ttl").write_text(
        "@base <https://w3id.org/accordgraph/id/> . @prefix acg: <https://w3id.org/accordgraph/ontology#> ."
        '<be/x> a acg:CollectiveAgreement ; acg:depositedOn "soon" . <d> acg:adopts <c> .',
        encoding="utf-8",
    )
    result = accordgraph("validate", "--format", form)
    assert result.exit_code == 1
    if form == "json":
        report = json.loads(result.stdout)
        assert [finding["value"] for finding in report["findings"]] == [
            '"soon"',
            "<https://w3id.org/accordgraph/id/c>",
        ]
    else:
        triples = [quad.triple for quad in parse(result.stdout, RdfFormat.TURTLE)]
        assert sum(triple.predicate == SH.result for triple in triples) == 2
        assert {str(t.object) for t in triples if t.predicate == SH.sourceShape} == {
            "<https://w3id.org/accordgraph/shapes#CollectiveAgreement-depositedOn>",
            "<https://w3id.org/accordgraph/queries/adopted-is-between>",
        }


def test_query(ready: Run) -> None:
    table = ready("query", "serves-objective")
    assert table.exit_code == 0
    assert "Which instruments serve an objective?" in table.stdout
    assert "<be/collective-agreement/178388>" in table.stdout
    tsv = ready("query", "serves-objective", "--format", "tsv").stdout
    assert tsv == "?instrument\n<https://w3id.org/accordgraph/id/be/collective-agreement/178388>\n"
    other = ready(
        "query", "serves-objective", "--param", "objective=objective:dignity-surveillance", "--format", "csv"
    )
    assert other.stdout.split() == ["instrument"]


def test_query_file_and_graphs(ready: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text("#+ summary: Parts\nCONSTRUCT WHERE { ?a acg:implements ?b }", encoding="utf-8")
    assert "acg:implements" in ready("query", path, "--format", "ttl").stdout
    assert "acg:implements" in ready("query", path).stdout
    assert errors(ready("query", path, "--format", "csv")).startswith("error: csv is for SELECT and ASK")
    path.write_text("#+ summary: Any?\nASK { ?a acg:implements ?b }", encoding="utf-8")
    assert "yes" in ready("query", path).stdout
    assert json.loads(ready("query", path, "--format", "json").stdout)["boolean"] is True
    assert ready("query", path, "--format", "ttl").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["query", "none-such"], "error: no query 'none-such'"),
        (["query", "serves-objective", "--param", "objective"], "write NAME=VALUE"),
        (["query", "serves-objective", "--param", "x=y"], "has no parameter 'x'"),
        (["verify", "--sources", "/none"], "error: no folder /none"),
    ],
)
def test_errors_are_one_line(ready: Run, arguments: list[str], message: str) -> None:
    result = ready(*arguments)
    assert result.exit_code == 2
    assert message in errors(result)
    assert errors(result).startswith("error: ")
    assert errors(result).count("\n") == 1


def test_a_file_that_cannot_be_written_is_one_line(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "answer.csv"
    result = ready("query", "serves-objective", "--format", "csv", "--out", str(out))
    assert (result.exit_code, errors(result)) == (2, f"error: {tmp_path / 'file'}: File exists\n")


def test_nothing_is_answered_before_it_is_built_and_validated(mini: Project, accordgraph: Run) -> None:
    query = ("query", "serves-objective", "--no-build")
    assert "`accordgraph build`" in accordgraph(*query).stderr
    accordgraph("build")
    assert "`accordgraph validate`" in accordgraph(*query).stderr
    assert "`accordgraph validate`" in accordgraph("serve", "--port", "1", "--no-build").stderr


def test_format(mini: Project, accordgraph: Run) -> None:
    path = mini.data / "be" / "bodies.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text("\n" + text, encoding="utf-8")
    assert accordgraph("format", "--check").exit_code == 1
    assert "bodies.ttl" in accordgraph("format", "--check", mini.data).stdout
    assert accordgraph("format").exit_code == 0
    assert path.read_text(encoding="utf-8") == text
    assert accordgraph("format", "--check").exit_code == 0
    path.write_text("# mine\n" + text, encoding="utf-8")
    assert "a comment" in accordgraph("format", path).stderr


def test_queries_are_listed(accordgraph: Run) -> None:
    assert "Which instruments serve an objective?" in accordgraph("queries").stdout
    rows = json.loads(accordgraph("queries", "--json").stdout)
    assert {"competency", "derive", "quality"} == {row["kind"] for row in rows}


def test_help_needs_no_heavy_import() -> None:
    heavy = "{'fastapi', 'pyoxigraph', 'pyshacl', 'rdflib', 'rich'}"
    code = f"import sys, accordgraph.cli; print(sorted({heavy} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
    help_ = CliRunner().invoke(main, ["--help"]).output
    for command in ("build", "validate", "verify", "format", "query", "queries", "serve"):
        assert command in help_
