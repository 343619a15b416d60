"""Every instrument, provision and measure is tied to what it serves, or is listed with the reason why not."""

from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions

from accordgraph.library.query_file import load_query
from accordgraph.namespaces import shorten
from support.real_dataset import store

CASES = Path(__file__).parent / "unserved"


def without_claim() -> set[str]:
    """Return what no claim ties to an objective or a theme."""
    rows = store().query(load_query(CASES / "without-claim.rq").text)
    assert isinstance(rows, QuerySolutions)
    return {shorten(thing.value) for (thing,) in rows if isinstance(thing, NamedNode)}


def listed() -> dict[str, str]:
    head, *rows = [line.split("\t") for line in (CASES / "none.tsv").read_text("utf-8").splitlines()]
    assert head == ["thing", "reason"]
    assert rows == sorted(rows), "one line a thing, in order"
    return {thing: reason for thing, reason in rows}


def test_what_serves_nothing_is_listed_with_a_reason() -> None:
    assert all(listed().values())
    assert without_claim() == listed().keys()
