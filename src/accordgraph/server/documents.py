"""Documents that are no answers to queries: made by the server, tagged, compressed, and not sent twice."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from accordgraph.server.cache import matches
from accordgraph.server.coding import IDENTITY, choose_coding, encode


def document(
    request: Request, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a document as a response, or 304 where the client has it."""
    coding = choose_coding(request.headers.get("accept-encoding"))
    tag = f'"{hashlib.sha256(content_type.encode() + body).hexdigest()[:32]}-{coding}"'
    sent = {
        "Content-Type": content_type,
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-cache",
        "ETag": tag,
    } | dict(headers or {})
    if matches(request.headers.get("if-none-match"), tag):
        return Response(None, 304, sent)
    if coding != IDENTITY:
        sent["Content-Encoding"] = coding
    return Response(encode(coding, body), 200, sent)
