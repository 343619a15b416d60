"""OPTIONS at every address, and pages of other origins: what may be asked where, said before it is asked.

Everything here is public and nothing needs a cookie, so pages of every origin may ask. Methods that write are
let through too, so that who uses them reads why they are refused.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.routing import Match, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accordgraph.server.http import problems
from accordgraph.server.http.problems import Problem
from accordgraph.server.http.request_parser import FAULT

SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Allow, Content-Location, ETag, Link, Location, Retry-After, Server-Timing, X-Request-ID, "
        "X-Total-Count"
    ),
    "Timing-Allow-Origin": "*",
}
"""The headers with which pages of other origins may read a response."""

_READ = ("GET", "HEAD", "POST", "QUERY")
_METHODS = (*_READ, "PUT", "PATCH", "DELETE")
_PREFLIGHT = {
    "Access-Control-Allow-Methods": ", ".join((*_METHODS, "OPTIONS")),
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "86400",
}


class Options:
    """A layer that answers OPTIONS, unless the address does so itself, and completes Allow on a 405.

    What could not be taken for a request it answers with the reason.
    """

    def __init__(self, app: ASGIApp, router: Router) -> None:
        self._app, self._router = app, router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that asks what may be asked, and pass on the others."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if fault := scope.get(FAULT):
            await fault.response()(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            response = self._response(scope)
            if response:
                await response(scope, receive, send)
                return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                MutableHeaders(raw=message["headers"])["Allow"] = self._allowed(scope)
            await send(message)

        await self._app(scope, receive, sending)

    def _response(self, scope: Scope) -> Response | None:
        """Return the answer to OPTIONS; None where the address has one of its own."""
        headers = Headers(scope=scope)
        if "origin" in headers and "access-control-request-method" in headers:
            return Response(None, 204, _PREFLIGHT)
        if scope["path"] == "*":
            return Response(None, 204, {"Allow": ", ".join((*_READ, "OPTIONS"))})
        if self._takes(scope, "OPTIONS"):
            return None
        if not any(self._takes(scope, method) for method in _METHODS):
            return Problem(problems.NOT_FOUND, "there is nothing at this address").response()
        return Response(None, 204, {"Allow": self._allowed(scope)})

    def _allowed(self, scope: Scope) -> str:
        return ", ".join([*(method for method in _READ if self._takes(scope, method)), "OPTIONS"])

    def _takes(self, scope: Scope, method: str) -> bool:
        asked = {**scope, "method": method}
        return any(route.matches(asked)[0] is Match.FULL for route in self._router.routes)
