"""Making the index of search from the answers of queries, so that every engine will do."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from accordgraph.engine.engine import CurrentEngine, Engine, Job, gather
from accordgraph.errors import WorkerError
from accordgraph.library.query_file import Query, load_query
from accordgraph.results.json_reader import Row, read_rows
from accordgraph.search.index import Index, Text


async def load_index(engine: Engine | CurrentEngine, folder: Path) -> Index:
    """Make the index of what an engine holds, by the queries of a folder.

    Raises what `Engine.run` raises, and `WorkerError` when the engine gave fewer rows than it has.
    """
    languages, in_language, relations, of_relation = (
        load_query(folder / f"{name}.rq")
        for name in ("languages", "texts", "kinds-of-relations", "relations")
    )
    texts: list[Text] = []
    for size in await _rows(engine, languages):
        language = size["language"].value if "language" in size else ""
        texts += [
            Text(row["thing"].value, row["field"].value, language, row["text"].value)
            for row in await _all_rows(engine, in_language, "language", language, size)
        ]
    related: list[tuple[str, str, str]] = []
    for size in await _rows(engine, relations):
        relation = size["relation"].value
        related += [
            (row["thing"].value, relation, row["value"].value)
            for row in await _all_rows(engine, of_relation, "relation", relation, size)
        ]
    return await asyncio.to_thread(Index, texts, related)


async def _all_rows(
    engine: Engine | CurrentEngine, query: Query, parameter: str, value: str, size: Row
) -> list[Row]:
    rows = await _rows(engine, query, {parameter: [value]})
    expected = int(size["rows"].value)
    if len(rows) != expected:
        raise WorkerError(f"the engine gave {len(rows)} of the {expected} rows that are to be searched")
    return rows


async def _rows(
    engine: Engine | CurrentEngine, query: Query, values: Mapping[str, Sequence[str]] | None = None
) -> list[Row]:
    return read_rows(await gather(engine, Job.of(query.bind(values or {}), "json")))
