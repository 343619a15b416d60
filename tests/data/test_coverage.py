"""Coverage has a cell for every topic and row of the schemes, and each cell says what it rests on."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions

from accordgraph.library.query_file import load_queries
from accordgraph.namespaces import ACG, CONCEPT, ID, RDF, SKOS
from support.paths import ROOT
from support.real_dataset import store

VIEWS = {query.name: query for query in load_queries(ROOT / "queries" / "views")}


def concepts(scheme: str) -> int:
    return sum(1 for _ in store().quads_for_pattern(None, SKOS.inScheme, CONCEPT[scheme]))


def of_class(name: str) -> int:
    return sum(1 for _ in store().quads_for_pattern(None, RDF.type, ACG[name]))


def by_level() -> int:
    return (concepts("objective") + concepts("theme")) * concepts("level")


def by_committee() -> int:
    """Four themes have a column in the table that looks for them in committees."""
    return 4 * (of_class("JointCommittee") + 1)


def rows(view: str, language: str) -> int:
    found = store().query(VIEWS[view].bind({"language": [language]}), base_iri=ID)
    assert isinstance(found, QuerySolutions)
    return sum(1 for _ in found)


def statuses(cell: str) -> list[object]:
    return [q.object for q in store().quads_for_pattern(ID[f"coverage/{cell}"], ACG.coverageStatus, None)]


def test_no_cell_is_missing_and_none_too_many() -> None:
    assert of_class("Coverage") == by_level() + by_committee()


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_views_show_every_cell_in_each_language(language: str) -> None:
    assert rows("coverage-by-level", language) == by_level()
    assert rows("coverage-by-committee", language) == by_committee()


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("dignity-surveillance/sector", "not-reported"),
        ("artificial-intelligence/310.00", "examined-and-none-found"),
        ("artificial-intelligence/306.00", "addressed"),
        ("artificial-intelligence/120.01", "not-reported"),
        ("telework/other-committees", "not-reported"),
        ("work-organisation/sector", "addressed"),
        ("connecting-disconnecting/undertaking", "addressed"),
    ],
)
def test_what_a_cell_says(cell: str, status: str) -> None:
    assert statuses(cell) == [CONCEPT[f"coverage-status/{status}"]]


@pytest.mark.parametrize(
    ("cell", "claim"),
    [
        ("connecting-disconnecting/sector", "179044/no-sanction-implements-objective"),
        ("disconnection/318.02", "179044/scope-addresses-theme-disconnection"),
        ("disconnection/federal", "law-2022-10-03/duty-to-agree-addresses-theme-disconnection"),
        ("work-organisation/sector", "174487/social-contact-addresses-theme-telework"),
    ],
)
def test_a_cell_rests_on_the_provisions_too(cell: str, claim: str) -> None:
    assert Quad(ID[f"coverage/{cell}"], ACG.restsOn, ID[f"claim/{claim}"]) in store()


def test_an_exception_does_not_put_an_objective_into_practice() -> None:
    claim = ID["claim/179041/exception-urgency-addresses-theme-disconnection"]
    cells = [quad.subject for quad in store().quads_for_pattern(None, ACG.restsOn, claim)]
    assert ID["coverage/disconnection/339.01"] in cells
    assert ID["coverage/connecting-disconnecting/sector"] not in cells


def test_a_level_is_never_examined() -> None:
    """The sources look in committees; that they find nothing there says nothing of a whole level."""
    none = CONCEPT["coverage-status/examined-and-none-found"]
    cells = [quad.subject for quad in store().quads_for_pattern(None, ACG.coverageStatus, none)]
    assert cells
    for cell in cells:
        assert isinstance(cell, NamedNode)
        assert not list(store().quads_for_pattern(cell, ACG.atLevel, None))
        assert not list(store().quads_for_pattern(cell, ACG.coversOtherCommittees, Literal(True)))
