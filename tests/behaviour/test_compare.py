"""A recording that changed is told, part by part, unless the list allows it; a row must allow something."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from behaviour.compare import Difference, differences, read_allowances, report
from behaviour.exchange import Request, Response, record

REQUEST = Request("GET", "/sparql?query=ASK%7B%7D")
ANSWER = Response(200, (("Date", "now"), ("Vary", "Accept")), b'{"boolean": true}')
COMMAND = {"name": "build", "exit": 0, "stdout": "files 3", "stderr": ""}
BEFORE: list[dict[str, Any]] = [record(REQUEST, ANSWER)[0], COMMAND]
HEAD = "what\twhich\titem\twhy\n"


def changed(place: int, part: str, value: object) -> list[dict[str, Any]]:
    after = deepcopy(BEFORE)
    if part.startswith("header "):
        after[place]["headers"][part.removeprefix("header ")] = value
    else:
        after[place][part] = value
    return after


CHANGES = [
    (0, "status", 404),
    (0, "header vary", "*"),
    (0, "header x-new", "1"),
    (0, "body", "0" * 64),
    (0, "cut", True),
    (1, "exit", 1),
    (1, "stdout", "files 4"),
    (1, "stderr", "warning"),
]


@pytest.mark.parametrize(("place", "part", "value"), CHANGES)
def test_a_change_is_told_unless_it_is_allowed(tmp_path: Path, place: int, part: str, value: object) -> None:
    after, allowed = changed(place, part, value), tmp_path / "allowed.tsv"
    (found,) = differences(BEFORE, after)
    assert (found.what, found.which, found.after) == (BEFORE[place]["name"], part, str(value))
    allowed.write_text(HEAD, encoding="utf-8")
    assert report(BEFORE, after, allowed) == 1
    allowed.write_text(f"{HEAD}(GET|build)\t{part}\t10\tEnglish\n", encoding="utf-8")
    assert report(BEFORE, after, allowed) == 0
    allowed.write_text(f"{HEAD}(GET|build)\tother\t10\tEnglish\n", encoding="utf-8")
    assert report(BEFORE, after, allowed) == 1


def test_what_is_missing_and_what_is_new_is_told() -> None:
    assert list(differences(BEFORE, BEFORE[1:])) == [Difference(BEFORE[0]["name"], "there", "True", "False")]
    assert list(differences(BEFORE[:1], BEFORE)) == [Difference("build", "there", "False", "True")]


def test_a_row_that_allows_nothing_is_told(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed.tsv"
    allowed.write_text(HEAD, encoding="utf-8")
    assert report(BEFORE, BEFORE, allowed) == 0
    allowed.write_text(f"{HEAD}GET\tstatus\t10\tEnglish\n", encoding="utf-8")
    assert report(BEFORE, BEFORE, allowed) == 1


def test_a_row_without_an_item_is_refused(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed.tsv"
    allowed.write_text(f"{HEAD}GET\tstatus\t\tEnglish\n", encoding="utf-8")
    with pytest.raises(ValueError, match="a row needs"):
        read_allowances(allowed)


@pytest.mark.parametrize(
    ("query", "first", "second", "same"),
    [
        ("SELECT", b"a\r\nx\r\ny\r\n", b"a\r\ny\r\nx\r\n", True),
        ("SELECT", b"a\r\nx\r\ny\r\n", b"a\r\nx\r\nz\r\n", False),
        ("ORDER%20BY", b"a\r\nx\r\ny\r\n", b"a\r\ny\r\nx\r\n", False),
        ("NOW()", b"1", b"2", True),
    ],
)
def test_only_what_a_query_leaves_open_is_normalised(
    query: str, first: bytes, second: bytes, same: bool
) -> None:
    request = Request("GET", f"/sparql?query={query}")
    rows = [record(request, Response(200, (), body))[0] for body in (first, second)]
    assert (rows[0]["body"] == rows[1]["body"]) is same


def test_the_date_is_not_recorded_and_other_headers_are() -> None:
    assert record(REQUEST, ANSWER)[0]["headers"] == {"vary": "Accept"}
    body = b'{"request": "behaviour-request"}'
    assert record(REQUEST, Response(400, (), body))[1] == body
