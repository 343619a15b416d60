"""One way to answer: a representation of something, with its media type, coding, language and entity tag.

Results of queries, documents and pages are all sent like this. The terms are those of RFC 9110: a
representation has a content coding (section 8.4), validators (8.8) and is selected by negotiation (12); a
client that names its entity tag in If-None-Match gets 304 (13.1.2).
"""

import asyncio
import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from accordgraph.server.http import problems
from accordgraph.server.http.compression import IDENTITY, choose_coding, encode
from accordgraph.server.http.languages import content_language
from accordgraph.server.http.negotiation import header_of
from accordgraph.server.http.problems import Problem

_PIECE = 65_536
_CONDITIONAL = ("GET", "HEAD", "QUERY")
"""The methods for which If-None-Match is evaluated."""


class Representation:
    """The headers with which something is sent in one media type and in the coding that the client prefers.

    It may be stored and has to be revalidated (`no-cache`) until it is `tagged`, or said to be `volatile`.
    """

    def __init__(self, request: Request, content_type: str, headers: Mapping[str, str] | None = None) -> None:
        self._request = request
        self.coding = choose_coding(header_of(request, "accept-encoding"))
        self.headers = {
            "Content-Type": content_type,
            "Vary": "Accept, Accept-Encoding",
            "Cache-Control": "no-cache",
            **content_language(request, content_type),
            **(headers or {}),
        }

    def tagged(self, tag: str) -> str:
        """Set the entity tag, which names the coding too, and return it without its quotation marks.

        Raises the 412 `Problem` where If-Match names only others, by strong comparison (RFC 9110, 13.1.1).
        """
        tag = f"{tag}-{self.coding}"
        self.headers["ETag"] = f'"{tag}"'
        condition = header_of(self._request, "if-match")
        if condition is not None and condition.strip() != "*":
            if self.headers["ETag"] not in [named.strip() for named in condition.split(",")]:
                detail = (
                    f"If-Match does not name the entity tag of this representation, {self.headers['ETag']}"
                )
                raise Problem(problems.PRECONDITION_FAILED, detail, {"ETag": self.headers["ETag"]})
        return tag

    def volatile(self) -> None:
        """Say that a later request may have another answer: no entity tag, and no cache may store it."""
        self.headers.pop("ETag", None)
        self.headers["Cache-Control"] = "no-store"

    def not_modified(self, exists: bool = True) -> Response | None:
        """Return 304 where If-None-Match names the entity tag, else None.

        The comparison is weak. `*` stands for any representation, so it matters whether one `exists`.
        """
        if self._request.method not in _CONDITIONAL:
            return None
        condition = header_of(self._request, "if-none-match") or ""
        named = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
        if exists if condition.strip() == "*" else self.headers["ETag"] in named:
            return Response(None, 304, self.headers)
        return None

    def whole(self, octets: bytes, **more: str) -> Response:
        """Return the response with octets that are in the coding already; `more` are headers."""
        coded = {"Content-Encoding": self.coding} if self.coding != IDENTITY else {}
        return Whole(octets, 200, self.headers | more | coded)


class Whole(Response):
    """A response whose body is known; sent in pieces, so that a slow client holds no copy of all of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        last = max(0, len(self.body) - 1) // _PIECE * _PIECE
        for start in range(0, last, _PIECE):
            piece = self.body[start : start + _PIECE]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": self.body[last:]})


def document(
    request: Request, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a document that the server makes itself, with a tag of its content, or 304."""
    representation = Representation(request, content_type, headers)
    representation.tagged(hashlib.sha256(content_type.encode() + body).hexdigest()[:32])
    return representation.not_modified() or representation.whole(encode(representation.coding, body))
