"""A plugin for pytest: appends every request that the tests send with httpx to the file `CAPTURE`."""

import json
import os
from typing import Any

import httpx

from behaviour.exchange import Request

_OURS = {"host", "user-agent", "connection", "content-length"}


def pytest_configure() -> None:
    """Put a layer over the transport of httpx."""
    send = httpx.HTTPTransport.handle_request

    def sending(transport: httpx.HTTPTransport, sent: httpx.Request) -> httpx.Response:
        try:
            body: bytes | None = sent.read() or None
        except httpx.StreamError:
            return send(transport, sent)
        headers = tuple((name, value) for name, value in _headers(sent) if name.lower() not in _OURS)
        row = Request(sent.method, sent.url.raw_path.decode("ascii"), headers, body).to_json()
        with open(os.environ["CAPTURE"], "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        return send(transport, sent)

    transport: Any = httpx.HTTPTransport
    transport.handle_request = sending


def _headers(sent: httpx.Request) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent.headers.raw]
