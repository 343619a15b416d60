"""`/sparql`: the query operation of the SPARQL 1.1 Protocol, read-only.

The form of the answer is chosen before the query runs, since the first word of a query says whether it gives
a graph. Queries come by GET, by POST of a form or of the query itself, and by the method QUERY.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from accordgraph.errors import shown
from accordgraph.results import formats
from accordgraph.results.formats import forms_of
from accordgraph.server.http import problems
from accordgraph.server.http.languages import language_of
from accordgraph.server.http.negotiation import choose_form, header_of
from accordgraph.server.http.problems import Problem
from accordgraph.server.http.query_string import decoded, graph_names, pairs
from accordgraph.server.pages import html
from accordgraph.server.pages.dataset_index import DatasetQueries
from accordgraph.server.query_service.execution import ResultSpec
from accordgraph.server.query_service.service import LIMITS, QueryService
from accordgraph.settings import Settings
from accordgraph.sparql.query import UPDATE as UPDATE_FORM
from accordgraph.sparql.query import Graphs, SparqlQuery

METHODS = ["GET", "HEAD", "POST", "QUERY", "OPTIONS"]
FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
_READ_ONLY = (
    "this endpoint answers queries and takes no updates: the dataset changes only when it is published anew"
)
_ASKS = re.compile(rb"(?:^|&)query=")
"""A query string that asks something, whatever else it has; so it need not be parsed twice."""
_LET_GO = 16
"""How many times the longest body is read of one that is too long."""
_SHORT = 10_000
"""The longest query, in characters, that is read in the event loop: a thread reads a longer one."""
_OPTIONS = {
    "Allow": ", ".join(METHODS),
    "Accept-Post": f"{QUERY}, {FORM}",
    "Accept-Query": QUERY,
    "Link": LIMITS,
}
_SAVED = {"Content-Disposition": 'attachment; filename="results.xlsx"'}


@dataclass(frozen=True)
class Operation:
    """A query, the graphs that the protocol's parameters name, and the form that is asked for by name."""

    query: SparqlQuery
    graphs: Graphs
    form: str | None


class Endpoint:
    """The SPARQL endpoint."""

    def __init__(
        self,
        service: QueryService,
        dataset: DatasetQueries,
        describe: Callable[[Request], Awaitable[Response]],
    ) -> None:
        self._service, self._dataset, self._describe = service, dataset, describe

    async def __call__(self, request: Request) -> Response:
        """Answer one request of the protocol."""
        if request.method == "OPTIONS":
            return Response(None, 204, _OPTIONS)
        asks = _ASKS.search(request.scope["query_string"]) or request.method not in ("GET", "HEAD")
        if not asks and not {"query", "update"} & set(request.query_params):
            return await self._describe(request)
        operation = await read(request, self._service.settings)
        if operation.query.form == UPDATE_FORM:
            raise Problem(problems.REFUSED, _READ_ONLY)
        choice = choose_form(header_of(request, "accept"), operation.form, forms_of(operation.query))
        if choice.form != formats.HTML:
            headers = _SAVED if choice.form == formats.XLSX else None
            spec = ResultSpec(operation.query, choice, operation.graphs, headers=headers, steady=False)
            return await self._service.respond(request, spec)
        language = language_of(request)
        most = self._service.settings.answer_rows
        render = html.table(operation.query.text, operation.graphs, language, self._dataset.labels, most)
        variant = html.variant(language)
        spec = ResultSpec(
            operation.query, choice, operation.graphs, render, html.HEADERS, variant, steady=False
        )
        return await self._service.respond(request, spec)


async def body_of(request: Request, settings: Settings) -> bytes:
    """Return the body of a request; raises `Problem` when it is too long, or does not come.

    Some of what is too long is read and let go: a client that still sends would not see why it is refused.
    """
    body, length = bytearray(), 0
    if (coding := request.headers.get("content-encoding", "").strip()) and coding.lower() != "identity":
        detail = f"the body is coded as {shown(coding)}; it is read as it is, without a coding"
        raise Problem(problems.MEDIA, detail, {"Accept-Encoding": "identity", "Connection": "close"})
    if _announced(request) > settings.request_bytes:
        raise _too_long(settings)
    try:
        async with asyncio.timeout(settings.request_seconds):
            async for piece in request.stream():
                length += len(piece)
                if length <= settings.request_bytes:
                    body += piece
                elif length > _LET_GO * settings.request_bytes:
                    break
    except TimeoutError as error:
        detail = f"the body did not come within {settings.request_seconds:g} seconds"
        raise Problem(problems.TIMEOUT, detail, {"Connection": "close"}, limit="request_seconds") from error
    except ClientDisconnect as error:
        raise Problem(problems.LEFT, "the client went away before the end of its request") from error
    if length > settings.request_bytes:
        raise _too_long(settings)
    return bytes(body)


def _announced(request: Request) -> int:
    """Return the length of a body that the client sends only when it is told to go on; 0 for others."""
    waits = "100-continue" in request.headers.get("expect", "").lower()
    return int(request.headers.get("content-length", "0")) if waits else 0


def _too_long(settings: Settings) -> Problem:
    detail = f"the body is longer than {settings.request_bytes:,} bytes"
    return Problem(problems.TOO_LONG, detail, {"Connection": "close"}, limit="request_bytes")


async def read(request: Request, settings: Settings) -> Operation:
    """Read the query and its graphs from a request; raises `Problem` for one that is not as it should be."""
    parameters = pairs(request.scope["query_string"], "query string")
    queries = [value for name, value in parameters if name == "query"]
    if request.method in ("POST", "QUERY"):
        media_type, _, rest = request.headers.get("content-type", "").partition(";")
        media_type = media_type.strip().lower()
        body = await body_of(request, settings)
        if media_type == FORM and request.method == "POST":
            form = pairs(body, "body")
            queries += [value for name, value in form if name == "query"]
            parameters += form
        elif media_type == QUERY:
            if "charset" in rest.lower() and "utf-8" not in rest.lower():
                raise Problem(problems.MEDIA, "a query is sent as UTF-8")
            queries.append(decoded(body, "body"))
        elif media_type == UPDATE:
            raise Problem(problems.REFUSED, _READ_ONLY)
        else:
            ways = f"{FORM} or {QUERY}" if request.method == "POST" else QUERY
            sent = f"not as {shown(media_type)}" if media_type else "and says so in Content-Type"
            if queries and not body:
                sent += "; a query in the address is sent by GET"
            raise Problem(problems.MEDIA, f"{request.method} sends a query as {ways}, {sent}")
    if any(name == "update" for name, _ in parameters):
        raise Problem(problems.REFUSED, _READ_ONLY)
    if len(queries) != 1 or not queries[0].strip():
        if len(queries) > 1:
            raise Problem(problems.BAD_REQUEST, "a request holds one query; this one has several")
        raise Problem(problems.MISSING_QUERY, "the parameter `query` holds no query")
    # forms of other endpoints send an empty graph for none
    default = graph_names(value for name, value in parameters if value and name == "default-graph-uri")
    named = graph_names(value for name, value in parameters if value and name == "named-graph-uri")
    last = dict(parameters)
    text, limit = queries[0], settings.query_bytes
    short = len(text) <= _SHORT
    query = SparqlQuery.read(text, limit) if short else await asyncio.to_thread(SparqlQuery.read, text, limit)
    return Operation(query, Graphs(default, named), last.get("format") or last.get("output"))
