"""Files as people get them wrong: `tests/validation/inputs/<verdict>.<rule or line>.<case>.ttl`.

The name says what follows when the file is put beside the data of the small project. A violation is reported
with file, node and rule and ends with exit code 1; a warning does not change the verdict; an error names file
and line and ends with 2. There is never a stack trace.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from accordgraph.namespaces import ID
from accordgraph.project import Project

CASES = sorted((Path(__file__).parent / "inputs").glob("*.ttl"))
FILE = "data/be/extra.ttl"
Run = Callable[..., Result]


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_input(case: Path, mini: Project, accordgraph: Run) -> None:
    verdict, expected, _ = case.stem.split(".")
    shutil.copy(case, mini.root / FILE)
    result = accordgraph("validate", "--json")
    assert "Traceback" not in result.output
    if verdict == "error":
        assert (result.exit_code, result.stdout) == (2, "")
        project, error = result.stderr.splitlines()
        assert project.startswith("project: ") and error.startswith(f"error: {FILE}:{expected}")
        return
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["severity"].lower() == verdict
    assert finding["rule"].rpartition("#")[2] == expected
    assert finding["file"] == FILE
    assert f"\n<{finding['node'].removeprefix(ID)}> a acg:" in case.read_text(encoding="utf-8")
    assert finding["message"].endswith(".")
    assert result.exit_code == (1 if verdict == "violation" else 0)


def test_the_text_report_names_file_node_and_rule(mini: Project, accordgraph: Run) -> None:
    path = mini.root / "data/be/instruments.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('    acg:depositedOn "2023-02-17"^^xsd:date ;\n', ""), encoding="utf-8")
    result = accordgraph("validate")
    assert result.exit_code == 1
    assert result.stdout == (
        "Violation in data/be/instruments.ttl\n"
        "  <be/collective-agreement/178388>\n"
        "    shape:CollectiveAgreement-depositedOn: An agreement with a registration number has the day of "
        "its deposit, as xsd:date. [acg:depositedOn]\n\n"
        "does not conform (Violation: 1, Warning: 0, Info: 0; files: 8, shapes: 5, rules: 2)\n"
    )


def test_a_misspelt_shacl_term_is_an_error(mini: Project, accordgraph: Run) -> None:
    path = mini.shapes / "claim.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("sh:minCount", "sh:mincount"), encoding="utf-8")
    result = accordgraph("validate")
    assert result.exit_code == 2
    assert "SHACL has no sh:mincount" in result.stderr
    assert "claim.ttl" in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?s WHERE { ?s ?p ?o }", "is a SELECT of ?node"),
        ("ASK {}", "is a SELECT of ?node"),
        ("SELECT ?node WHERE { ?node ?p", "line 2, column"),
        ("SELECT ?node WHERE { ?s ?p ?node FILTER(isLiteral(?node)) }", "the IRI that the finding is about"),
    ],
)
def test_a_quality_query_that_is_none_is_an_error(
    mini: Project, accordgraph: Run, text: str, message: str
) -> None:
    (mini.queries / "quality" / "rule.rq").write_text(f"#+ summary: A rule\n{text}", encoding="utf-8")
    result = accordgraph("validate")
    assert result.exit_code == 2
    assert "rule.rq: " in result.stderr
    assert message in result.stderr
