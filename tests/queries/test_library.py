"""The library as it ships: its names, its parameters, and answers whose order does not depend on chance."""

import random
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store, parse

from accordgraph.errors import QueryFileError
from accordgraph.library.catalogue import Library, iri_of, schemes_of
from accordgraph.library.query_file import page_of
from accordgraph.namespaces import CONCEPT as CONCEPTS
from accordgraph.namespaces import ID, SKOS
from accordgraph.project import Project, find_project
from accordgraph.store.local import LocalStore
from support.real_dataset import assembly

LIBRARY = Library.load(find_project().queries)
every = pytest.mark.parametrize("name", LIBRARY.queries)
paged = pytest.mark.parametrize("name", [name for name, query in LIBRARY.queries.items() if query.has_pages])


@cache
def store(seed: int) -> LocalStore:
    """Return the dataset in an engine that was filled in another order for each seed."""
    quads = list(parse(assembly().nquads, RdfFormat.N_QUADS))
    if seed:
        random.Random(seed).shuffle(quads)
    engine = Store()
    engine.extend(quads)
    return LocalStore(engine, "", 0)


def answer(text: str, seed: int = 0) -> bytes:
    found, output = store(seed).query(text), BytesIO()
    found.write(output, RdfFormat.N_TRIPLES if found.is_graph else QueryResultsFormat.TSV)
    return output.getvalue()


@every
def test_the_summary_is_there_in_four_languages(name: str) -> None:
    query = LIBRARY.queries[name]
    assert list(query.summaries) == ["en", "fr", "nl", "de"]
    assert len(set(query.summaries.values())) == 4
    for language, text in query.summaries.items():
        assert text.endswith("?") == query.summary.endswith("?"), language
        mark = r"\S[?;:!](?: |$)" if language == "fr" else r" [?;:!]"
        assert not re.search(mark, text), f"a mark as in another language: {text}"
        assert "’" not in text


@every
def test_the_order_is_total(name: str) -> None:
    query = LIBRARY.queries[name]
    if query.gives == "solutions":
        rows = Store().query(query.text, base_iri=ID)
        assert isinstance(rows, QuerySolutions)
        order = set(re.findall(r"\?(\w+)", query.text.rpartition("ORDER BY")[2]))
        assert {variable.value for variable in rows.variables} <= order, "ORDER BY names all that is selected"
    assert answer(query.text, 1) == answer(query.text, 2), "the order of the facts changes the answer"


@paged
def test_pages_make_up_the_whole(name: str) -> None:
    text = LIBRARY.queries[name].text
    head, *rows = answer(text).splitlines(keepends=True)
    size = max(1, len(rows) // 3)
    found: list[bytes] = []
    for offset in range(0, len(rows) + 1, size):
        first, *page = answer(page_of(text, size, offset)).splitlines(keepends=True)
        assert first == head and len(page) <= size
        found += page
    assert found == rows


def test_every_select_has_pages() -> None:
    assert {query.has_pages for query in LIBRARY.queries.values() if query.gives == "solutions"} == {True}
    assert {query.has_pages for query in LIBRARY.queries.values() if query.gives != "solutions"} == {False}


def test_every_default_is_a_value_that_a_person_may_give() -> None:
    bound = 0
    for query in LIBRARY.queries.values():
        defaults = {parameter.name: query.defaults(parameter) for parameter in query.parameters}
        values = {name: given for name, given in defaults.items() if given}
        if values:
            bound += 1
            assert answer(query.bind(values)) == answer(query.text), query.name
    assert bound > 10


def test_the_concepts_are_those_of_the_vocabularies() -> None:
    rows = store(0).query(LIBRARY.queries["concepts"].text).rows()
    schemes = schemes_of(str(row[2])[1:-1] for row in rows)
    concepts = {str(t.subject) for t in assembly().dataset.triples if t.predicate == SKOS.inScheme}
    listed = {f"<{CONCEPTS}{scheme}/{code}>" for scheme, codes in schemes.items() for code in codes}
    assert listed == concepts
    assert "telework" in schemes["theme"]


def test_the_kinds_come_in_the_order_in_which_people_want_them() -> None:
    assert list(LIBRARY.kinds) == [
        "competency",
        "views",
        "cubes",
        "quality",
        "derive",
        "linked",
        "void",
        "search",
    ]
    assert iri_of(LIBRARY.queries["concepts"]) == "https://w3id.org/accordgraph/queries/concepts"


CONCEPT = """\
#+ summary: Which?
#+ param: level concept(level) The level
SELECT ?level WHERE { VALUES ?level { level:sector } }
ORDER BY ?level
"""


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"one/a.rq": "", "two/a.rq": ""}, "each name is an address"),
        ({"one/A b.rq": ""}, "use a-z, 0-9 and hyphens"),
        ({"one/a.rq": CONCEPT}, "there is no query 'concepts'"),
        (
            {"one/a.rq": CONCEPT.replace("level:sector", "<be/body/nar>")},
            "is not a concept of the scheme level",
        ),
        ({"one/a.rq": CONCEPT.replace("level:sector", "theme:telework")}, "is not a concept of the scheme"),
        ({"one/a.rq": CONCEPT.replace("concept(level)", "concept(colour)")}, "name type description"),
        ({"one/a.rq": CONCEPT.replace("concept(level)", "date")}, "is not a day"),
        ({"one/a.rq": CONCEPT.replace("concept(level)", "string")}, "is not a text"),
        ({"one/a.rq": CONCEPT.replace("?level", "?limit").replace(": level", ": limit")}, "is called limit"),
        ({"one/a.rq": CONCEPT.replace("level:sector", "level:sector\n")}, "needs one line"),
    ],
)
def test_a_library_that_is_wrong(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text or "#+ summary: A question?\nASK {}", encoding="utf-8")
    with pytest.raises(QueryFileError) as raised:
        Library.load(tmp_path)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("end", "pages"),
    [
        ("ORDER BY ?s", True),
        ("ORDER BY ?s # LIMIT", True),
        ("order by ?s", True),
        ("", False),
        ("ORDER BY ?s LIMIT 5", False),
        ("ORDER BY ?s OFFSET 5", False),
        ("ORDER BY ?s VALUES ?s { 1 }", False),
    ],
)
def test_what_has_pages(tmp_path: Path, end: str, pages: bool) -> None:
    path = tmp_path / "one" / "a.rq"
    path.parent.mkdir()
    text = '#+ summary: Which?\nSELECT ?s { { SELECT ?s { ?s ?p "LIMIT" } ORDER BY ?s LIMIT 9 } } '
    path.write_text(text + end, encoding="utf-8")
    query = Library.load(tmp_path).queries["a"]
    assert query.has_pages is pages
    if pages:
        assert store(0).query(page_of(query.text, 1, 0)).variables == ("s",)


def test_a_library_may_be_empty(mini: Project) -> None:
    assert Library.load(mini.root / "nothing").queries == {}
