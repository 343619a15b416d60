"""What the graph calls things: their labels in each language and their codes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.namespaces import SKOS

LANGUAGES = ("en", "fr", "nl", "de")


class Labels:
    """The labels and notations of a graph."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._texts: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._notations: dict[str, str] = {}
        for triple in triples:
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, Literal):
                if triple.predicate == SKOS.prefLabel and triple.object.language:
                    self._texts[triple.subject.value][triple.object.language] = triple.object.value
                elif triple.predicate == SKOS.notation:
                    self._notations[triple.subject.value] = triple.object.value

    def of(self, iri: str) -> Mapping[str, str]:
        """Return the labels of a thing by language."""
        return dict(self._texts.get(iri, {}))

    def code(self, iri: str) -> str:
        """Return the code of a thing: its notation or the end of its IRI, as SDMX can write it."""
        notation = self._notations.get(iri) or iri.rstrip("/").replace("#", "/").rpartition("/")[2]
        return notation.replace(".", "_")


def best(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language, or in the first one that there is."""
    return next((texts[code] for code in (language, *LANGUAGES) if code in texts), "")
