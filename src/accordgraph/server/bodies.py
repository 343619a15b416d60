"""Bodies that are whole before they are sent: entity tag, 304 and compression."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from accordgraph.forms import Form
from accordgraph.server.coding import IDENTITY, choose_coding, encode

JSON = Form("json", "application/json")
"""JSON that is not the result of a query."""


def whole(
    request: Request, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a body as the response to a request, or 304 where the client has it already."""
    coding = choose_coding(request.headers.get("accept-encoding"))
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}-{coding}"'
    all_headers = {
        "Content-Type": content_type,
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-cache",
        "ETag": tag,
    } | dict(headers or {})
    had = [found.strip().removeprefix("W/") for found in request.headers.get("if-none-match", "").split(",")]
    if tag in had:
        return Response(None, 304, all_headers)
    if coding != IDENTITY:
        all_headers["Content-Encoding"] = coding
    return Response(encode(coding, body), 200, all_headers)
