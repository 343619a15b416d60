"""Responses that are sent while their query runs."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from accordgraph.errors import AccordGraphError
from accordgraph.server.http.compression import IDENTITY, encoder
from accordgraph.server.http.representation import Representation
from accordgraph.server.query_service.cache import Draft
from accordgraph.server.query_service.execution import UnderWay, unless_left


class Streamed(Response):
    """A response whose body is sent while the query runs; cut off, not ended, when it fails."""

    def __init__(
        self,
        run: UnderWay,
        representation: Representation,
        head_only: bool,
        draft: Draft,
    ) -> None:
        super().__init__(None, 200, representation.headers)
        del self.headers["content-length"]
        coding = representation.coding
        if coding != IDENTITY:
            self.headers["Content-Encoding"] = coding
        elif run.spool.ended:
            self.headers["Content-Length"] = str(len(run.spool))
        self._run, self._coding, self._head_only, self._draft = run, coding, head_only, draft

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces as they come."""
        try:
            await unless_left(receive, self._send(send))
        finally:
            self._run.close()
            self._draft.drop()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if self._head_only:
            await send({"type": "http.response.body", "body": b""})
            return
        compressor = encoder(self._coding)
        try:
            async for piece in self._run.spool.pieces():
                if part := compressor.compress(piece):
                    self._draft.add(part)
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                async with self._run.turns:
                    await asyncio.sleep(0)
        except AccordGraphError:
            return  # without the end of the body: the server then cuts the connection
        rest = compressor.flush()
        self._draft.add(rest)
        self._draft.keep()
        await send({"type": "http.response.body", "body": rest})
