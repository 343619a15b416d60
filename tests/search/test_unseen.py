"""What nobody sees, or looks like another character, makes no difference when it is sought or indexed."""

import gc
import sqlite3
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from accordgraph.search.analyzer import folded, marks, parts, words_of
from accordgraph.search.index import Index, Text
from faults import siblings

TEXTS = ("telewerk", "teleff", "disconnect", "l'accord", "2.289", "déconnexion", "avis 2289")
INDEX = Index([Text(f"urn:{number}", "label", "nl", text) for number, text in enumerate(TEXTS)], [])


def found(index: Index, sought: str) -> list[str]:
    return [hit.text.value for hit in index.search(parts(sought), "nl", None, 10, 0).hits]


@pytest.mark.parametrize(("sought", "same"), siblings("search"))
def test_what_is_sought(sought: str, same: str) -> None:
    assert parts(sought) == parts(same)
    assert found(INDEX, sought) == found(INDEX, same) != []


@pytest.mark.parametrize(("text", "same"), siblings("search"))
def test_what_is_indexed(text: str, same: str) -> None:
    index = Index([Text("urn:a", "label", "nl", f"een {text} hier")], [])
    assert found(index, same.strip('"')) == [f"een {text} hier"]
    ((start, end), *_) = marks(f"een {text} hier", parts(same.strip('"')))
    assert words_of(f"een {text} hier"[start:end])[0] in words_of(same)


@settings(deadline=None, database=None, derandomize=True)
@given(some.text(max_size=30))
def test_marks_are_places_of_the_text(text: str) -> None:
    for start, end in marks(text, parts(text)):
        assert 0 <= start < end <= len(text)
    assert words_of(unicodedata.normalize("NFKC", text)) == words_of(text) or "." in folded(text)


def test_an_index_that_is_let_go_closes_its_database() -> None:
    index = Index([Text("urn:a", "label", "en", "x")], [])
    database = index._database
    del index
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError):
        database.execute("SELECT 1")
