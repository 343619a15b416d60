"""What is asked of an engine elsewhere on our own account: what it holds, and whether it counts well."""

import httpx

from accordgraph.engine.remote import load_record
from accordgraph.engine.remote.http import RESULTS, what_it_says
from accordgraph.engine.remote.load_record import Record
from accordgraph.errors import (
    AccordGraphError,
    EvaluationError,
    LimitExceeded,
    Overloaded,
    QueryError,
    WorkerError,
)
from accordgraph.results.json_reader import Row, read_rows
from accordgraph.sparql.query import Graphs

_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_COUNT_ONCE = "SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }"
_MOST_BYTES = 65_536
"""How much of an error is read, in bytes."""


class Probe:
    """An engine that is asked.

    Each question raises what `refusal` gives, `WorkerError`, or `httpx.HTTPError` when there is no answer.
    """

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client, self._url = client, url

    async def record(self) -> Record | None:
        """Return what the engine says that it holds; None where it says nothing."""
        return load_record.read(await self._bindings(load_record.QUERY))

    async def loads(self) -> tuple[str, ...]:
        """Return the loads that the record names."""
        try:
            return tuple(row["load"].value for row in await self._bindings(load_record.LOADS))
        except LookupError as error:
            raise WorkerError("the engine behind this endpoint does not name what was asked for") from error

    async def count(self, graphs: Graphs) -> int:
        """Return how many triples the default graph has."""
        return await self._number(_COUNT, graphs)

    async def check_merge(self, graphs: Graphs) -> None:
        """Raise `EvaluationError` where a triple counts once for each default graph that it stands in."""
        if len(graphs.default) < 2:
            return
        merge = Graphs(graphs.default)
        if await self._number(_COUNT, merge) != await self._number(_COUNT_ONCE, merge):
            raise EvaluationError(
                "some triples stand in several of the graphs that make up the default graph, and the engine "
                "behind this endpoint counts them several times. Ask over one graph, or over graphs without "
                "a triple in common; without graphs the merged dataset is asked, which has each triple once"
            )

    async def _bindings(self, text: str, graphs: Graphs | None = None) -> list[Row]:
        parameters = fields(text, graphs or Graphs())
        response = await self._client.post(self._url, data=parameters, headers={"Accept": RESULTS})
        if response.status_code != 200:
            raise await refusal(response)
        try:
            return read_rows(response.content)
        except ValueError as error:
            raise WorkerError("the engine behind this endpoint gave no results in JSON") from error

    async def _number(self, text: str, graphs: Graphs) -> int:
        try:
            return int((await self._bindings(text, graphs))[0]["n"].value)
        except (LookupError, ValueError) as error:
            raise WorkerError("the engine behind this endpoint gave no number") from error


def fields(text: str, graphs: Graphs) -> dict[str, str | list[str]]:
    """Return a query as the protocol sends it."""
    parameters: dict[str, str | list[str]] = {"query": text}
    if graphs:
        parameters |= {"default-graph-uri": list(graphs.default), "named-graph-uri": list(graphs.named)}
    return parameters


async def refusal(response: httpx.Response) -> AccordGraphError:
    """Return what an answer that is no success means here."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _MOST_BYTES:
            break
    reason = f"the engine behind this endpoint says: {what_it_says(bytes(body))}"
    status = response.status_code
    if status == 400:
        return QueryError(reason)
    if status == 500:  # of this query: the engine itself answers
        return EvaluationError(reason)
    if status in (408, 504):
        return LimitExceeded("query_seconds", reason)
    if status in (429, 503):
        wait = response.headers.get("retry-after", "")
        return Overloaded(reason, int(wait) if wait.isdecimal() else 1)
    return WorkerError(f"{reason} (status {status})")
