"""Passages: which lines of which text they are, the digest that fixes them, and their words fit to search.

The digest folds nothing but trailing spaces, since a column of a table may be nothing but leading spaces.
Searching folds a lot: case, white space, apostrophes, quotation marks, dashes, words broken at a line's end,
page footers.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from accordgraph.verification.profile import PLAIN, Profile

_SAME = {ord(char): "'" for char in "‘’‚‛`´ʼ"} | {ord(char): '"' for char in "“”„«»"}
_SAME |= {ord(char): "-" for char in "‐‑‒–—―"} | {0xAD: ""}
_BROKEN = re.compile(r"(?<=[^\W\d_])-\s*\n\s*(?=[^\W\d_])")
_MARKS = re.compile(r"^[ x]*x[ x]*$", re.MULTILINE)


class LocatorError(ValueError):
    """Lines that cannot be a passage."""


def passage_digest(text: str, first: int, last: int) -> str:
    """Return the SHA-256 of lines `first` to `last`, counted from 1, in NFC and without trailing spaces.

    Raises `LocatorError` when the lines are not in the text, or when the first or the last of them is blank.
    """
    return hashlib.sha256("\n".join(_lines(text, first, last)).encode()).hexdigest()


def text_files(folder: Path) -> dict[str, Path]:
    """Return the .txt files of a folder by the SHA-256 of their bytes: how a source names its text."""
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(folder.glob("*.txt"))}


def fold(text: str) -> str:
    """Return text as it is compared: one case, one kind of apostrophe, quotation mark, dash and space."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_SAME).lower().split())


def squash(text: str) -> str:
    """Return the letters and digits of a text alone: for names that are printed with spaces lost."""
    return "".join(char for char in fold(text) if char.isalnum())


@dataclass(frozen=True)
class Passage:
    """The words of a passage. `file` and the lines are for messages; `text` is the lines as they stand.

    `profile` says how its source is printed.
    """

    file: str
    first: int
    last: int
    text: str
    profile: Profile = PLAIN

    @staticmethod
    def of(file: str, text: str, first: int, last: int, profile: Profile = PLAIN) -> "Passage":
        """Cut a passage out of a text; raises `LocatorError` as `passage_digest` does."""
        return Passage(file, first, last, "\n".join(_lines(text, first, last)), profile)

    @cached_property
    def words(self) -> str:
        """The folded text without page footers; twice, joined and as is, when words break at a line's end.

        The second time follows after a NUL: a hyphen at a line's end may belong to the word.
        """
        text = unicodedata.normalize("NFC", self.text).translate(_SAME).lower()
        text = self.profile.page_footer.sub(" ", text)
        joined, kept = (" ".join(_BROKEN.sub(hyphen, text).split()) for hyphen in ("", "-"))
        return joined if joined == kept else f"{joined} \0 {kept}"

    @cached_property
    def letters(self) -> str:
        """The letters and digits alone."""
        return squash(self.profile.page_footer.sub(" ", self.text.lower()))

    @cached_property
    def articles(self) -> dict[str, str]:
        """The words under each heading of an article (`Article 4`, `(…) 3. DROIT`), by number."""
        heads = list(self.profile.article_heading.finditer(self.words))
        ends = [*(head.start() for head in heads), len(self.words)][1:]
        articles: dict[str, str] = {}
        for head, end in zip(heads, ends, strict=True):
            number = next(group for group in head.groups() if group)
            articles[number] = f"{articles.get(number, '')} {self.words[head.end() : end]}"
        return articles

    @cached_property
    def marks(self) -> tuple[frozenset[int], ...]:
        """The columns, from 0, that carry an x, for each line of marks.

        Cells are separated by one space and an empty cell is nothing, so what stands before a mark says its
        column: `x x` is the first and the second, ` x` the second, `   x` the fourth.
        """
        lines = (match.group().split(" ") for match in _MARKS.finditer(self.text))
        return tuple(frozenset(i for i, cell in enumerate(cells) if cell == "x") for cells in lines)

    def __str__(self) -> str:
        return f"{self.file} lines {self.first}-{self.last}"


@lru_cache(maxsize=8)
def _all_lines(text: str) -> list[str]:
    return [line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n")]


def _lines(text: str, first: int, last: int) -> list[str]:
    lines = _all_lines(text)
    if not 1 <= first <= last <= len(lines):
        raise LocatorError(f"lines {first}-{last} are not in the text, which has lines 1-{len(lines)}")
    for number in (first, last):
        if not lines[number - 1]:
            raise LocatorError(f"line {number} is blank; the first and the last line of a passage are not")
    return lines[first - 1 : last]
