"""OPTIONS at every address, and cross-origin requests (CORS, in the Fetch standard).

Everything is public and no cookie is used, so every origin may send requests. Preflights admit the methods
that write too, so that a client reads why they are refused.
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
"""The headers that let pages of other origins read a response."""

_READ = ("GET", "HEAD", "POST", "QUERY")
_METHODS = (*_READ, "PUT", "PATCH", "DELETE")
_PREFLIGHT = {
    "Access-Control-Allow-Methods": ", ".join((*_METHODS, "OPTIONS")),
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "86400",
}


class OptionsMiddleware:
    """Answers OPTIONS, unless the address does so itself, and completes Allow on a 405.

    A request that the parser rejected is answered with its problem.
    """

    def __init__(self, app: ASGIApp, router: Router) -> None:
        self._app, self._router = app, router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer OPTIONS and rejected requests, and pass on the others."""
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
        """Return the response to OPTIONS; None where the address has its own."""
        headers = Headers(scope=scope)
        if "origin" in headers and "access-control-request-method" in headers:
            return Response(None, 204, _PREFLIGHT)
        if scope["path"] == "*":
            return Response(None, 204, {"Allow": ", ".join((*_READ, "OPTIONS"))})
        if self._supports(scope, "OPTIONS"):
            return None
        if not any(self._supports(scope, method) for method in _METHODS):
            return Problem(problems.NOT_FOUND, "no resource at this address").response()
        return Response(None, 204, {"Allow": self._allowed(scope)})

    def _allowed(self, scope: Scope) -> str:
        return ", ".join([*(method for method in _READ if self._supports(scope, method)), "OPTIONS"])

    def _supports(self, scope: Scope, method: str) -> bool:
        request_scope = {**scope, "method": method}
        return any(route.matches(request_scope)[0] is Match.FULL for route in self._router.routes)
