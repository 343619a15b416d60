"""The connection of a client: strict parsing, and timeouts for request headers and for reading a response.

uvicorn has neither timeout, so that a slow client could hold a connection and its response for ever. The
timeout of a body is in the route that reads it. A rejected request is answered by the app, so that it is
counted and logged like any other. This overrides methods of uvicorn's `H11Protocol`; see pyproject.toml.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from accordgraph.server.http.request_parser import FAULT, Connection
from accordgraph.settings import Settings

_LINGER = 2.0
"""Seconds for which data is still received after a rejection, so that a sending client reads the response."""


def protocol_for(settings: Settings) -> type[H11Protocol]:
    """Return a protocol with the limits `client_wait_seconds` and `head_bytes` of the settings."""
    seconds = settings.client_wait_seconds

    class LimitedH11Protocol(H11Protocol):
        conn: Connection
        _header_timer: asyncio.TimerHandle | None = None
        _read_timer: asyncio.TimerHandle | None = None
        _rejected = False

        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self.conn = Connection(settings.head_bytes)

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._header_timer = self.loop.call_later(seconds, transport.abort)

        def data_received(self, data: bytes) -> None:
            if self._rejected:
                return
            super().data_received(data)
            busy = self.cycle is not None and not self.cycle.response_complete
            if busy and self._header_timer:
                self._header_timer.cancel()
                self._header_timer = None
            elif not busy and not self._header_timer:
                self._header_timer = self.loop.call_later(seconds, self.transport.abort)

        def send_400_response(self, msg: str) -> None:
            """Reject the request, unless a response has begun: then the connection ends after it."""
            self._rejected = True
            cycle = self.cycle
            if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
                if cycle.response_complete:
                    self.transport.close()
                cycle.keep_alive = False
                return
            if cycle is not None and not cycle.response_complete:  # it waits for a body that is malformed
                cycle.disconnected = True
                cycle.message_event.set()
            self.connections.discard(self)
            task = self.loop.create_task(self._reject())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

        async def _reject(self) -> None:
            """Let the app answer, and close the connection once the client has had time to read that."""
            request = self.conn.rejected
            method = request.method.decode() if request else ""
            path = request.target.partition(b"?")[0] if request else b""
            scope = {
                "type": "http",
                "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
                "http_version": "1.1",
                "server": self.server,
                "client": self.client,
                "scheme": self.scheme,
                "method": method,
                "root_path": "",
                "path": path.decode(),
                "raw_path": path,
                "query_string": b"",
                "headers": list(request.headers) if request else [],
                "state": self.app_state.copy(),
                FAULT: self.conn.fault,
            }

            async def receive() -> dict[str, Any]:
                return {"type": "http.disconnect"}

            async def send(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    status = message["status"]
                    reason = HTTPStatus(status).phrase
                    headers = self.server_state.default_headers + message["headers"]
                    self._write(h11.Response(status_code=status, headers=headers, reason=reason))
                    return
                if method != "HEAD":
                    self._write(h11.Data(data=message["body"]))
                self._write(h11.EndOfMessage())

            await self.app(scope, receive, send)
            if not self.transport.is_closing():
                self.transport.write_eof()
                self.loop.call_later(_LINGER, self.transport.abort)

        def _write(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
            self.transport.write(self.conn.send(event))

        def pause_writing(self) -> None:
            super().pause_writing()
            self._read_timer = self.loop.call_later(seconds, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._read_timer:
                self._read_timer.cancel()

        def timeout_keep_alive_handler(self) -> None:
            super().timeout_keep_alive_handler()
            self.loop.call_later(seconds, self.transport.abort)

        def connection_lost(self, exc: Exception | None) -> None:
            for timer in (self._header_timer, self._read_timer):
                if timer:
                    timer.cancel()
            super().connection_lost(exc)

    return LimitedH11Protocol
