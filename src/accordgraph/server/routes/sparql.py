"""`/sparql`: the query operation of the SPARQL 1.1 Protocol, read-only.

The result format is negotiated before the query runs, since the query form decides whether the result is a
graph. Queries are sent by GET, by POST as a form or as the query itself, and by the method QUERY.
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
_READ_ONLY = "this endpoint is read-only; the dataset changes only when a new version is published"
_GRAPH_STORE = (
    "`graph` and `default` are parameters of the Graph Store at /graph-store; a query names graphs with "
    "`default-graph-uri` and `named-graph-uri`"
)
_ASKS = re.compile(rb"(?:^|&)query=")
"""A query string that asks something, whatever else it has; so it need not be parsed twice."""
_LET_GO = 16
"""How many times `request_bytes` is read of a body that is too long."""
_SHORT = 10_000
"""The longest query, in characters, that is parsed in the event loop; a thread parses a longer one."""
_OPTIONS = {
    "Allow": ", ".join(METHODS),
    "Accept-Post": f"{QUERY}, {FORM}",
    "Accept-Query": QUERY,
    "Link": LIMITS,
}
_SAVED = {"Content-Disposition": 'attachment; filename="results.xlsx"'}


@dataclass(frozen=True)
class Operation:
    """A query, the graphs that the protocol's parameters name, and the format that is requested by name."""

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
            if {"graph", "default"} & set(request.query_params):
                raise Problem(problems.BAD_REQUEST, _GRAPH_STORE)
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


async def without_slash(request: Request) -> Response:
    """Redirect from `/sparql/` to `/sparql`, with the method and body of the request."""
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(None, 308, {"Location": f"/sparql{query}"})


async def body_of(request: Request, settings: Settings) -> bytes:
    """Return the body of a request; raises `Problem` when it is too long or does not arrive.

    Part of a body that is too long is read and discarded: a client that is still sending reads no response.
    """
    body, length = bytearray(), 0
    if (coding := request.headers.get("content-encoding", "").strip()) and coding.lower() != "identity":
        detail = f"Content-Encoding {shown(coding)} is not supported; send the body uncompressed"
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
        detail = f"the body did not arrive within {settings.request_seconds:g} seconds"
        raise Problem(problems.TIMEOUT, detail, {"Connection": "close"}, limit="request_seconds") from error
    except ClientDisconnect as error:
        raise Problem(
            problems.LEFT, "the client closed the connection before the end of its request"
        ) from error
    if length > settings.request_bytes:
        raise _too_long(settings)
    return bytes(body)


def _announced(request: Request) -> int:
    """Return the length of a body that the client sends only after `100 Continue`; 0 for others."""
    waits = "100-continue" in request.headers.get("expect", "").lower()
    return int(request.headers.get("content-length", "0")) if waits else 0


def _too_long(settings: Settings) -> Problem:
    detail = f"the body is longer than {settings.request_bytes:,} bytes"
    return Problem(problems.TOO_LONG, detail, {"Connection": "close"}, limit="request_bytes")


async def read(request: Request, settings: Settings) -> Operation:
    """Read the query and its graphs from a request; raises `Problem` for an invalid one."""
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
                raise Problem(problems.MEDIA, "the charset of a query is UTF-8; others are not supported")
            queries.append(decoded(body, "body"))
        elif media_type == UPDATE:
            raise Problem(problems.REFUSED, _READ_ONLY)
        else:
            supported = f"{FORM} or {QUERY}" if request.method == "POST" else QUERY
            detail = f"Content-Type {shown(media_type)} is not supported" if media_type else "no Content-Type"
            hint = "; to send the query in the URL, use GET" if queries and not body else ""
            raise Problem(problems.MEDIA, f"{detail}; {request.method} takes {supported}{hint}")
    if any(name == "update" for name, _ in parameters):
        raise Problem(problems.REFUSED, _READ_ONLY)
    if len(queries) != 1 or not queries[0].strip():
        if len(queries) > 1:
            raise Problem(problems.BAD_REQUEST, "the parameter `query` is repeated; a request has one query")
        raise Problem(problems.MISSING_QUERY, "the parameter `query` is missing or empty")
    # HTML forms of other endpoints send an empty graph IRI for none
    default = graph_names(value for name, value in parameters if value and name == "default-graph-uri")
    named = graph_names(value for name, value in parameters if value and name == "named-graph-uri")
    last = dict(parameters)
    text, limit = queries[0], settings.query_bytes
    short = len(text) <= _SHORT
    query = SparqlQuery.read(text, limit) if short else await asyncio.to_thread(SparqlQuery.read, text, limit)
    return Operation(query, Graphs(default, named), last.get("format") or last.get("output"))
