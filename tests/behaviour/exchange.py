"""One request over a socket of its own, octet by octet, and what is recorded of the response."""

import base64
import hashlib
import re
import socket
import zlib
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import unquote_plus

HOST = "accordgraph.test"
REQUEST_ID = "behaviour-request"
_DROPPED = {"date", "server-timing"}
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ORDERED = re.compile(r"order\s+by", re.IGNORECASE)
_CHANGING = re.compile(r"\b(now|rand|uuid|struuid|bnode)\b", re.IGNORECASE)
_COUNTING = re.compile(r"/(health|ready|metrics)\b")
_NUMBER = re.compile(rb"\d[\d.:eE+T-]*")
_SERIES = re.compile(rb"\{method=.*\}")
"""Which of a metric's series are there depends on what was asked before."""
_BLANK = re.compile(rb'(_:|"bnode","value":"|<bnode>|nodeID=")[0-9A-Za-z]+')
_TAG = re.compile(r"[0-9a-f]{24}(?=-\w+\"$)")
_STREAMED = re.compile(r"/(sparql|queries/|graph|doc/)")
"""Addresses whose answers are sent in pieces where they are not ready at once."""
_TOKENS = re.compile(rb"[\s,;{}<>\[\]]+")
_RAW_TAG = re.compile(rb'(?<=-)[0-9a-f]{24}(?=-\w+")')
_RAW_HEAD = re.compile(rb"^(date|server-timing): .*?\r\n", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Request:
    """A request as the list has it; with `raw`, these octets are sent and nothing is added."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    raw: bytes | None = None

    @staticmethod
    def from_json(row: dict[str, Any]) -> "Request":
        """Return the request that a line of the list describes."""
        body, raw = (base64.b64decode(row[name]) if name in row else None for name in ("body", "raw"))
        headers = tuple((name, value) for name, value in row.get("headers", ()))
        return Request(row["method"], row["target"], headers, body, raw)

    def to_json(self) -> dict[str, Any]:
        """Return the line of the list."""
        row: dict[str, Any] = {"method": self.method, "target": self.target}
        row |= {"headers": [list(header) for header in self.headers]} if self.headers else {}
        for name, octets in (("body", self.body), ("raw", self.raw)):
            row |= {name: base64.b64encode(octets).decode()} if octets is not None else {}
        return row

    @property
    def name(self) -> str:
        """What the request is called in a recording and in the list of differences."""
        sent = repr((self.headers, self.body, self.raw)).encode()
        digest = hashlib.sha256(sent + self.target.encode()).hexdigest()
        return f"{self.method} {self.target[:300]} {digest[:10]}"

    @property
    def text(self) -> str:
        """Target and body, decoded: where a query stands in either."""
        return unquote_plus(self.target) + unquote_plus((self.body or b"").decode("utf-8", "replace"))

    def octets(self) -> bytes:
        """Return what goes over the wire."""
        if self.raw is not None:
            return self.raw
        names = {name.lower() for name, _ in self.headers}
        added = [("Host", HOST), ("X-Request-ID", REQUEST_ID), ("Connection", "close")]
        if self.body is not None and "transfer-encoding" not in names:
            added.append(("Content-Length", str(len(self.body))))
        headers = [*((name, value) for name, value in added if name.lower() not in names), *self.headers]
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{self.method} {self.target} HTTP/1.1\r\n{head}\r\n".encode("latin-1", "replace") + (
            self.body or b""
        )


@dataclass(frozen=True)
class Response:
    """What came back: the status (0 for none), the headers, the body, and whether it broke off."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut: bool = False


def send(port: int, request: Request, timeout: float) -> Response:
    """Send a request to a server on loopback; `timeout` in seconds."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        try:
            connection.sendall(request.octets())
        except ConnectionError:
            pass  # the server answered before it read all
        if request.raw is not None:
            return _everything(connection)
        response = HTTPResponse(connection, method=request.method)
        try:
            response.begin()
        except (HTTPException, OSError) as error:
            return Response(0, (), type(error).__name__.encode(), True)
        headers, cut = tuple(response.getheaders()), False
        try:
            body = response.read()
        except IncompleteRead as error:
            body, cut = error.partial, True
        except OSError:
            body, cut = b"", True
        return Response(response.status, headers, body, cut)


def _everything(connection: socket.socket) -> Response:
    """Return all that comes until the server closes; `cut` where it leaves the connection open."""
    connection.settimeout(5)
    octets, is_open = b"", False
    try:
        while piece := connection.recv(2**16):
            octets += piece
    except TimeoutError:
        is_open = True
    except ConnectionError:
        pass
    status = re.match(rb"HTTP/1\.1 (\d+)", octets)
    return Response(int(status[1]) if status else 0, (), octets, is_open)


def record(request: Request, response: Response) -> tuple[dict[str, Any], bytes]:
    """Return the line of a recording, and the body as it was compared."""
    joined: dict[str, str] = {}
    for name, value in sorted((name.lower(), value) for name, value in response.headers):
        if name not in _DROPPED:
            joined[name] = f"{joined[name]}\n{value}" if name in joined else value
    body = response.body
    normalised: list[str] = []
    coding = joined.get("content-encoding", "")
    if coding:
        body = _decoded(coding, body)
    if request.raw is not None:
        body = _RAW_TAG.sub(b"<key>", _RAW_HEAD.sub(b"", body))
    if "x-request-id" in joined:
        joined["x-request-id"] = _UUID.sub(b"<id>", joined["x-request-id"].encode()).decode()
    path = request.target.partition("?")[0]
    is_sparql = path.rstrip("/").endswith("/sparql") or "/sparql?" in request.target
    if is_sparql and "etag" in joined:
        joined["etag"] = _TAG.sub("<key>", joined["etag"])
        normalised.append("tag")
    text = request.text if is_sparql else ""
    for name, pattern, replacement in (("id", _UUID, b"<id>"), ("blank", _BLANK, rb"\1<blank>")):
        body, count = pattern.subn(replacement, body)
        normalised += [name] if count else []
    if response.status == 200 and _STREAMED.match(request.target) and not response.cut:
        framing = [joined.pop(name, None) for name in ("content-length", "transfer-encoding")]
        normalised += ["framing"] if any(framing) else []
    if _COUNTING.match(request.target):
        body = _NUMBER.sub(b"#", _SERIES.sub(b"<series>", body))
        body = b"\n".join(dict.fromkeys(body.splitlines()))
        joined.pop("content-length", None)
        normalised.append("numbers")
    if is_sparql and response.status == 200 and _CHANGING.search(text):
        body = b""
        joined.pop("content-length", None)
        normalised.append("changing")
    elif is_sparql and response.status == 200 and not _ORDERED.search(text):
        body = b"\n".join(sorted(_TOKENS.split(body)))
        normalised.append("order")
    row = {
        "name": request.name,
        "status": response.status,
        "cut": response.cut,
        "headers": joined,
        "body": hashlib.sha256(body).hexdigest(),
        "normalised": normalised,
    }
    return row, body


def _decoded(coding: str, octets: bytes) -> bytes:
    """Return a body without its coding, as far as it came."""
    if coding == "gzip":
        return zlib.decompressobj(31).decompress(octets)
    if coding == "zstd":
        import zstandard

        return zstandard.ZstdDecompressor().decompressobj().decompress(octets)
    return octets
