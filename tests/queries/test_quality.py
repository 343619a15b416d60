"""Each quality rule finds in its bad example exactly the expected rows, and nothing in its good one.

`tests/queries/quality/<rule>/` holds `bad.ttl` (`.trig` where named graphs matter), `good.ttl` and
`expected.tsv`. As in a build, the default graph holds the triples of all named graphs once; examples called
`.union.trig` are queried as by a store whose default graph is a union of the named ones.
"""

from pathlib import Path

import pytest
from pyoxigraph import (
    DefaultGraph,
    Quad,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    RdfFormat,
    Store,
    parse_query_results,
)

from accordgraph.library.query_file import load_query
from accordgraph.validation.quality_rules import run_quality
from support.paths import ROOT

RULES = {path.stem: path for path in sorted((ROOT / "queries" / "quality").glob("*.rq"))}
EXAMPLES = ROOT / "tests" / "queries" / "quality"

Row = tuple[object, ...]


def example(rule: str, verdict: str) -> Path:
    """Return the one example of a rule with that verdict."""
    (path,) = (EXAMPLES / rule).glob(f"{verdict}.*")
    return path


def store(path: Path) -> Store:
    """Return an example as the build hands it to the rules."""
    loaded = Store()
    loaded.load(path=path, format=RdfFormat.TRIG if path.suffix == ".trig" else RdfFormat.TURTLE)
    if ".union" not in path.suffixes:
        loaded.extend([Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in loaded])
    return loaded


def cells(row: QuerySolution, width: int) -> Row:
    return tuple(row[index] for index in range(width))


def findings(rule: str, verdict: str) -> list[Row]:
    """Return the rows that a rule finds in an example."""
    path = example(rule, verdict)
    rows = store(path).query(
        RULES[rule].read_text(encoding="utf-8"), use_default_graph_as_union=".union" in path.suffixes
    )
    assert isinstance(rows, QuerySolutions)
    return [cells(row, len(rows.variables)) for row in rows]


def expected(rule: str) -> list[Row]:
    results = parse_query_results((EXAMPLES / rule / "expected.tsv").read_bytes(), QueryResultsFormat.TSV)
    assert isinstance(results, QuerySolutions)
    return [cells(row, len(results.variables)) for row in results]


def test_every_rule_has_examples_and_every_example_a_rule() -> None:
    assert set(RULES) == {folder.name for folder in EXAMPLES.iterdir()}


@pytest.mark.parametrize("rule", RULES)
def test_rule_speaks(rule: str) -> None:
    assert expected(rule)
    assert findings(rule, "bad") == expected(rule)


@pytest.mark.parametrize("rule", RULES)
def test_rule_stays_silent(rule: str) -> None:
    assert findings(rule, "good") == []


@pytest.mark.parametrize("rule", RULES)
def test_header(rule: str) -> None:
    """The header says the rule in four languages, how bad it is to break it, and what would be right."""
    query = load_query(RULES[rule])
    assert list(query.headers) == [
        *("summary", "summary@fr", "summary@nl", "summary@de"),
        *("severity", "message"),
    ]
    assert query.header("severity") in {"Violation", "Warning"}
    assert query.header("message").endswith(".")
    assert not query.summary.endswith(".")


@pytest.mark.parametrize("rule", RULES)
def test_text(rule: str) -> None:
    """Set-wise and ordered, so that a rule is fast on any engine and its report the same each time."""
    text = RULES[rule].read_text(encoding="utf-8")
    assert "ORDER BY" in text
    assert "NOT EXISTS" not in text


def test_findings_name_rule_node_and_what_is_right() -> None:
    rule = load_query(RULES["orphan-passage"])
    (finding,) = run_quality(store(example("orphan-passage", "bad")), [rule])
    assert (finding.severity, finding.rule) == ("Warning", "orphan-passage")
    assert finding.node == "https://w3id.org/accordgraph/id/passage/report-131/body/previous-report"
    assert finding.message == rule.header("message")
