"""docs/decisions.md: one entry a decision, of at most 60 words; what needs more has a page of its own."""

import re

import pytest

from support.paths import ROOT

DOCS = ROOT / "docs"
TEXT = (DOCS / "decisions.md").read_text(encoding="utf-8")
GROUPS = ["Model", "Evidence", "Queries", "Server", "Engine", "Exports", "Build", "Tools"]
MOST_WORDS = 60

INTRODUCTION, _, BODY = TEXT.partition("\n## ")
LINES = [line for line in f"## {BODY}".splitlines() if line]
ENTRIES = [line.removeprefix("- ") for line in LINES if not line.startswith("#")]


def title(entry: str) -> str:
    """Return the words in bold with which an entry begins."""
    match = re.match(r"\*\*(.+?)\*\*", entry)
    assert match, f"no title in bold: {entry}"
    return match[1].rstrip(".")


def test_entries_are_grouped() -> None:
    assert re.findall(r"^## (.+)$", TEXT, re.MULTILINE) == GROUPS
    marks = {line.partition(" ")[0] for line in LINES}
    assert marks == {"-", "##", "###"}, "an entry is one line that starts with '- '"


@pytest.mark.parametrize("entry", ENTRIES, ids=title)
def test_an_entry_is_short(entry: str) -> None:
    assert len(entry.split()) <= MOST_WORDS


def test_titles_are_unique() -> None:
    titles = [title(entry) for entry in ENTRIES]
    assert sorted(set(titles)) == sorted(titles)


def test_every_page_is_linked_from_an_entry() -> None:
    pages = {path.relative_to(DOCS).as_posix() for path in (DOCS / "decisions").iterdir()}
    linked = {link for entry in ENTRIES for link in re.findall(r"\]\((decisions/[^)]+)\)", entry)}
    assert pages and linked == pages
