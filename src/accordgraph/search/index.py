"""Search: an index of labels, titles, numbers and descriptions in all languages, in memory.

It holds nothing that the dataset does not hold. SQLite's full-text engine finds the texts that have a word
and weighs how rare the word is (bm25); the order of what is found is decided here, as docs/search.md says.
"""

import sqlite3
import weakref
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from accordgraph.namespaces import ACG, BASE, OWL, RDF, RDFS, shorten
from accordgraph.search.analyzer import Part, joined, marks, words_of

FIELDS: Mapping[str, float] = {
    "number": 10,
    "notation": 8,
    "label": 8,
    "alternative label": 6,
    "search word": 6,
    "title": 6,
    "address": 3,
    "definition": 2,
    "description": 2,
    "section": 1,
    "note": 1,
    "example": 1,
    "reason": 1,
}
"""What is searched, and how much a word counts there."""

NUMBERS = ("number", "notation", "address")
"""The fields by which a thing is found before all others when one is equal to what is searched for."""
NAMES = ("label", "alternative label", "search word", "title")
"""The fields that name a thing."""
ASIDE = ("note", "example", "reason", "section")
"""The fields that speak of other things too: what is found only there comes late."""
LANGUAGES = ("en", "fr", "nl", "de")
"""The languages that a label is looked for in when the one that is asked for is missing, in this order."""

DETAILS = frozenset(
    term.value
    for term in (
        ACG.Assessment,
        ACG.Claim,
        ACG.Coverage,
        ACG.Discrepancy,
        ACG.Examination,
        ACG.Figure,
        ACG.Passage,
        ACG.Provision,
        ACG.StatedDate,
    )
)
"""The classes of what is said about other things, which comes after them."""

_CLASSES = frozenset((OWL.Class.value, RDFS.Class.value))
_SHORT = frozenset((*NUMBERS, *NAMES))
_SAME_LANGUAGE = 1.1
_EXCERPT = 200


@dataclass(frozen=True, order=True)
class Text:
    """A text of a thing: in which field it stands, in which language (or none), and what it says."""

    thing: str
    field: str
    language: str
    value: str


@dataclass
class Thing:
    """Something that can be found."""

    iri: str
    labels: dict[str, str] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    class_: str = ""
    """The most special of its classes."""
    level: str = ""


@dataclass(frozen=True)
class Hit:
    """A thing that was found, the text that it was found by, a part of that text, and where the words are."""

    thing: Thing
    text: Text
    excerpt: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class SearchResult:
    """Some of the hits, best first, and how many there are in all."""

    total: int
    hits: tuple[Hit, ...]


class Index:
    """What can be searched of one dataset; any thread may ask."""

    def __init__(self, texts: Iterable[Text], relations: Iterable[tuple[str, str, str]]) -> None:
        self.classes: frozenset[str] = frozenset()
        """The IRIs of the classes that things have, or that are defined."""
        self._texts = sorted(set(texts))
        self.things = {text.thing: Thing(text.thing) for text in self._texts}
        self._texts += [Text(iri, "address", "", iri.removeprefix(BASE)) for iri in self.things]
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            self._numbers[text.thing].append(number)
        self._equal: dict[str, dict[str, set[str]]] = {"number": defaultdict(set), "name": defaultdict(set)}
        for text in self._texts:
            if text.field == "label":
                self.things[text.thing].labels[text.language] = text.value
            kind = "number" if text.field in NUMBERS else "name" if text.field in NAMES else ""
            if kind:
                self._equal[kind][joined(text.value)].add(text.thing)
        self._relate(relations)
        self._lock = Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._database.close)
        self._database.execute(
            "CREATE VIRTUAL TABLE words USING fts5(text, content='', prefix='1 2 3', tokenize='ascii')"
        )
        rows = ((number, " ".join(words_of(text.value))) for number, text in enumerate(self._texts))
        self._database.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows)

    def _relate(self, relations: Iterable[tuple[str, str, str]]) -> None:
        values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for subject, relation, value in relations:
            values[relation][subject].add(value)
        broader, types = values[RDFS.subClassOf.value], values[RDF.type.value]
        defined = {iri for iri, scores in types.items() if scores & _CLASSES}
        self.classes = frozenset(defined.union(broader, *broader.values(), *types.values()))
        for iri, thing in self.things.items():
            classes = types[iri]
            special = classes - {upper for one in classes for upper in broader[one] - {one}}
            ours = {one for one in special if one.startswith(BASE)}
            thing.classes, thing.class_ = frozenset(classes), min(ours or special or classes, default="")
            thing.level = min(values[ACG.level.value][iri], default="")

    def label(self, iri: str, language: str) -> tuple[str, str]:
        """Return the label of a thing and its language: the one given, else by `LANGUAGES`, else any."""
        labels = self.things[iri].labels if iri in self.things else {}
        for known in (language, *LANGUAGES, *sorted(labels)):
            if known in labels:
                return labels[known], known
        return (iri.removeprefix(BASE) if iri.startswith(BASE) else shorten(iri)), ""

    def search(
        self, terms: Sequence[Part], language: str, class_: str | None, limit: int, offset: int
    ) -> SearchResult:
        """Return the things that have every part, best first, from `offset` on and `limit` at most."""
        having = [self._having(part, language) for part in terms]
        best = [scores for scores, _ in having]
        common = set.intersection(*(set(scores) for scores in best)) if best else set()
        if class_:
            common = {iri for iri in common if class_ in self.things[iri].classes}
        order = sorted(common, key=lambda iri: self._order(iri, terms, [scores[iri] for scores in best]))
        counts = Counter(number for _, numbers in having for number in numbers)
        hits = [
            self._hit(iri, terms, counts, {scores[iri][1] for scores in best})
            for iri in order[offset : offset + limit]
        ]
        return SearchResult(len(common), tuple(hits))

    def _having(self, part: Part, language: str) -> tuple[dict[str, tuple[float, int]], list[int]]:
        """Return what has a part: of each thing how much it counts where it counts most, and all texts."""
        phrase = '"' + " ".join(part.words) + '"'
        expression = phrase if part.whole else f"{phrase} OR {phrase} *"
        with self._lock:
            rows = self._database.execute(
                "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?", (expression,)
            ).fetchall()
        best: dict[str, tuple[float, int]] = {}
        for number, rareness in rows:
            text = self._texts[number]
            score = rareness * FIELDS[text.field] * (_SAME_LANGUAGE if text.language == language else 1)
            if text.thing not in best or score > best[text.thing][0]:
                best[text.thing] = (score, number)
        return best, [number for number, _ in rows]

    def _order(
        self, iri: str, terms: Sequence[Part], scores: Sequence[tuple[float, int]]
    ) -> tuple[int, bool, bool, float, str]:
        whole = "".join(part.joined for part in terms)
        numbers, names = self._equal["number"], self._equal["name"]
        if iri in numbers.get(whole, ()):
            step = 0
        elif any(iri in numbers.get(part.joined, ()) for part in terms):
            step = 1
        elif iri in names.get(whole, ()):
            step = 2
        else:
            step = 3
        fields = {self._texts[number].field for _, number in scores}
        in_text = not fields <= _SHORT
        is_detail = bool(self.things[iri].classes & DETAILS or fields.intersection(ASIDE))
        return step, is_detail, in_text, -round(sum(score for score, _ in scores), 9), iri

    def _hit(self, iri: str, terms: Sequence[Part], counts: Mapping[int, int], best: set[int]) -> Hit:
        """Show the text that has the most parts; of several, one in which a part counts most."""
        number = max(self._numbers[iri], key=lambda one: (counts.get(one, 0), one in best, -one))
        text = self._texts[number]
        places = marks(text.value, terms)
        begin, end = _excerpt(text.value, places)
        inside = tuple(
            (max(a, begin) - begin, min(b, end) - begin) for a, b in places if a < end and b > begin
        )
        return Hit(self.things[iri], text, text.value[begin:end], inside)


def _excerpt(text: str, places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return where the shown part of a text begins and ends: around the first mark, at whole words."""
    if len(text) <= _EXCERPT:
        return 0, len(text)
    begin = max(0, (places[0][0] if places else 0) - _EXCERPT // 4)
    if begin:
        begin = text.rfind(" ", 0, begin) + 1
    end = min(len(text), begin + _EXCERPT)
    if end < len(text):
        end = max(text.rfind(" ", begin, end), places[0][1] if places else 0, begin + _EXCERPT // 2)
    return begin, end
