"""Send requests to a server over a copy of a checkout, few at once, and record the answers."""

import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zlib import crc32

from behaviour.checkout import Checkout
from behaviour.exchange import Request, record, send

QUERY_SECONDS = "60"
"""The limit of a query: far above what the pruned list needs."""
_PATIENCE = 90.0
_FIRST = ("/", "/void", "/ontology", "/shapes", "/sparql", "/graph-store?default", "/api/search?q=a")
"""What a server makes once and keeps: asked for first, so that no recorded request waits for it."""
_SHOWN, _AT_ONCE = 500, 6


def read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a list or a recording."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write a list or a recording; the same lines give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def answer(port: int, request: Request, bodies: Path, patience: float) -> dict[str, Any]:
    """Send a request and return what is recorded of it, with the seconds it took; the body goes to a folder.

    Where the response has an entity tag, the request is sent again with it: `again` is the status of that.
    """
    began = time.monotonic()
    response = send(port, request, patience)
    row, body = record(request, response)
    row["seconds"], row["size"] = time.monotonic() - began, len(body)
    tag = {name.lower(): value for name, value in response.headers}.get("etag")
    names = {name.lower() for name, _ in request.headers}
    if tag and response.status == 200 and "if-none-match" not in names:
        headers = (*request.headers, ("If-None-Match", tag))
        conditional = Request(request.method, request.target, headers, request.body)
        row["again"] = send(port, conditional, _PATIENCE).status
    path = bodies / f"{row['body']}.gz"
    if not path.exists():
        path.write_bytes(gzip.compress(body, 1, mtime=0))
    return row


def replay(
    checkout: Checkout, requests: list[Request], bodies: Path, patience: float = _PATIENCE
) -> list[dict[str, Any]]:
    """Return the recording of requests to a built copy; what was normalised is counted on standard error.

    A few are under way at once; those of one target are sent in their order.
    """
    bodies.mkdir(parents=True, exist_ok=True)
    streams: list[list[Request]] = [[] for _ in range(_AT_ONCE)]
    for request in requests:
        streams[crc32(request.target.encode()) % _AT_ONCE].append(request)
    found: dict[str, dict[str, Any]] = {}

    def work(stream: list[Request]) -> None:
        for request in stream:
            found[request.name] = answer(port, request, bodies, patience)
            if len(found) % _SHOWN == 0:
                print(f"{len(found)} requests", file=sys.stderr, flush=True)

    with checkout.serving({"QUERY_SECONDS": QUERY_SECONDS}) as port:
        for target in _FIRST:
            send(port, Request("GET", target), _PATIENCE)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(work, streams))
    rows = [found[request.name] for request in requests]
    counted = Counter(name for row in rows for name in row["normalised"])
    statuses = Counter(row["status"] for row in rows)
    print(
        f"{len(rows)} answers: {dict(sorted(statuses.items()))}; normalised: {dict(counted)}", file=sys.stderr
    )
    return rows
