"""Errors over HTTP: every one is `application/problem+json` (RFC 9457) of one shape.

Always `type`, `title`, `status` and `detail`; `line` and `column` for a query that cannot be read,
`available` for a form that cannot be given, `errors` for parameters. `request` is the id by which the log
knows the request.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """A kind of problem: its name in the IRI of its type, its status and its title."""

    name: str
    status: int
    title: str


MISSING_QUERY = Kind("missing-query", 400, "No query")
BAD_REQUEST = Kind("bad-request", 400, "The request is not as the protocol asks")
MALFORMED_QUERY = Kind("malformed-query", 400, "The query cannot be read")
EVALUATION = Kind("evaluation", 400, "The query cannot be evaluated")
REFUSED = Kind("refused", 403, "This endpoint does not do that")
NOT_FOUND = Kind("not-found", 404, "There is nothing here")
METHOD = Kind("method-not-allowed", 405, "This method is not used here")
GONE = Kind("gone", 410, "This was withdrawn")
NOT_ACCEPTABLE = Kind("not-acceptable", 406, "The answer has no form that was asked for")
MEDIA = Kind("unsupported-media-type", 415, "The body is of a type or coding that is not read here")
PARAMETERS = Kind("invalid-parameters", 422, "A parameter does not fit")
TIMEOUT = Kind("request-timeout", 408, "The body of the request did not come in time")
TOO_LONG = Kind("too-long", 413, "The request is too long")
LONG_ADDRESS = Kind("address-too-long", 414, "The address is too long")
LONG_HEAD = Kind("head-too-long", 431, "The head of the request is too long")
TOO_LARGE = Kind("limit-exceeded", 400, "This is more than the server allows")
TOO_MANY = Kind("too-many-requests", 429, "This client has used what one may")
MISDIRECTED = Kind("misdirected", 421, "This server is not asked for that address")
LEFT = Kind("client-left", 499, "The client went away")
TOO_SLOW = Kind("query-timeout", 503, "The query took too long")
TOO_MUCH_MEMORY = Kind("query-memory", 503, "The query took too much memory")
BUSY = Kind("overloaded", 503, "There is no place for this query now")
NOT_READY = Kind("not-ready", 503, "The server does not answer queries now")
FAILED = Kind("query-failed", 503, "The process of the query failed")
INTERNAL = Kind("internal-error", 500, "The server failed")
NOT_IMPLEMENTED = Kind("not-implemented", 501, "This server does not know that")
VERSION = Kind("http-version", 505, "This server speaks another version of HTTP")

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
        if traced := request_context.current():
            body["request"] = traced.id
        text = json.dumps(body, ensure_ascii=False)
        return Response(text, self.kind.status, dict(self.headers or {}), MEDIA_TYPE)


def fault(parameter: str, value: str, detail: str) -> dict[str, str]:
    """Return what `errors` says of a parameter that does not fit: its name, what was sent, what is wrong."""
    return {"parameter": shown(parameter), "value": shown(value), "detail": detail}


def unfit(faults: Sequence[Mapping[str, str]]) -> Problem:
    """Return the problem of parameters that do not fit, each with its `fault`."""
    detail = "; ".join(f"{found['parameter']}: {found['detail']}" for found in faults)
    return Problem(PARAMETERS, detail, errors=[dict(found) for found in faults])


def unexpected() -> Problem:
    """Return the problem of an error that nobody expected: nothing of the cause, which goes to the log."""
    return Problem(INTERNAL, "the server met an error that it did not expect")


def install(app: FastAPI) -> None:
    """Answer every error that the app expects as a problem; see `unexpected` for the others."""

    @app.exception_handler(Problem)
    async def problem(_: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        kind = _BY_STATUS.get(error.status_code, Kind("http", error.status_code, phrase))
        detail = str(error.detail)
        if kind is NOT_FOUND:
            detail = f"there is nothing at {shown(request.url.path)}"
        elif kind is METHOD:
            detail = f"{shown(request.method)} is not used at {shown(request.url.path)}"
        return Problem(kind, detail, error.headers).response()

    @app.exception_handler(RequestValidationError)
    async def validation(_: Request, error: RequestValidationError) -> Response:
        faults = []
        for found in error.errors():
            name, sent = ".".join(str(part) for part in found["loc"][1:]), found.get("input")
            faults.append(fault(name, "" if sent is None else str(sent), str(found["msg"])))
        return unfit(faults).response()
