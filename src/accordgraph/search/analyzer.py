"""Words as a search compares them: without case, accents and ligatures, and numbers without their dots.

`2.289` and `2289` are one word, so are `œuvre` and `oeuvre`; a soft hyphen and what else nobody sees counts
for nothing. Each character of the compared text remembers where it stood, so that what was found is marked in
the text as people see it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_WORD = re.compile(r"[^\W_]+")
_DOT = re.compile(r"(?<=\d)\.(?=\d)")
_PART = re.compile(r'"([^"]*)"?|([^\s"]+)')
_QUOTES = str.maketrans("“”„‟«»〝〞", '""""""""')
_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
_LETTERS |= dict.fromkeys("\u02b9\u02bb\u02bc\u02bd\u02c8\ua78c", "'")
"""Letters by others: ligatures, and the letters of Unicode that are written for an apostrophe."""
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""The default-ignorable code points of Unicode, such as a soft hyphen: nobody sees them."""


@dataclass(frozen=True)
class Part:
    """One word of a search, or several that stand in a row; `whole` unless the last may go on."""

    words: tuple[str, ...]
    whole: bool

    @property
    def joined(self) -> str:
        """The words in one, as `joined` writes texts."""
        return "".join(self.words)


def parts(text: str) -> tuple[Part, ...]:
    """Return what a person searches for.

    What stands in quotes is a phrase. Every other word may go on, but for a single letter; one with marks in
    it, such as `e-inclusion`, is several that stand in a row.
    """
    found = []
    for quoted, word in _PART.findall(unicodedata.normalize("NFKC", text).translate(_QUOTES)):
        if words := tuple(words_of(quoted or word)):
            found.append(Part(words, whole=bool(quoted) or (len(words) == 1 and len(words[0]) == 1)))
    return tuple(dict.fromkeys(found))


def folded(text: str) -> str:
    """Return a text as searches compare it."""
    return _DOT.sub("", "".join(map(_fold, text)))


def words_of(text: str) -> list[str]:
    """Return the words of a text, as searches compare them."""
    return _WORD.findall(folded(text))


def joined(text: str) -> str:
    """Return the words of a text in one, by which equal texts are found."""
    return "".join(words_of(text))


def marks(text: str, terms: Sequence[Part]) -> list[tuple[int, int]]:
    """Return where the parts stand in a text: first character and the one after the last, in order."""
    dots = {match.start() for match in _DOT.finditer("".join(map(_fold, text)))}
    places = (place for place, letter in enumerate(text) for _ in _fold(letter))
    origin = [place for number, place in enumerate(places) if number not in dots]
    words = [(match[0], *match.span()) for match in _WORD.finditer(folded(text))]
    found = set()
    for part in terms:
        for first, last in _runs([word for word, _, _ in words], part):
            found.add((origin[words[first][1]], _end(part, words[last], origin)))
    return _merged(sorted(found))


def _end(part: Part, word: tuple[str, int, int], origin: Sequence[int]) -> int:
    """Return the place after the last character that was asked for, which may lie inside a word."""
    _, start, end = word
    return origin[end - 1 if part.whole else min(end, start + len(part.words[-1])) - 1] + 1


def _runs(words: Sequence[str], part: Part) -> Iterator[tuple[int, int]]:
    *head, tail = part.words
    for last in range(len(head), len(words)):
        first = last - len(head)
        ends = words[last] == tail if part.whole else words[last].startswith(tail)
        if ends and list(words[first:last]) == head:
            yield first, last


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, end in spans:
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return merged


@cache
def _fold(letter: str) -> str:
    if _IGNORABLE.match(letter):
        return ""
    plain = unicodedata.normalize("NFKD", letter.casefold())
    return "".join(_LETTERS.get(one, one) for one in plain if not unicodedata.combining(one)).casefold()
