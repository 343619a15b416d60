"""What is known of the dataset as a whole: asked once for each dataset and kept while it is served."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from accordgraph.library.query_file import Query, load_queries
from accordgraph.namespaces import BASE
from accordgraph.project import Project
from accordgraph.results.json_reader import Row
from accordgraph.server.http import problems
from accordgraph.server.http.languages import LANGUAGES
from accordgraph.server.http.problems import Problem
from accordgraph.server.pages.jsonld import Context
from accordgraph.server.pages.term_labels import Vocabulary
from accordgraph.server.query_service.cache import PerDataset
from accordgraph.server.query_service.service import QueryService

_FOLDERS = ("linked", "void")
_MOST_LABELS = 300


@dataclass(frozen=True)
class Withdrawal:
    """What is left of a thing that was withdrawn: why, and what replaces it."""

    note: str
    replacements: tuple[str, ...]


@dataclass(frozen=True)
class DatasetIndex:
    """The names of the graph: what it describes, what it withdrew, its graphs, ontologies and terms."""

    digest: str
    things: frozenset[str]
    withdrawn: Mapping[str, Withdrawal]
    graphs: Mapping[str, int]
    """The number of triples of each named graph."""
    ontologies: Mapping[str, str]
    """The ontologies, each with the IRI of its present version."""
    vocabulary: Vocabulary
    context: Context

    def check(self, iri: str) -> bool:
        """Tell whether a thing is described; raises the 410 `Problem` for one that was withdrawn."""
        if found := self.withdrawn.get(iri):
            note = f": {found.note}" if found.note else ""
            replaced = list(found.replacements) or None
            raise Problem(problems.GONE, f"{iri} was withdrawn{note}", replacedBy=replaced)
        return iri in self.things


class DatasetQueries:
    """Asks for what is known, with the queries in `queries/linked` and `queries/void`."""

    def __init__(self, service: QueryService, project: Project) -> None:
        self._service = service
        self._queries: dict[str, Query] = {}
        for folder in _FOLDERS:
            self._queries |= {
                f"{folder}/{query.name}": query for query in load_queries(project.queries / folder)
            }
        self._index = PerDataset(service.engine, self._ask)

    def query(self, name: str, **values: Iterable[str]) -> str:
        """Return the text of a query with values for parameters; those without a value keep their default.

        A value for a parameter that is an IRI is an IRI in full, of any scheme.
        """
        query = self._queries[name]
        iris = {parameter.name for parameter in query.parameters if parameter.type == "iri"}
        return query.bind(
            {
                key: [f"<{value}>" if key in iris else value for value in given]
                for key, given in values.items()
                if given
            }
        )

    async def rows(self, name: str, **values: Iterable[str]) -> list[Row]:
        """Return the rows of a query; raises `Problem` when it fails."""
        return await self._service.rows(self.query(name, **values))

    async def index(self) -> DatasetIndex:
        """Return what is known of the dataset that is served now."""
        return await self._index.get()

    async def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return the labels of the first of these IRIs that are ours, by IRI and language."""
        ours = list(islice((iri for iri in iris if iri.startswith(BASE)), _MOST_LABELS))
        found: dict[str, dict[str, str]] = {}
        for row in await self.rows("linked/labels", thing=ours, language=LANGUAGES) if ours else ():
            found.setdefault(row["thing"].value, {})[row["language"].value] = row["label"].value
        return found

    async def _ask(self) -> DatasetIndex:
        digest = self._service.engine.digest
        terms, values = await self.rows("linked/terms"), await self.rows("linked/values")
        things = await self.rows("linked/things")
        graphs = await self.rows("linked/graphs")
        ontologies = await self.rows("linked/ontologies")
        return DatasetIndex(
            digest,
            frozenset(row["thing"].value for row in things),
            _withdrawn(await self.rows("linked/withdrawn")),
            {row["graph"].value: int(row["triples"].value) for row in graphs},
            {row["ontology"].value: row["version"].value if "version" in row else "" for row in ontologies},
            Vocabulary(terms),
            Context(terms, values),
        )


def _withdrawn(rows: Iterable[Row]) -> dict[str, Withdrawal]:
    notes: dict[str, str] = {}
    replacements: dict[str, set[str]] = {}
    for row in rows:
        thing = row["thing"].value
        notes.setdefault(thing, row["note"].value if "note" in row else "")
        replacements.setdefault(thing, set())
        if "replacement" in row:
            replacements[thing].add(row["replacement"].value)
    return {thing: Withdrawal(note, tuple(sorted(replacements[thing]))) for thing, note in notes.items()}
