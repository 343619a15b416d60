"""What a page says for the terms of vocabularies: the labels of classes and properties, and their order."""

from collections.abc import Iterable, Mapping

from accordgraph.namespaces import shorten
from accordgraph.results.json_reader import Row
from accordgraph.server.http.languages import Language
from accordgraph.server.pages.html import best_text


class Vocabulary:
    """The terms of the ontology, made from the rows of the query `linked/terms`."""

    def __init__(self, terms: Iterable[Row]) -> None:
        self._labels: dict[str, dict[str, str]] = {}
        self._broader: dict[str, set[str]] = {}
        for row in terms:
            term = row["term"].value
            if "label" in row:
                self._labels.setdefault(term, {})[row["label"].language] = row["label"].value
            if "broader" in row:
                self._broader.setdefault(term, set()).add(row["broader"].value)

    def label(self, iri: str, language: Language, others: Mapping[str, Mapping[str, str]]) -> str:
        """Return the name of a term: the ontology's label, ours, one of the `others`, or its short form."""
        for labels in (self._labels, others):
            if found := labels.get(iri):
                return best_text(found, language)[0]
        return language.words.get(shorten(iri)) or shorten(iri).removeprefix("<").removesuffix(">")

    def broader(self, iri: str) -> set[str]:
        """Return all that a class or property is narrower than."""
        found: set[str] = set()
        left = [iri]
        while left:
            for broader in self._broader.get(left.pop(), ()):
                if broader not in found:
                    found.add(broader)
                    left.append(broader)
        return found

    def most_exact(self, iris: Iterable[str]) -> list[str]:
        """Return those classes or properties that no other of them is narrower than, in order."""
        terms = list(iris)
        beyond = {broader for iri in terms for broader in self.broader(iri)}
        return sorted(iri for iri in terms if iri not in beyond)
