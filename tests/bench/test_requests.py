"""Requests that are made up: what is wrong is found, and what came of them is told."""

from collections import Counter

import pytest
from starlette.responses import Response
from starlette.routing import Route

from accordgraph.errors import AccordGraphError
from accordgraph.server import running
from benchmarks.openapi_requests import CUT, Inventor
from benchmarks.requests import Outcome, report_of
from support.live_server import app_over
from support.paths import DATASET

GOOD = Outcome(
    Counter({("/sparql", 200): 3, ("/sparql", CUT): 1, ("/queries/a", 200): 2, ("/queries/b", 422): 1000}),
    [],
    [{"web process": 100, "nursery": 70}, {"web process": 101, "nursery": 70}],
    0,
    12.3,
)


WRONG = {
    '"status" is a required property': Response("{}", media_type="application/json"),
    "text/plain": Response("fine", media_type="text/plain"),
    "status 418 is not in the document": Response("", 418),
    "status 500": Response("", 500),
}
"""What `/health` may not answer, by what is said of it."""


def test_an_answer_that_is_not_as_the_document_says_is_a_fault() -> None:
    app, given = app_over(DATASET), list(WRONG.values())
    app.router.routes.insert(0, Route("/health", lambda _: given[0]))
    with running(app) as address:
        inventor = Inventor(address, ["ASK {}"])
        paths = ("/health", "/problem/{name}")
        inventor.operations = [one for one in inventor.operations if one.path in paths]
        for fault in WRONG:
            problem, health = inventor.send(6, 1)
            assert problem and not any(one.faults for one in problem)
            assert health and all(any(fault in text for text in one.faults) for one in health), fault
            given.pop(0)


def test_the_report_counts_answers() -> None:
    report = report_of(GOOD)
    assert report.rows == [
        ("`/queries/...`, each query of the library", "1,002", "2 × 200, 1,000 × 422"),
        ("`/sparql`", "4", "1 × cut, 3 × 200"),
    ]
    assert "1,006 requests in 12 seconds to 2 queries and 1 other addresses" in report.remarks[0]
    assert "web process 100, 101 MiB; nursery 70, 70 MiB" in report.remarks[1]


@pytest.mark.parametrize(("faults", "lost", "why"), [(["it broke"], 0, "it broke"), ([], 1, "1 processes")])
def test_what_is_wrong_gives_no_report(faults: list[str], lost: int, why: str) -> None:
    with pytest.raises(AccordGraphError, match=why):
        report_of(Outcome(GOOD.answers, faults, GOOD.memory, lost, 1.0))
