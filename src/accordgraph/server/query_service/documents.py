"""Documents that are no answers to queries: made by the server, tagged, compressed, and not sent twice."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from accordgraph.server.http.compression import IDENTITY, choose_coding, encode
from accordgraph.server.http.conditional import matches
from accordgraph.server.http.languages import content_language
from accordgraph.server.http.negotiation import header_of


def document(
    request: Request, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a document as a response, or 304 where the client has it."""
    coding = choose_coding(header_of(request, "accept-encoding"))
    tag = f'"{hashlib.sha256(content_type.encode() + body).hexdigest()[:32]}-{coding}"'
    sent = {
        "Content-Type": content_type,
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-cache",
        "ETag": tag,
        **content_language(request, content_type),
        **(headers or {}),
    }
    if matches(header_of(request, "if-none-match"), tag):
        return Response(None, 304, sent)
    if coding != IDENTITY:
        sent["Content-Encoding"] = coding
    return Response(encode(coding, body), 200, sent)
