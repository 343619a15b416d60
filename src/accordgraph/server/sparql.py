"""`/sparql`: the query operation of the SPARQL 1.1 Protocol, read-only.

A query runs in a thread, beside the loop that serves requests; nothing stops one that runs too long or takes
too much memory, which only a process of its own could. The whole answer is made before the first byte is
sent, so that a failure has its true status.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from traceback import clear_frames
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from accordgraph.errors import EvaluationError, QueryError, QueryRefused
from accordgraph.server import problems
from accordgraph.server.negotiation import GRAPHS, RESULTS, Choice, choose
from accordgraph.server.problems import Problem
from accordgraph.store import Graphs, Store

METHODS = ["GET", "HEAD", "POST"]
FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
_READ_ONLY = (
    "this endpoint answers queries and takes no updates: the dataset changes only when it is published anew"
)
_VARY = {"Vary": "Accept"}


@dataclass(frozen=True)
class Operation:
    """A query and the graphs that the protocol's parameters name."""

    text: str
    graphs: Graphs


class Endpoint:
    """The SPARQL endpoint on a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, request: Request) -> Response:
        """Answer one request of the protocol."""
        operation = await read(request)
        choice, body = await run_in_threadpool(self._answer_here, operation, request.headers.get("accept"))
        return Response(body, headers={**_VARY, "Content-Type": choice.content_type})

    def _answer_here(self, operation: Operation, accept: str | None) -> tuple[Choice, bytes]:
        """Answer in this thread; what an error remembers of the engine's results may only be freed here."""
        try:
            return self._answer(operation, accept)
        except Exception as error:
            link: BaseException | None = error
            while link is not None:
                clear_frames(link.__traceback__)
                link = link.__cause__ or link.__context__
            raise

    def _answer(self, operation: Operation, accept: str | None) -> tuple[Choice, bytes]:
        try:
            answer = self._store.query(operation.text, operation.graphs)
            forms = GRAPHS if answer.is_graph else RESULTS
            choice = choose(accept, forms)
            if choice is None:
                available = [form.media_type for form in forms]
                detail = f"this answer can be given as {', '.join(available)}"
                raise Problem(problems.NOT_ACCEPTABLE, detail, _VARY, available=available)
            output = BytesIO()
            answer.write(output, choice.form.format)
        except QueryRefused as error:
            raise Problem(problems.REFUSED, error.message) from error
        except EvaluationError as error:
            raise Problem(problems.EVALUATION, error.message) from error
        except QueryError as error:
            raise Problem(
                problems.MALFORMED_QUERY, str(error), line=error.line, column=error.column
            ) from error
        return choice, output.getvalue()


async def read(request: Request) -> Operation:
    """Read the query and its graphs from a request; raises `Problem` for one that is not as it should be."""
    parameters = _pairs(request.scope["query_string"], "query string")
    queries = [value for name, value in parameters if name == "query"]
    if request.method == "POST":
        media_type, _, rest = request.headers.get("content-type", "").partition(";")
        media_type = media_type.strip().lower()
        body = await request.body()
        if media_type == FORM:
            form = _pairs(body, "body")
            queries += [value for name, value in form if name == "query"]
            parameters += form
        elif media_type == QUERY:
            if "charset" in rest.lower() and "utf-8" not in rest.lower():
                raise Problem(problems.MEDIA, "a query is sent as UTF-8")
            queries.append(_decoded(body, "body"))
        elif media_type == UPDATE:
            raise Problem(problems.REFUSED, _READ_ONLY)
        else:
            sent = f"not as {media_type}" if media_type else "and says so in Content-Type"
            raise Problem(problems.MEDIA, f"POST sends a query as {FORM} or {QUERY}, {sent}")
    if any(name == "update" for name, _ in parameters):
        raise Problem(problems.REFUSED, _READ_ONLY)
    if len(queries) != 1 or not queries[0].strip():
        if len(queries) > 1:
            raise Problem(problems.BAD_REQUEST, "a request holds one query; this one has several")
        raise Problem(problems.MISSING_QUERY, "the parameter `query` holds no query")
    default = _graph_names(value for name, value in parameters if name == "default-graph-uri")
    named = _graph_names(value for name, value in parameters if name == "named-graph-uri")
    return Operation(queries[0], Graphs(default, named))


def _decoded(octets: bytes, where: str) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise Problem(problems.BAD_REQUEST, f"the {where} is not UTF-8 at byte {error.start + 1}") from error


def _pairs(octets: bytes, where: str) -> list[tuple[str, str]]:
    text = _decoded(octets, where)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise Problem(problems.BAD_REQUEST, f"the {where} is not UTF-8 behind its % signs") from error


def _graph_names(names: Iterable[str]) -> tuple[str, ...]:
    found = tuple(names)
    for name in found:
        try:
            NamedNode(name)
        except ValueError as error:
            raise Problem(
                problems.BAD_REQUEST, f"{name!r} names no graph: it is not an absolute IRI"
            ) from error
    return found
