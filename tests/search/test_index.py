"""Search over the real graph: `search/queries.tsv` says what must be found first, and why."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accordgraph.engine.engine import Job
from accordgraph.engine.workers.pool import Pool
from accordgraph.errors import WorkerError
from accordgraph.library.parameters import iri
from accordgraph.namespaces import ACG, BASE, ID, OWL, SKOS
from accordgraph.search.analyzer import Part, joined, marks, parts
from accordgraph.search.build_index import load_index
from accordgraph.search.index import ASIDE, DETAILS, FIELDS, Index, Text
from accordgraph.sparql.query import SparqlQuery
from support.live_server import FREE
from support.paths import ROOT

FOLDER = ROOT / "queries" / "search"
TABLE = list(
    csv.DictReader(
        (ROOT / "tests" / "search" / "queries.tsv").read_text(encoding="utf-8").splitlines(),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )
)


async def indexed(pool: Pool) -> Index:
    await pool.start()
    try:
        return await load_index(pool, FOLDER)
    finally:
        await pool.stop()


@pytest.fixture(scope="module")
def index(dataset: Path) -> Index:
    return asyncio.run(indexed(Pool(dataset, FREE)))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['query']} {row['class']}")
def test_what_is_found_first(index: Index, row: dict[str, str]) -> None:
    class_ = row["class"] and (iri(row["class"]) if ":" in row["class"] else ACG[row["class"]]).value
    wanted = parts(row["query"].replace(BASE, ""))
    found = index.search(wanted, row["language"], class_ or None, 10, 0)
    assert [hit.thing.iri.removeprefix(BASE) for hit in found.hits[:1]] == [
        first for first in [row["first"]] if first != "-"
    ]
    assert (found.total > 0) == (row["first"] != "-")


def test_the_classes_are_those_of_things_and_those_defined(index: Index) -> None:
    had = {class_ for thing in index.things.values() for class_ in thing.classes}
    assert had < index.classes
    assert {ACG.Opinion.value, OWL.Class.value, SKOS.Concept.value} <= index.classes
    assert not {ACG.implements.value, ACG.Nope.value, ID["be/body/nar"].value} & index.classes


def test_what_was_found_is_marked(index: Index) -> None:
    for row in TABLE:
        wanted = parts(row["query"].replace(BASE, ""))
        for hit in index.search(wanted, row["language"], None, 100, 0).hits:
            assert hit.excerpt in hit.text.value and hit.text in index._texts
            assert hit.marks, f"{row['query']}: nothing is marked in {hit.excerpt}"
            ends = [0, *(end for _, end in hit.marks)]
            assert all(last <= first < end for last, (first, end) in zip(ends, hit.marks, strict=False))
            for first, end in hit.marks:
                assert any(part.joined in joined(hit.excerpt[first:end]) for part in wanted)


def test_the_parts_of_an_answer_make_the_whole(index: Index) -> None:
    whole = index.search(parts("telework"), "en", None, 10_000, 0)
    assert whole.total == len(whole.hits) > 100
    pieces = [index.search(parts("telework"), "en", None, 7, offset) for offset in range(0, whole.total, 7)]
    assert [hit for piece in pieces for hit in piece.hits] == list(whole.hits)
    assert len({hit.thing.iri for hit in whole.hits}) == whole.total


def test_things_come_before_what_is_said_about_them(index: Index) -> None:
    hits = index.search(parts("telework"), "en", None, 10_000, 0).hits
    is_detail = [bool(hit.thing.classes & DETAILS or hit.text.field in ASIDE) for hit in hits]
    exact = 3
    assert is_detail[exact:] == sorted(is_detail[exact:])


def test_everything_with_a_label_can_be_found_by_it(index: Index) -> None:
    for thing in list(index.things.values())[::50]:
        for language, label in thing.labels.items():
            found = index.search(parts(label)[:12], language, thing.class_ or None, 1000, 0)
            assert thing.iri in {hit.thing.iri for hit in found.hits}, label


def test_every_field_is_searched(index: Index) -> None:
    assert {text.field for text in index._texts} == set(FIELDS)


def test_labels_fall_back(index: Index) -> None:
    telework, opinion = f"{BASE}concept/theme/telework", f"{BASE}id/be/opinion/nar-2289"
    assert index.label(telework, "de") == ("Telearbeit", "de")
    assert index.label(telework, "pl") == ("Telework", "en")
    assert index.label(opinion, "de") == ("Opinion 2.289 of the National Labour Council", "en")
    assert index.label("http://www.w3.org/2002/07/owl#Class", "en") == ("owl:Class", "")


def test_the_class_is_the_most_special_one(index: Index) -> None:
    classes = {
        name: index.things[BASE + name].class_.rpartition("#")[2]
        for name in ("id/be/joint-committee/315.02", "concept/theme/telework", "ontology#implements")
    }
    assert list(classes.values()) == ["JointCommittee", "Concept", "ClaimedProperty"]
    assert index.things[f"{BASE}id/be/opinion/nar-2289"].level == f"{BASE}concept/level/interprofessional"


class CuttingPool(Pool):
    """An engine that gives no more than some rows, and does not say so."""

    @asynccontextmanager
    async def run(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        async with super().run(replace(job, query=SparqlQuery.read(job.query.text + "\nLIMIT 10"))) as pieces:
            yield pieces


def test_an_engine_that_cuts_answers_is_noticed(dataset: Path) -> None:
    with pytest.raises(WorkerError, match=r"gave 10 of the \d+ rows"):
        asyncio.run(indexed(CuttingPool(dataset, FREE)))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    small = Index([Text(BASE + "id/x", "label", "en", f"A {text} of 2.289"), *SOME], [])
    found = small.search(parts(text)[:12], "en", None, 10, 0)
    if parts(text) and len(parts(text)) <= 12:
        assert found.total >= 1
    assert all(0 <= a < b <= len(hit.excerpt) for hit in found.hits for a, b in hit.marks)


SOME = [Text(BASE + "id/y", "label", "en", 'NEAR("a b" NOT c*) AND ^text:{x} OR -y')]


@pytest.mark.parametrize(
    "typed", ["NEAR(a b)", "a AND", "^a", "a*", "text:{x", "{a b}", "-a", "a NOT b", '"', "''"]
)
def test_the_syntax_of_the_index_means_nothing(typed: str) -> None:
    small = Index(SOME, [])
    assert small.search(parts(typed), "en", None, 10, 0).total == bool(parts(typed))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("l’Œuvre 2.289", [Part(("l", "oeuvre"), False), Part(("2289",), False)]),
        ('"à la carte" e', [Part(("a", "la", "carte"), True), Part(("e",), True)]),
        ('«droit à» x"y z', [Part(("droit", "a"), True), Part(("x",), True), Part(("y", "z"), True)]),
        ("Straße STRASSE", [Part(("strasse",), False)]),
        ("_ . ! \0 \u0301", []),
    ],
)
def test_parts(typed: str, expected: list[Part]) -> None:
    assert parts(typed) == tuple(expected)


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("Mise en œuvre", "oeuvre", ["œuvre"]),
        ("De\u0301connexion", "décon", ["De\u0301con"]),
        ("Opinion 2.289.", "2289", ["2.289"]),
        ("Opinion 2.289.", "22", ["2.2"]),
        ("the right to disconnect, right", '"right to"', ["right to"]),
        ("e-inclusion and inclusion", "e-incl", ["e-incl"]),
        ("aa aab", "a aa", ["aa", "aa"]),
    ],
)
def test_marks(text: str, typed: str, expected: list[str]) -> None:
    assert [text[first:end] for first, end in marks(text, parts(typed))] == expected
