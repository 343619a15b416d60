"""From the triples of a document to what its page shows: statements with evidence, what points here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accordgraph.namespaces import ACG, DCTERMS, OWL, RDF, SKOS, shorten
from accordgraph.results.json_reader import LITERAL, URI, Term, TermTriple
from accordgraph.server.http.languages import Language
from accordgraph.server.pages.html import best_text
from accordgraph.server.pages.term_labels import Vocabulary

_TYPE, _LABEL, _TITLE = RDF.type.value, SKOS.prefLabel.value, DCTERMS["title"].value
_DESCRIPTION, _DEFINITION = DCTERMS.description.value, SKOS.definition.value
_EVIDENCE, _PART_OF = ACG.evidence.value, DCTERMS.isPartOf.value
_SOURCE = DCTERMS.source.value
_SECTION, _FIRST, _LAST = ACG.section.value, ACG.firstLine.value, ACG.lastLine.value
_SUBJECT, _PREDICATE, _OBJECT = RDF.subject.value, RDF.predicate.value, RDF.object.value
_DEPRECATED = OWL.deprecated.value
_APART = (_TYPE, _LABEL, _EVIDENCE, _DESCRIPTION, _DEFINITION, _DEPRECATED)
"""Properties that have a place of their own in the page."""


@dataclass(frozen=True)
class Passage:
    """A passage that is cited: where in which source it stands."""

    iri: str
    section: str
    source: str
    lines: str


@dataclass(frozen=True)
class Value:
    """A value of a statement, with its label where it has one and the evidence for it."""

    cell: Term
    label: str
    claims: list[str] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    """Addresses that the claims cite in place of a passage."""


@dataclass(frozen=True)
class Statement:
    """A property with its values."""

    property: str
    label: str
    values: list[Value]


class StatementIndex:
    """A set of triples by subject and predicate, with its labels and its claims by what they state."""

    def __init__(self, triples: Iterable[TermTriple]) -> None:
        self.by_subject: dict[str, dict[str, list[Term]]] = {}
        self.labels: dict[str, dict[str, str]] = {}
        self.claims: dict[tuple[str, str, str], list[str]] = {}
        for node, predicate, value in triples:
            self.by_subject.setdefault(node.key, {}).setdefault(predicate.value, []).append(value)
            if predicate.value == _LABEL:
                self.labels.setdefault(node.key, {})[value.language] = value.value
        for subject, properties in self.by_subject.items():
            if all(part in properties for part in (_SUBJECT, _PREDICATE, _OBJECT)):
                node, predicate, value = (properties[part][0] for part in (_SUBJECT, _PREDICATE, _OBJECT))
                key = (node.key, predicate.value, value.key)
                self.claims.setdefault(key, []).append(subject)


class ResourceView:
    """What is said of one subject."""

    def __init__(
        self, index: StatementIndex, subject: str, language: Language, vocabulary: Vocabulary
    ) -> None:
        self.iri, self._language, self._vocabulary = subject, language, vocabulary
        self._subjects, self._labels, self._claims = index.by_subject, index.labels, index.claims
        self._own = self._subjects.get(subject, {})

    @property
    def label(self) -> str:
        """The name of the subject, else its title, else its IRI in short."""
        for predicate in (_LABEL, _TITLE):
            titles = {cell.language: cell.value for cell in self._own.get(predicate, ())}
            if titles:
                return best_text(titles, self._language)[0]
        return shorten(self.iri).removeprefix("<").removesuffix(">")

    @property
    def classes(self) -> list[tuple[str, str]]:
        """The most exact classes of the subject, each with its name."""
        exact = self._vocabulary.most_exact(cell.value for cell in self._own.get(_TYPE, ()))
        return [(iri, self.name(iri)) for iri in exact]

    @property
    def descriptions(self) -> list[Term]:
        """What the subject is, in the language of the page or else in all that there are."""
        return [
            cell
            for predicate in (_DEFINITION, _DESCRIPTION)
            for cell in self._in_language(self._own.get(predicate, []))
        ]

    @property
    def deprecated(self) -> bool:
        """Whether the subject should not be used any more."""
        return any(cell.value == "true" for cell in self._own.get(_DEPRECATED, ()))

    @property
    def statements(self) -> list[Statement]:
        """What is said of the subject, without what only follows from another statement."""
        return self._statements(derived=False)

    @property
    def derived(self) -> list[Statement]:
        """The statements that only say more generally what another one says."""
        return self._statements(derived=True)

    @property
    def passages(self) -> list[Passage]:
        """Where the source speaks of the subject itself."""
        return self._passages(self._own.get(_EVIDENCE, ()))

    @property
    def contested(self) -> list[Statement]:
        """What claims say of the subject that the graph does not adopt."""
        found = []
        for (subject, predicate, value), claims in sorted(self._claims.items()):
            if subject == self.iri and value not in [cell.key for cell in self._own.get(predicate, ())]:
                cells = self._subjects[claims[0]][_OBJECT]
                found.append(Statement(predicate, self.name(predicate), [self._value(predicate, cells[0])]))
        return found

    def references(self, rows: Sequence[tuple[str, str]]) -> list[Statement]:
        """Return what points to the subject, of these pairs of a property and a thing, by property."""
        found: dict[str, list[Value]] = {}
        for predicate, other in rows:
            cell = Term(URI, other)
            claims = self._claims.get((other, predicate, self.iri), [])
            value = Value(cell, self.name(other), claims, self._cited(claims), self._sources(claims))
            found.setdefault(predicate, []).append(value)
        return [Statement(predicate, self.name(predicate), values) for predicate, values in found.items()]

    def name(self, iri: str) -> str:
        """Return how the page calls a thing or a term."""
        return self._vocabulary.label(iri, self._language, self._labels)

    def _statements(self, derived: bool) -> list[Statement]:
        beyond: dict[str, set[str]] = {}
        for predicate, cells in self._own.items():
            for broader in self._vocabulary.broader(predicate):
                beyond.setdefault(broader, set()).update(cell.key for cell in cells)
        found = []
        for predicate, cells in self._own.items():
            if predicate in _APART:
                continue
            follows = beyond.get(predicate, set())
            chosen = [cell for cell in self._in_language(cells) if (cell.key in follows) == derived]
            if chosen:
                values = sorted((self._value(predicate, cell) for cell in chosen), key=lambda v: v.label)
                found.append(Statement(predicate, self.name(predicate), values))
        return sorted(found, key=lambda statement: (statement.property != _TITLE, statement.label))

    def _value(self, predicate: str, cell: Term) -> Value:
        claims = self._claims.get((self.iri, predicate, cell.key), [])
        return Value(cell, self._text(cell), claims, self._cited(claims), self._sources(claims))

    def _text(self, cell: Term) -> str:
        if cell.kind == LITERAL:
            return cell.value
        return self.name(cell.value) if cell.kind == URI else self._inline(cell)

    def _inline(self, cell: Term) -> str:
        """Return a blank node as text: the members of a list, or what is said of it."""
        properties = self._subjects.get(cell.key, {})
        if RDF.first.value in properties:
            rest = properties[RDF.rest.value][0]
            head = self._text(properties[RDF.first.value][0])
            return head if rest.value == RDF.nil.value else f"{head}, {self._text(rest)}"
        pairs = (
            f"{self.name(predicate)}: {self._text(value)}"
            for predicate, cells in properties.items()
            for value in cells
        )
        return "; ".join(pairs)

    def _in_language(self, cells: Sequence[Term]) -> list[Term]:
        """Return the values that are in the language of the page or in none; all, if that leaves nothing."""
        fit = [cell for cell in cells if cell.language in ("", self._language.code)]
        return fit or list(cells)

    def _cited(self, claims: Iterable[str]) -> list[Passage]:
        cells = {cell.key: cell for claim in claims for cell in self._subjects[claim].get(_EVIDENCE, ())}
        return self._passages(cells.values())

    def _sources(self, claims: Iterable[str]) -> list[str]:
        return sorted({cell.value for claim in claims for cell in self._subjects[claim].get(_SOURCE, ())})

    def _passages(self, cells: Iterable[Term]) -> list[Passage]:
        return sorted((self._passage(cell.value) for cell in cells), key=lambda passage: passage.iri)

    def _passage(self, iri: str) -> Passage:
        properties = self._subjects.get(iri, {})
        first, last = (properties[key][0].value if key in properties else "" for key in (_FIRST, _LAST))
        section = properties[_SECTION][0].value if _SECTION in properties else self.name(iri)
        source = self.name(properties[_PART_OF][0].value) if _PART_OF in properties else ""
        return Passage(iri, section, source, first if first == last else f"{first}–{last}")
