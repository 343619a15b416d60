"""The access log: one line per request, as text or JSON, without personal data.

A line has the path without the query string, a fingerprint of the query, and a hash of the client's address
with a salt that lasts as long as the process.
"""

import hashlib
import json
import logging
import os
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accordgraph.errors import InputError
from accordgraph.server.http import cors, problems, request_context

HEADER = "X-Request-ID"
_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_MOST_PATH = 200
_LOG = logging.getLogger("accordgraph.requests")
_UVICORN_MESSAGES = (
    "ASGI callable returned without completing response.",
    "Invalid HTTP request received.",
    "Unsupported upgrade request.",
    "No supported WebSocket library detected.",
)
"""How uvicorn's messages on responses that are cut off and on rejected requests begin."""
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_PAGES = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
"""The content policy of pages: resources of the same origin only; inline styles too."""

Count = Callable[[Scope, int], None]
"""Takes the scope of each completed request and the status of its response, 0 if there was none."""


class AccessLogMiddleware:
    """The outermost layer: gives each request its id and each response its headers, and logs the request.

    An unexpected error is logged with its traceback, and answered as a problem without its cause.
    """

    def __init__(self, app: ASGIApp, count: Count) -> None:
        self._app, self._count = app, count
        self._salt = os.urandom(16)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log its outcome."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client_id = Headers(scope=scope).get(HEADER, "")
        context = request_context.begin(client_id if _CLIENT_ID.fullmatch(client_id) else str(uuid.uuid4()))
        began, status, size, whole = time.perf_counter(), 0, 0, False

        async def sending(message: Message) -> None:
            nonlocal status, size, whole
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(MutableHeaders(raw=message.setdefault("headers", [])), context.id)
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
                whole = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            _LOG.exception("request %s failed with an unexpected error", context.id)
            context.outcome = "failed"
            if not status:
                await problems.unexpected().response()(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            self._count(scope, status)
            if _LOG.isEnabledFor(logging.INFO):
                _LOG.info(
                    "request",
                    extra={
                        "fields": {
                            "id": context.id,
                            "client": self._hashed(scope),
                            "method": scope["method"],
                            "path": _path(scope),
                            "status": status,
                            "bytes": size,
                            "whole": whole,
                            "seconds": round(seconds, 4),
                            "outcome": context.outcome or (None if whole else "left"),
                            "query": context.query,
                        }
                    },
                )

    def _hashed(self, scope: Scope) -> str:
        client = (scope.get("client") or ("",))[0]
        return hashlib.blake2b(client.encode(), key=self._salt, digest_size=6).hexdigest()


def _complete(headers: MutableHeaders, id_: str) -> None:
    headers[HEADER] = id_
    for name, value in (_SECURITY | cors.SHARED).items():
        headers.setdefault(name, value)
    if headers.get("content-type", "").startswith("text/html"):
        headers.setdefault("Content-Security-Policy", _PAGES)


def _path(scope: Scope) -> str:
    """Return the path as it was sent, which has no spaces and no control characters."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode("unicode_escape")
    return raw.decode("ascii", "backslashreplace")[:_MOST_PATH]


class LogFormatter(logging.Formatter):
    """Formats a record as one line of `text` or `json`. A traceback follows, in JSON as a member."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = getattr(record, "fields", {})
        fields = {name: value for name, value in fields.items() if value is not None}
        raised = self.formatException(record.exc_info) if record.exc_info else ""
        message = record.getMessage()
        if self._json:
            line = {"time": when, "level": record.levelname.lower(), "logger": record.name, "event": message}
            return json.dumps(line | fields | ({"traceback": raised} if raised else {}), ensure_ascii=False)
        shown = " ".join(f"{name}={value}" for name, value in fields.items())
        line_ = " ".join(part for part in (when, record.levelname, message, shown) if part)
        return f"{line_}\n{raised}" if raised else line_


class _UvicornFilter(logging.Filter):
    """Drops the messages of uvicorn on what is intended, and logged here."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith(_UVICORN_MESSAGES)


_UVICORN_FILTER = _UvicornFilter()


def filter_uvicorn() -> None:
    """Keep messages of uvicorn out of the log that repeat a line of this one."""
    logging.getLogger("uvicorn.error").addFilter(_UVICORN_FILTER)


def configure(form: str) -> None:
    """Send the log of this process to standard error as `text` or `json`, one line per event.

    Raises `InputError` for any other form.
    """
    if form not in ("text", "json"):
        raise InputError(f"the setting log_format is {form!r}; it should be text or json")
    handler = logging.StreamHandler()
    handler.setFormatter(LogFormatter(form))
    for name in ("accordgraph", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
    filter_uvicorn()
