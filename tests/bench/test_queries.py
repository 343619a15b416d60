"""The benchmarks run: against a real server of its own, over a small dataset."""

import shutil

from accordgraph.dataset.build import build
from accordgraph.project import Project
from accordgraph.validation.validate import validate
from benchmarks import queries
from benchmarks.prober import probing
from benchmarks.target import serving
from support.paths import ROOT


def test_each_query_is_measured_anew_and_cached(mini: Project) -> None:
    build(mini)
    assert validate(mini).conforms
    shutil.copytree(ROOT / "queries" / "linked", mini.queries / "linked")
    (mini.queries / "views").mkdir()
    (mini.queries / "views" / "all.rq").write_text("#+ summary: What is there?\nASK { ?s ?p ?o }\n")
    report = queries.measure(mini, 3, lambda stage: None)
    titles = [str(row[0]) for row in report.rows]
    assert titles[-1] == "all" and titles[-2].startswith("/doc/") and "views/all" in titles
    assert all(float(str(cell)) > 0 for row in report.rows for cell in row[1:])


def test_the_prober_measures_a_server(mini: Project) -> None:
    build(mini)
    assert validate(mini).conforms
    with serving(mini, client_seconds=0, client_errors=0) as target:
        with probing(target.address) as times:
            assert target.memory()["web process"] > 0
        assert times and all(0 < seconds < 60 for seconds in times)
        assert target.health()["processes"]["lost"] == 0
