"""Each question has the answer that a person counted in the sources, and the answer rests on the facts.

`queries/competency/<name>.rq` is a question. In `tests/queries/competency/`, `<name>.tsv` is its answer,
`<name>.lines` says where in which source it was counted (`report-131 2084-2132 what stands there`, or the
public address that a link outward cites and what it gives), and `<name>.rests-on.rq` constructs facts that it
rests on: without them the answer is another one.
"""

import re
from collections import Counter
from functools import cache

import pytest
from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    Triple,
    parse_query_results,
)

from accordgraph.dataset.derivation import construct, derive
from accordgraph.errors import ReferenceMissing
from accordgraph.library.query_file import Query, load_queries, load_query
from accordgraph.namespaces import ACG, DCTERMS, ID, PREFIXES
from accordgraph.project import find_reference
from accordgraph.verification.passages import Passage, text_files
from support.paths import ROOT
from support.real_dataset import assembly

ANSWERS = ROOT / "tests" / "queries" / "competency"
QUESTIONS = {query.name: query for query in load_queries(ROOT / "queries" / "competency")}

Row = tuple[object, ...]

question = pytest.mark.parametrize("name", sorted(QUESTIONS))


@cache
def rules() -> tuple[Query, ...]:
    return tuple(load_queries(ROOT / "queries" / "derive"))


def store_of(triples: frozenset[Triple]) -> Store:
    store = Store()
    store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    return store


@cache
def store() -> Store:
    return store_of(assembly().triples)


@cache
def facts() -> Store:
    """Return a store of what people wrote, without what is derived."""
    return store_of(assembly().dataset.triples)


def rows_of(solutions: object) -> tuple[list[str], list[Row]]:
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return names, [tuple(solution[name] for name in names) for solution in solutions]


def answer(store: Store, name: str) -> tuple[list[str], list[Row]]:
    return rows_of(store.query(QUESTIONS[name].text))


def expected(name: str) -> tuple[list[str], list[Row]]:
    data = (ANSWERS / f"{name}.tsv").read_bytes()
    return rows_of(parse_query_results(data, format=QueryResultsFormat.TSV))


def projection(name: str) -> list[str]:
    return answer(store(), name)[0]


def test_every_question_has_its_files_and_no_file_is_left_over() -> None:
    wanted = {f"{name}{end}" for name in QUESTIONS for end in (".tsv", ".lines", ".rests-on.rq")}
    assert wanted == {path.name for path in ANSWERS.iterdir()}
    assert len(QUESTIONS) >= 22


@question
def test_a_question_is_one_sentence_and_says_nothing_twice(name: str) -> None:
    query = QUESTIONS[name]
    first = query.text.splitlines()[0]
    assert re.fullmatch(r"#\+ summary: [A-Z][^?]*\?", first), "the first line is the question"
    assert len({other.summary for other in QUESTIONS.values()}) == len(QUESTIONS)
    assert "FILTER NOT EXISTS" not in query.text, "absence is said with MINUS"
    prologue = r"(?m)^(?:#|BASE|PREFIX).*$"
    body = re.sub(rf'{prologue}|"[^"]*"|<[^>\s]*>', "", query.text)
    used = set(re.findall(r"(?<![\w?$-])([a-z][a-z-]*):", body))
    declared = dict(re.findall(r"(?m)^PREFIX ([a-z-]+): <([^>]+)>$", query.text))
    assert used == set(declared), "the prefixes that are declared are those in use"
    assert all(PREFIXES[prefix] == iri for prefix, iri in declared.items())


@question
def test_the_order_of_an_answer_is_total(name: str) -> None:
    order = QUESTIONS[name].text.rpartition("ORDER BY")[2]
    assert set(re.findall(r"\?(\w+)", order)) >= set(projection(name)), "ORDER BY names all that is selected"


@question
def test_a_parameter_is_part_of_the_answer_or_a_bound(name: str) -> None:
    """With several values a row says which of them it is for, or stands there once."""
    query = QUESTIONS[name]
    bounds = {parameter.name for parameter in query.parameters} - set(projection(name))
    assert not bounds or ("SELECT DISTINCT" in query.text and len(bounds) == 1)


@question
def test_the_answer_is_what_was_counted_in_the_sources(name: str) -> None:
    names, rows = expected(name)
    assert rows, "an empty answer proves nothing"
    found_names, found = answer(store(), name)
    assert found_names == names
    missing, too_many = Counter(rows) - Counter(found), Counter(found) - Counter(rows)
    assert not missing, "counted in the sources, but not answered"
    assert not too_many, "answered, but not counted in the sources"
    assert found == rows, "the right rows in another order"


@cache
def grounds(name: str) -> frozenset[Triple]:
    """Return the facts of which a question says that its answer rests on them."""
    return construct(facts(), load_query(ANSWERS / f"{name}.rests-on.rq"))


def store_without(triples: frozenset[Triple]) -> Store:
    """Return a store of the facts without some of them, and of what follows from the rest."""
    rest = assembly().dataset.triples - triples
    return store_of(rest.union(*derive(rest, rules()).values()))


@question
def test_what_the_answer_rests_on_is_a_small_part_of_the_facts(name: str) -> None:
    assert grounds(name), "nothing in data/ is what the query constructs"
    assert grounds(name) <= assembly().dataset.triples
    assert len(grounds(name)) <= 12, "a small part of what the answer rests on is enough"


def test_no_answer_stays_when_all_that_they_rest_on_is_gone() -> None:
    """One derivation for all questions; each by itself is `test_the_answer_rests_on_the_facts`."""
    changed = store_without(frozenset().union(*map(grounds, QUESTIONS)))
    assert [name for name in QUESTIONS if answer(changed, name) == expected(name)] == []


@pytest.mark.mutation
@question
def test_the_answer_rests_on_the_facts(name: str) -> None:
    changed = store_without(grounds(name))
    assert answer(changed, name) != expected(name), "the answer is the same without what it rests on"


@cache
def sources() -> dict[str, tuple[str, str]]:
    """Return the file name and the text of each source by its slug; skip when they are not there."""
    try:
        files = text_files(find_reference() / "sources")
    except ReferenceMissing as error:
        pytest.skip(str(error))
    found = {}
    for triple in assembly().dataset.triples:
        if triple.predicate == ACG.textDigest and isinstance(triple.object, Literal):
            assert isinstance(triple.subject, NamedNode)
            path = files[triple.object.value]
            slug = triple.subject.value.removeprefix(ID["source/"].value)
            found[slug] = (path.name, path.read_bytes().decode())
    return found


@cache
def addresses() -> set[str]:
    """Return the public addresses that claims cite in place of a passage."""
    citing = {t.subject for t in assembly().dataset.triples if t.predicate == ACG.confidence}
    return {
        triple.object.value
        for triple in assembly().dataset.triples
        if triple.predicate == DCTERMS.source
        and triple.subject in citing
        and isinstance(triple.object, NamedNode)
    }


@question
def test_the_lines_that_were_counted_are_lines_of_the_source(name: str) -> None:
    lines = (ANSWERS / f"{name}.lines").read_text(encoding="utf-8").splitlines()
    assert lines and len(lines) == len(set(lines))
    for line in lines:
        if outward := re.fullmatch(r"(https?://\S+) \S.*", line):
            assert outward[1] in addresses(), f"no link outward cites {outward[1]}"
            continue
        match = re.fullmatch(r"(\S+) (\d+)-(\d+) (\S.*)", line)
        assert match, f"{line!r} should be: source first-last what stands there"
        file, text = sources()[match[1]]
        assert Passage.of(file, text, int(match[2]), int(match[3])).words
