"""Every instrument, provision and measure is tied to what it serves, or is listed with the reason why not."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, QuerySolutions

from accordgraph.library.query_file import load_query
from accordgraph.namespaces import shorten
from support.real_dataset import store

CASES = Path(__file__).parent / "unserved"


def without(query: str) -> set[str]:
    rows = store().query(load_query(CASES / f"{query}.rq").text)
    assert isinstance(rows, QuerySolutions)
    return {shorten(thing.value) for (thing,) in rows if isinstance(thing, NamedNode)}


def listed(name: str) -> dict[str, str]:
    head, *rows = [line.split("\t") for line in (CASES / f"{name}.tsv").read_text("utf-8").splitlines()]
    assert head == ["thing", "reason"]
    assert rows == sorted(rows), "one line a thing, in order"
    return {thing: reason for thing, reason in rows}


@pytest.mark.parametrize(
    ("query", "name"), [("without-claim", "none"), ("without-objective", "measures-without-objective")]
)
def test_what_serves_nothing_is_listed_with_a_reason(query: str, name: str) -> None:
    assert all(listed(name).values())
    assert without(query) == listed(name).keys()
