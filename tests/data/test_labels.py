"""Labels equal in two languages are known, each with its reason; any other is a translation forgotten."""

from collections import defaultdict
from pathlib import Path

from pyoxigraph import Literal

from accordgraph.dataset.source_files import load_dataset
from accordgraph.namespaces import SKOS, shorten
from accordgraph.project import find_project

LIST = Path(__file__).parent / "labels" / "equal.tsv"


def equal_labels() -> set[tuple[str, str, str]]:
    """Return each node with a label that it has in several languages, and these languages."""
    languages: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for triple in load_dataset(find_project()).triples:
        if triple.predicate == SKOS.prefLabel and isinstance(triple.object, Literal):
            node = shorten(str(triple.subject)[1:-1])
            languages[node, triple.object.value].add(triple.object.language or "")
    return {(node, " ".join(sorted(of)), text) for (node, text), of in languages.items() if len(of) > 1}


def test_labels_equal_in_two_languages_are_listed_with_a_reason() -> None:
    head, *rows = [line.split("\t") for line in LIST.read_text(encoding="utf-8").splitlines()]
    assert head == ["node", "languages", "label", "reason"]
    assert all(len(row) == 4 and row[3] for row in rows)
    assert {(node, of, text) for node, of, text, _ in rows} == equal_labels()
