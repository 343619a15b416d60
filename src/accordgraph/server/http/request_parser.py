"""Strict parsing of requests by RFC 9112, with the reason for each rejection.

h11 is more lenient in places, and does not expose its reasons. A rejected request is answered by the app like
any other, from the problem in its scope. This overrides methods of h11's `Connection`; see pyproject.toml.
"""

import re

import h11

from accordgraph.errors import shown
from accordgraph.server.http import problems
from accordgraph.server.http.problems import Problem

FAULT = "accordgraph.fault"
"""The key of the `Problem` of a rejected request in its scope."""

_METHODS = frozenset((b"GET", b"HEAD", b"POST", b"QUERY", b"OPTIONS", b"PUT", b"DELETE", b"PATCH", b"TRACE"))
"""The methods that are known, whether or not an address supports them."""
_HOST = re.compile(rb"(\[[0-9A-Fa-fv.:]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(:[0-9]*)?")
_ABSOLUTE = re.compile(rb"(https?)://([^/?]+)(/[^?]*)?(\?.*)?", re.IGNORECASE)
_CLOSE = {"Connection": "close"}
_BY_POST = "send a long query by POST"


class Connection(h11.Connection):
    """The server's end of a connection: yields requests whose target begins with a slash, or is `*`."""

    def __init__(self, head_bytes: int) -> None:
        super().__init__(h11.SERVER, head_bytes)
        self._most = head_bytes
        self.fault: Problem | None = None
        """Why the request is rejected."""
        self.rejected: h11.Request | None = None
        """The headers of the rejected request, where they could be parsed."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return the next event; raises `RemoteProtocolError` and sets `fault`."""
        is_head = self.their_state is h11.IDLE
        while is_head and self.trailing_data[0].startswith(b"\r\n"):
            self._receive_buffer.maybe_extract_at_most(2)  # some clients end a body with an empty line
        try:
            event = super().next_event()
        except h11.RemoteProtocolError as error:
            self.fault = self._problem_of(error, is_head)
            raise
        if not isinstance(event, h11.Request):
            return event
        try:
            return _checked(event, self._most)
        except Problem as fault:
            self.fault, self.rejected = fault, event
            raise h11.RemoteProtocolError(fault.detail) from fault

    def _problem_of(self, error: h11.RemoteProtocolError, is_head: bool) -> Problem:
        if error.error_status_hint == 431 and is_head:
            return _too_long(b"\n" in self.trailing_data[0][: self._most], self._most)
        detail = f"invalid request: {str(error).partition(': bytearray')[0]}"
        kind = problems.NOT_IMPLEMENTED if error.error_status_hint == 501 else problems.BAD_REQUEST
        return Problem(kind, detail, _CLOSE)


def _too_long(by_fields: bool, most: int) -> Problem:
    kind = problems.LONG_HEAD if by_fields else problems.LONG_ADDRESS
    return Problem(kind, f"the request headers exceed {most:,} bytes; {_BY_POST}", _CLOSE, limit="head_bytes")


def _checked(request: h11.Request, most: int) -> h11.Request:
    """Return a request as the app sees it; raises `Problem` for one that violates the standard."""
    length = len(request.method) + len(request.target) + len(b"  HTTP/1.1\r\n")
    by_fields = length <= most
    if length + sum(len(name) + len(value) + 4 for name, value in request.headers) > most:
        raise _too_long(by_fields, most)
    version = request.http_version.decode()
    if not version.startswith("1."):
        raise Problem(problems.VERSION, f"HTTP/{version} is not supported; use HTTP/1.1", _CLOSE)
    if request.method not in _METHODS:
        detail = f"the method {shown(request.method.decode())} is not supported; methods are case-sensitive"
        raise Problem(problems.NOT_IMPLEMENTED, detail, _CLOSE)
    fields = dict(request.headers)
    if {b"content-length", b"transfer-encoding"} <= fields.keys():
        raise _bad("the request has both Content-Length and Transfer-Encoding; send one of them")
    if b"host" not in fields and version > "1.0":
        raise _bad("the Host header is missing")
    if not _HOST.fullmatch(fields.get(b"host", b"")):
        raise _bad("the Host header is not a host name with an optional port")
    return _by_path(request)


def _by_path(request: h11.Request) -> h11.Request:
    """Return a request whose target is a path; the host of an absolute target replaces Host."""
    target, asks_options = request.target, request.method == b"OPTIONS"
    if b"#" in target:
        raise _bad("the request target contains #; encode it as %23")
    if target.startswith(b"/") or (target == b"*" and asks_options):
        return request
    parts = _ABSOLUTE.fullmatch(target)
    if not parts or not _HOST.fullmatch(parts[2]):
        raise _bad("the request target is neither a path nor an http:// URI with a host")
    if parts[1].lower() == b"https":
        detail = "the request target is an https URI, but the connection does not use TLS"
        raise Problem(problems.MISDIRECTED, detail, _CLOSE)
    target_path = (parts[3] or b"/") + (parts[4] or b"")
    return h11.Request(
        method=request.method,
        target=b"*" if asks_options and not (parts[3] or parts[4]) else target_path,
        headers=[
            (b"Host", parts[2]),
            *((name, value) for name, value in request.headers if name != b"host"),
        ],
        http_version=request.http_version,
    )


def _bad(detail: str) -> Problem:
    return Problem(problems.BAD_REQUEST, detail, _CLOSE)
