"""Every record of the reference inventory has its node in the graph, or a reason that the documents give."""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.dataset.source_files import load_dataset
from accordgraph.errors import ReferenceMissing
from accordgraph.namespaces import ACG, ID, RDF
from accordgraph.project import find_project, find_reference
from inventory import KIND_FIELDS, KINDS, PAGE, ROOT, Row, page, read_kinds, read_map

Record = dict[str, Any]
Lines = tuple[str, int, int]
"""A source and the first and last line of a passage in it."""

SOURCES = {"000": ID["source/report-131"], "003": ID["source/flemish-telework-page"]}
"""The sources by what the names of their files start with."""


@cache
def rows() -> list[Row]:
    return read_map()


@cache
def triples() -> frozenset[Triple]:
    return load_dataset(find_project()).triples


@cache
def classes() -> dict[NamedNode, set[str]]:
    found: dict[NamedNode, set[str]] = defaultdict(set)
    for triple in triples():
        if triple.predicate == RDF.type and isinstance(triple.subject, NamedNode):
            found[triple.subject].add(str(getattr(triple.object, "value", "")).removeprefix(ACG))
    return found


@pytest.fixture
def records() -> dict[tuple[str, str], Record]:
    try:
        folder = find_reference() / "inventory"
    except ReferenceMissing as missing:
        pytest.skip(str(missing))
    if not folder.is_dir():
        pytest.skip(f"no inventory at {folder}")
    assert {path.stem for path in folder.glob("*.jsonl")} == set(KIND_FIELDS)
    return {
        (file, record["id"]): record
        for file in KIND_FIELDS
        for record in map(json.loads, (folder / f"{file}.jsonl").read_text(encoding="utf-8").splitlines())
    }


def test_every_record_is_in_the_map_once(records: dict[tuple[str, str], Record]) -> None:
    assert [(row.file, row.record) for row in rows()] == list(records)


def test_every_node_is_of_a_class_for_its_kind(records: dict[tuple[str, str], Record]) -> None:
    allowed = read_kinds()
    kinds = {key: record.get(KIND_FIELDS[key[0]], "*") for key, record in records.items()}
    assert set(allowed) == {(file, kind) for (file, _), kind in kinds.items()}
    wrong = [
        (row.file, row.record, row.node, found)
        for row in rows()
        if row.node
        if not (found := classes().get(ID[row.node], set())) & allowed[row.file, kinds[row.file, row.record]]
    ]
    assert wrong == []


def test_every_node_cites_lines_of_its_record(records: dict[tuple[str, str], Record]) -> None:
    cited = _cited_lines()
    elsewhere = [
        (row.file, row.record, row.node)
        for row in rows()
        if row.node
        if not any(
            source == other and first <= end and start <= last
            for source, first, last in _lines(records[row.file, row.record])
            for other, start, end in cited[ID[row.node]]
        )
    ]
    assert elsewhere == []


def test_every_node_is_described() -> None:
    assert [row for row in rows() if row.node and ID[row.node] not in classes()] == []


def test_one_node_for_one_record() -> None:
    sharing: dict[str, list[Row]] = defaultdict(list)
    for row in rows():
        if row.node:
            sharing[row.node].append(row)
    for node, found in sharing.items():
        first = [(row.file, row.record) for row in found if not row.same_as]
        assert len(first) == 1, f"{node}: {found}"
        assert {row.same_as for row in found if row.same_as} <= set(first), f"{node}: {found}"


def test_a_record_without_a_node_has_a_reason_that_the_documents_give() -> None:
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    listed = PAGE.read_text(encoding="utf-8")
    for row in rows():
        if not row.node:
            assert row.kind in KINDS, row
            assert row.reason.partition(": ")[2], row
            assert f"**{row.record}**" in listed or f"**{row.record}**" in decisions, row


def test_the_page_is_made_from_the_map() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(rows()), "run: PYTHONPATH=tests python -m inventory"


def _lines(record: Record) -> Iterator[Lines]:
    """The passages of a record: a plain pair of lines of `also` is in the record's own file."""
    home = record["file"][:3]
    yield home, *record["lines"]
    for other in record.get("also") or ():
        file, pair = (other["file"][:3], other["lines"]) if isinstance(other, dict) else (home, other)
        yield file, *pair


def _cited_lines() -> dict[NamedNode, set[Lines]]:
    """The passages that each node cites, that claims about it cite, and those of the claims that it joins."""
    links: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    evidence: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    bounds: dict[tuple[NamedNode, NamedNode], int] = {}
    for triple in triples():
        node, value = triple.subject, triple.object
        if not isinstance(node, NamedNode):
            continue  # an axiom of the ontology
        if triple.predicate in (ACG.firstLine, ACG.lastLine) and isinstance(value, Literal):
            bounds[node, triple.predicate] = int(value.value)
        elif triple.predicate == RDF.subject and isinstance(value, NamedNode):
            links[value].add(node)
        elif triple.predicate == ACG.isBetween and isinstance(value, NamedNode):
            links[node].add(value)
        elif triple.predicate == ACG.evidence and isinstance(value, NamedNode):
            evidence[node].add(value)

    def lines(passage: NamedNode) -> Lines:
        part = passage.value.replace(f"{ID}passage/", f"{ID}source/")
        source = next(name for name, iri in SOURCES.items() if part.startswith(f"{iri.value}/"))
        return source, bounds[passage, ACG.firstLine], bounds[passage, ACG.lastLine]

    return {
        node: {lines(passage) for near in (node, *links[node]) for passage in evidence[near]}
        for node in (ID[row.node] for row in rows() if row.node)
    }
