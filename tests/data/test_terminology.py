"""Labels use the terms of `ontology/terminology.tsv`: no label has a variant that the file forbids.

A row forbids its variants everywhere (labels, definitions, descriptions and reasons), or in the labels of its
nodes, since the same words may be right for something else.
"""

import csv
import re
from collections import defaultdict
from functools import cache

import pytest
from pyoxigraph import Literal

from accordgraph.dataset.source_files import load_dataset
from accordgraph.namespaces import ACG, DCTERMS, SKOS, shorten
from accordgraph.project import find_project

LANGUAGES = ("en", "fr", "nl", "de")
OURS = (SKOS.prefLabel, SKOS.definition, SKOS.scopeNote, SKOS.example, DCTERMS.description, ACG.reason)
FILE = find_project().ontology / "terminology.tsv"
with FILE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def texts() -> dict[str, list[tuple[str, bool, str]]]:
    """Return what we write in each language: the node, whether it is its label, and the text."""
    found = defaultdict(list)
    for triple in load_dataset(find_project()).triples:
        if triple.predicate in OURS and isinstance(triple.object, Literal):
            node = shorten(str(triple.subject)[1:-1])
            found[triple.object.language or ""].append(
                (node, triple.predicate == SKOS.prefLabel, triple.object.value)
            )
    return found


def listed(cell: str) -> list[str]:
    return [part for part in cell.split("; ") if part]


def forbidden_in(text: str, row: dict[str, str], language: str) -> str | None:
    """Return the first variant that a row forbids and a text has, but for where it is a part of the term."""
    for term in listed(row[language]):
        for form in (term, re.sub(r" \([^)]*\)", "", term)):
            text = re.sub(re.escape(form), "~", text, flags=re.IGNORECASE)
    for variant in listed(row[f"not_{language}"]):
        if re.search(rf"(?<![\w-]){re.escape(variant)}(?![\w-])", text, re.IGNORECASE):
            return variant
    return None


@pytest.mark.parametrize("row", ROWS, ids=[row["concept"] for row in ROWS])
def test_no_label_has_a_forbidden_variant(row: dict[str, str]) -> None:
    nodes, everywhere = set(row["nodes"].split()), row["scope"] == "everywhere"
    faults = [
        f"{node}: {variant!r} in {text!r}@{language}; write {row[language]!r}"
        for language in LANGUAGES
        if row[f"not_{language}"]
        for node, is_label, text in texts()[language]
        if (everywhere or (is_label and node in nodes)) and (variant := forbidden_in(text, row, language))
    ]
    assert not faults


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("The parity committee of banking", "parity committee"),
        ("A Parity Committee", "parity committee"),
        ("The parity committees", None),
        ("The joint committee of banking", None),
    ],
)
def test_a_variant_is_a_whole_word(text: str, variant: str | None) -> None:
    row = {"en": "joint committee", "not_en": "parity committee; parity commission"}
    assert forbidden_in(text, row, "en") == variant


def test_a_part_of_the_term_is_no_variant() -> None:
    row = {"fr": "service public fédéral (SPF)", "not_fr": "service public"}
    assert forbidden_in("Le service public fédéral Emploi", row, "fr") is None
    assert forbidden_in("Le service public Emploi", row, "fr") == "service public"


def test_each_row_has_its_term_in_four_languages() -> None:
    concepts = [row["concept"] for row in ROWS]
    assert len(set(concepts)) == len(concepts)
    assert concepts == sorted(concepts)
    for row in ROWS:
        assert row["scope"] in {"everywhere", "nodes"}, row["concept"]
        assert all(listed(row[language]) for language in LANGUAGES), row["concept"]


def test_each_node_of_a_row_exists() -> None:
    known = {node for of_language in texts().values() for node, _, _ in of_language}
    derived = ("<figure/", "<be/collective-agreement/")
    missing = {node for row in ROWS for node in row["nodes"].split() if not node.startswith(derived)} - known
    assert not missing
