"""What a connection may ask of the server: requests as the standard has them, and only so much of its time.

The web server itself waits for ever for the head of a request and for an answer to be taken, so that a client
could hold a connection, and what is kept for it. Bodies of requests have a limit of their own, which knows
what to answer. What is no request is answered by the app, so it is told, counted and logged as others are.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from accordgraph.server.http.request_parser import FAULT, Connection
from accordgraph.settings import Settings

_LINGER = 2.0
"""How many seconds what still comes is let go after a refusal: a client that sends would not read it else."""


def patient_for(settings: Settings) -> type[H11Protocol]:
    """Return a protocol with the limits of the settings, as `client_wait_seconds` and `head_bytes`."""
    seconds = settings.client_wait_seconds

    class Patient(H11Protocol):
        conn: Connection
        _head: asyncio.TimerHandle | None = None
        _taking: asyncio.TimerHandle | None = None
        _refused = False

        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self.conn = Connection(settings.head_bytes)

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._head = self.loop.call_later(seconds, transport.abort)

        def data_received(self, data: bytes) -> None:
            if self._refused:
                return
            super().data_received(data)
            busy = self.cycle is not None and not self.cycle.response_complete
            if busy and self._head:
                self._head.cancel()
                self._head = None
            elif not busy and not self._head:
                self._head = self.loop.call_later(seconds, self.transport.abort)

        def send_400_response(self, msg: str) -> None:
            """Refuse what came, unless an answer has begun: then that is the last of this connection."""
            self._refused = True
            cycle = self.cycle
            if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
                if cycle.response_complete:
                    self.transport.close()
                cycle.keep_alive = False
                return
            if cycle is not None and not cycle.response_complete:  # it waits for a body that went wrong
                cycle.disconnected = True
                cycle.message_event.set()
            self.connections.discard(self)
            task = self.loop.create_task(self._refuse())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

        async def _refuse(self) -> None:
            """Let the app answer, and end the connection when the client has had time to read that."""
            asked = self.conn.refused
            method = asked.method.decode() if asked else ""
            path = asked.target.partition(b"?")[0] if asked else b""
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
                "headers": list(asked.headers) if asked else [],
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
            self._taking = self.loop.call_later(seconds, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._taking:
                self._taking.cancel()

        def timeout_keep_alive_handler(self) -> None:
            super().timeout_keep_alive_handler()
            self.loop.call_later(seconds, self.transport.abort)

        def connection_lost(self, exc: Exception | None) -> None:
            for timer in (self._head, self._taking):
                if timer:
                    timer.cancel()
            super().connection_lost(exc)

    return Patient
