"""Errors over HTTP: every one is `application/problem+json` (RFC 9457) of one shape.

The members are always `type`, `title`, `status` and `detail`; `line` and `column` for a syntax error,
`available` for a format that is not available, `errors` for parameters. `request` is the id
of the request in the log.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from accordgraph.errors import shown
from accordgraph.namespaces import BASE
from accordgraph.server.http import request_context

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """A problem type: its name in the IRI of the type, its status, its title, and what a client can do."""

    name: str
    status: int
    title: str
    meaning: str


KINDS: dict[str, Kind] = {}
"""Every problem type by its name: the one table that responses, pages and the OpenAPI document read."""


def _kind(name: str, status: int, title: str, meaning: str) -> Kind:
    KINDS[name] = Kind(name, status, title, meaning)
    return KINDS[name]


MISSING_QUERY = _kind(
    "missing-query",
    400,
    "Missing query",
    "The request has no query. Send one as the parameter 'query' or as the body.",
)
BAD_REQUEST = _kind(
    "bad-request",
    400,
    "Bad request",
    "The request does not follow the protocol. The detail states what is wrong.",
)
MALFORMED_QUERY = _kind(
    "malformed-query",
    400,
    "Query syntax error",
    "The query is not SPARQL 1.1. 'line' and 'column' give the place of the error.",
)
EVALUATION = _kind(
    "evaluation",
    400,
    "Query evaluation error",
    "The syntax is correct, but a part of the query cannot be evaluated, such as a call of an unknown "
    "function.",
)
TOO_LARGE = _kind(
    "limit-exceeded",
    400,
    "Limit exceeded",
    "The query or its result exceeds a limit of the server. 'limit' names the setting; request less, or "
    "in parts.",
)
REFUSED = _kind(
    "refused",
    403,
    "Operation not permitted",
    "The endpoint is read-only: it takes no SPARQL Update and does not call other endpoints (SERVICE).",
)
NOT_FOUND = _kind(
    "not-found",
    404,
    "Not found",
    "Neither the graph nor the server has a resource of this name. Names are case-sensitive.",
)
METHOD = _kind(
    "method-not-allowed",
    405,
    "Method not allowed",
    "The address does not support this method. The header Allow lists the methods that it supports.",
)
NOT_ACCEPTABLE = _kind(
    "not-acceptable",
    406,
    "No acceptable response format",
    "The result is not available in a format that 'format', the suffix or the Accept header asks for. "
    "'available' lists the media types that are.",
)
TIMEOUT = _kind(
    "request-timeout",
    408,
    "Request timeout",
    "The body of the request did not arrive in time. Send it faster, or in smaller parts.",
)
GONE = _kind(
    "gone",
    410,
    "Resource withdrawn",
    "The resource was withdrawn. 'replacedBy', where present, names its successor.",
)
TOO_LONG = _kind(
    "too-long",
    413,
    "Request body too large",
    "The query or the body is longer than the server accepts. 'limit' names the setting.",
)
LONG_ADDRESS = _kind(
    "address-too-long",
    414,
    "URI too long",
    "The URI is longer than the server accepts; 'limit' names the setting. Send a long query by POST.",
)
PRECONDITION_FAILED = _kind(
    "precondition-failed",
    412,
    "Precondition failed",
    "If-Match names another entity tag than that of the representation. Repeat the request without it.",
)
MEDIA = _kind(
    "unsupported-media-type",
    415,
    "Unsupported media type or content coding",
    "The address does not accept a body of this media type or content coding.",
)
MISDIRECTED = _kind(
    "misdirected",
    421,
    "Misdirected request",
    "The request names an https URI, but the connection does not use TLS.",
)
PARAMETERS = _kind(
    "invalid-parameters",
    422,
    "Invalid parameter",
    "A parameter has an invalid value. 'errors' lists each with the values that are valid.",
)
TOO_MANY = _kind(
    "too-many-requests",
    429,
    "Rate limit exceeded",
    "The client has used the CPU time or the number of failed queries that it has per minute. Retry-After "
    "gives the seconds to wait.",
)
LONG_HEAD = _kind(
    "head-too-long",
    431,
    "Request header fields too large",
    "The headers of the request are longer than the server accepts; 'limit' names the setting. Send fewer.",
)
LEFT = _kind(
    "client-left",
    499,
    "Client closed request",
    "The client closed the connection before the response. This appears in logs only.",
)
INTERNAL = _kind(
    "internal-error",
    500,
    "Internal server error",
    "The server met an unexpected error, which its log records.",
)
NOT_IMPLEMENTED = _kind(
    "not-implemented",
    501,
    "Not implemented",
    "The server does not support the method, or the transfer coding of the body. Methods are case-sensitive.",
)
TOO_SLOW = _kind(
    "query-timeout",
    503,
    "Query timed out",
    "The query took longer than the server allows. Request less: name a class or a resource, and avoid "
    "patterns that share no variable.",
)
TOO_MUCH_MEMORY = _kind(
    "query-memory",
    503,
    "Query exceeded the memory limit",
    "The query needed more memory than the server allows. Request less, or do not sort.",
)
BUSY = _kind(
    "overloaded",
    503,
    "Server overloaded",
    "No slot is free for the query. Retry-After gives the seconds to wait.",
)
NOT_READY = _kind(
    "not-ready",
    503,
    "Service not ready",
    "The store of the server does not respond, so that no query can be answered. Retry later.",
)
FAILED = _kind(
    "query-failed",
    503,
    "Query worker failed",
    "The worker process of the query ended unexpectedly and was replaced. Retry.",
)
VERSION = _kind(
    "http-version",
    505,
    "HTTP version not supported",
    "The request uses a version of HTTP other than 1.0 and 1.1.",
)
OTHER = _kind(
    "http",
    400,
    "Request failed",
    "The request cannot be answered; the status states why.",
)
"""For statuses that have no type of their own."""

_BY_STATUS = {kind.status: kind for kind in (NOT_FOUND, METHOD, NOT_ACCEPTABLE, MEDIA, INTERNAL)}


class Problem(Exception):
    """A request that ends in an error; the members are added to the body, the headers to the response."""

    def __init__(
        self, kind: Kind, detail: str, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.headers, self.members = kind, detail, headers, members

    def response(self) -> Response:
        """Return the problem as a response; members that are None are left out."""
        body = {
            "type": f"{BASE}problem/{self.kind.name}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        } | {name: value for name, value in self.members.items() if value is not None}
        if context := request_context.current():
            body["request"] = context.id
        text = json.dumps(body, ensure_ascii=False)
        return Response(text, self.kind.status, dict(self.headers or {}), MEDIA_TYPE)


def fault(parameter: str, value: str, detail: str) -> dict[str, str]:
    """Return an entry of `errors`: the name of an invalid parameter, its value, and what is wrong."""
    return {"parameter": shown(parameter), "value": shown(value), "detail": detail}


def unfit(faults: Sequence[Mapping[str, str]]) -> Problem:
    """Return the problem of invalid parameters, each with its `fault`."""
    detail = "; ".join(f"{entry['parameter']}: {entry['detail']}" for entry in faults)
    return Problem(PARAMETERS, detail, errors=[dict(entry) for entry in faults])


def unexpected() -> Problem:
    """Return the problem of an unexpected error, without its cause, which goes to the log."""
    return Problem(INTERNAL, "unexpected error; the log of the server has the cause under this request id")


def install(app: FastAPI) -> None:
    """Make the app answer every expected error as a problem; see `unexpected` for the others."""

    @app.exception_handler(Problem)
    async def problem(_: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        kind = _BY_STATUS.get(error.status_code, replace(OTHER, status=error.status_code, title=phrase))
        detail = str(error.detail)
        if kind is NOT_FOUND:
            detail = f"no resource at {shown(request.url.path)}"
        elif kind is METHOD:
            detail = f"{shown(request.url.path)} does not support {shown(request.method)}"
        return Problem(kind, detail, error.headers).response()

    @app.exception_handler(RequestValidationError)
    async def validation(_: Request, error: RequestValidationError) -> Response:
        faults = []
        for entry in error.errors():
            name, value = ".".join(str(part) for part in entry["loc"][1:]), entry.get("input")
            faults.append(fault(name, "" if value is None else str(value), str(entry["msg"])))
        return unfit(faults).response()
