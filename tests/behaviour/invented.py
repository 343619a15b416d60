"""The requests of the request benchmark, as it makes them up; printed and not sent.

Run over the code at which the list is made, where the benchmark is part of the package:
`python -m behaviour.invented ADDRESS ROOT NUMBER`.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import requests

from behaviour.exchange import Request

_OURS = {"host", "user-agent", "connection", "content-length", "x-schemathesis-testcaseid"}


class Printing(requests.adapters.HTTPAdapter):
    """Prints each request, and gives an empty response for it."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Print a request instead of sending it."""
        body = request.body
        octets = body.encode() if isinstance(body, str) else bytes(body) if body is not None else None  # type: ignore[arg-type]
        headers = tuple((name, _text(value)) for name, value in request.headers.items())
        kept = tuple((name, value) for name, value in headers if name.lower() not in _OURS)
        row = Request(str(request.method), request.path_url, kept, octets).to_json()
        print(json.dumps(row))
        raise requests.ConnectionError("not sent")


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def main(address: str, root: str, number: str) -> None:
    """Print about so many requests to a server."""
    inventing, queries = (import_module(f"accordgraph.{name}") for name in ("bench.inventing", "queries"))
    texts = [query.text for query in queries.load_queries(Path(root) / "queries" / "competency")]
    inventor = inventing.Inventor(address, texts)
    inventor._session.mount("http://", Printing())
    for _ in inventor.send(int(number), 0):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
