"""Passages: the digest folds nothing, searching folds a lot."""

import hashlib
import runpy
from pathlib import Path

import pytest

from accordgraph.errors import ReferenceMissing
from accordgraph.project import find_reference
from accordgraph.verification.passages import LocatorError, Passage, fold, passage_digest, squash, text_files
from support.verification_cases import REPORT_131

TEXT = "first  \n\n  x x   \ncafe\u0301\nlast"


@pytest.fixture
def reference() -> Path:
    try:
        return find_reference()
    except ReferenceMissing as error:
        pytest.skip(str(error))


def whole(text: str) -> Passage:
    return Passage.of("t.txt", text, 1, len(text.split("\n")), REPORT_131)


def test_digest_drops_trailing_spaces_and_composes_letters() -> None:
    expected = hashlib.sha256("first\n\n  x x\ncafé\nlast".encode()).hexdigest()
    assert passage_digest(TEXT, 1, 5) == expected


def test_digest_keeps_leading_spaces() -> None:
    assert passage_digest(TEXT, 3, 4) != passage_digest(TEXT.replace("  x", " x"), 3, 4)


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (0, 1, "not in the text"),
        (1, 6, "which has lines 1-5"),
        (4, 3, "not in the text"),
        (2, 3, "line 2 is blank"),
        (1, 2, "line 2 is blank"),
    ],
)
def test_lines_that_cannot_be_a_passage(first: int, last: int, message: str) -> None:
    with pytest.raises(LocatorError, match=message):
        passage_digest(TEXT, first, last)


def test_digest_is_the_one_of_the_design(reference: Path) -> None:
    design = runpy.run_path(str(reference / "examples" / "model" / "digest.py"))["passage_digest"]
    for path in (reference / "sources").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        full = [number for number, line in enumerate(lines, 1) if line.strip()]
        for first, last in zip(full[::50], full[30::50], strict=False):
            assert passage_digest(text, first, last) == design(text, first, last)


def test_texts_are_found_by_the_digest_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\n")
    (tmp_path / "b.md").write_bytes(b"b\n")
    assert text_files(tmp_path) == {hashlib.sha256(b"a\n").hexdigest(): tmp_path / "a.txt"}


def test_folding() -> None:
    assert fold("L’Accord\u00a0–  CADRE «\u00a0européen\u00a0»") == 'l\'accord - cadre " européen "'
    assert squash("LESSERVICES D'ÉDUCATION") == squash("les services d’éducation") == "lesservicesdéducation"


def test_words_broken_at_a_line_end_are_joined_and_kept() -> None:
    words = whole("digita-\nlisering van de non-\n\nprofitsector 2021-\n2024").words
    assert "digitalisering" in words
    assert "non-profitsector" in words
    assert "2021- 2024" in words


def test_page_footers_do_not_stand_between_words() -> None:
    footer = "Votre personne de contact : \nQuelqu’un\n\nwww.emploi.belgique.be  "
    assert whole(f"au cours\n\n{footer}\n\nd’un mois").words == "au cours d'un mois"


def test_articles_by_number() -> None:
    text = "Article 4\nquatre\nArt 5. §1. cinq\n(…)\n6. SIX\n(...)\n7. SEPT sept\nl’art. 4 encore"
    articles = whole(text).articles
    assert list(articles) == ["4", "5", "6", "7"]
    assert articles["4"].split() == ["quatre", "encore"]
    assert "cinq" in articles["5"]
    assert "sept" not in articles["6"]


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("x x   ", {0, 1}),
        ("x    ", {0}),
        ("x", {0}),
        ("x  x  ", {0, 2}),
        (" x   ", {1}),
        ("  x  ", {2}),
        ("   x ", {3}),
        ("   x", {3}),
    ],
)
def test_a_mark_is_in_the_column_that_the_spaces_before_it_say(line: str, columns: set[int]) -> None:
    assert whole(f"306\nfoo x bar\n \n{line}\n\nend").marks == (frozenset(columns),)
