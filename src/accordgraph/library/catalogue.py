"""The library as a whole: every query by its name, and the concepts that their parameters choose from."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from accordgraph.errors import QueryFileError
from accordgraph.library.query_file import Query, load_queries
from accordgraph.namespaces import BASE, CONCEPT

CONCEPTS = "concepts"
"""The query that says which concepts there are."""
KINDS = {
    "competency": "Questions",
    "views": "Views",
    "cubes": "Statistics",
    "quality": "Rules of quality: no row is a good answer",
    "derive": "Rules of derivation: what follows from the facts",
    "linked": "Documents of linked data: what they are made of",
    "void": "The dataset in numbers",
    "search": "What the index of search is made of",
}
"""The kinds of queries in the order in which people want them."""
EXAMPLES = ("competency", "views")
"""The kinds whose queries stand in the dataset, for editors to find them as examples."""

_NAME = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True)
class Library:
    """The queries that people may ask, by name; the name is the address."""

    queries: Mapping[str, Query]

    @staticmethod
    def load(folder: Path) -> "Library":
        """Read the library of a folder.

        Raises `QueryFileError` for a file that is not as it should be, for two of one name, and where a
        parameter is a concept but no query says which concepts there are.
        """
        queries: dict[str, Query] = {}
        ranks = {kind: rank for rank, kind in enumerate(KINDS)}
        for query in sorted(load_queries(folder), key=lambda q: (ranks.get(q.kind, len(ranks)), q.kind)):
            if not _NAME.fullmatch(query.name):
                raise QueryFileError(f"{query.path}: the name is an address; use a-z, 0-9 and hyphens")
            if query.name in queries:
                raise QueryFileError(
                    f"{query.path}: {queries[query.name].path} has this name, and each name is an address"
                )
            for parameter in query.parameters:
                query.defaults(parameter)
            queries[query.name] = query
        chooses = [query for query in queries.values() if query.chooses]
        if chooses and CONCEPTS not in queries:
            raise QueryFileError(
                f"{chooses[0].path}: a parameter is a concept, but there is no query {CONCEPTS!r} in {folder}"
            )
        return Library(queries)

    @cached_property
    def kinds(self) -> dict[str, list[Query]]:
        """The queries of each kind, kinds and queries in the order in which they are shown."""
        kinds: dict[str, list[Query]] = {}
        for query in self.queries.values():
            kinds.setdefault(query.kind, []).append(query)
        return kinds


def iri_of(query: Query) -> str:
    """Return the IRI of a query."""
    return f"{BASE}queries/{query.name}"


def schemes_of(concepts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the codes of each scheme, in order, from the IRIs of the concepts."""
    schemes: dict[str, list[str]] = {}
    for concept in sorted(set(concepts)):
        scheme, slash, code = concept.removeprefix(CONCEPT).partition("/")
        if slash and concept.startswith(CONCEPT):
            schemes.setdefault(scheme, []).append(code)
    return {scheme: tuple(codes) for scheme, codes in schemes.items()}
