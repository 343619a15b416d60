"""Make the list of requests over the code as it is before it is changed; replaying needs only the list."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from behaviour.addresses import Surface
from behaviour.checkout import Checkout
from behaviour.exchange import HOST, Request

INVENTED = 3000
SLOWEST = 8.0
"""The seconds after which a request is left out: that it ends in time would depend on the machine."""
LARGEST = 16_000_000
_TESTS = Path(__file__).parents[1]
_LEFT_OUT = ("fuzz", "overload", "limits", "wire", "ssrf", "starting", "budget", "reload")
"""Tests of the server whose requests wait, or only mean something to a server of other settings."""
_MANY, _THINNED = ("/id/", "/doc/", "/concept/", "/sparql?"), 12
"""Of the requests of the tests of which there are thousands, one in so many is taken."""
_LAST = f"\r\nGET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"


def gather(checkout: Checkout, captured: Path | None) -> list[dict[str, Any]]:
    """Return the lines of the list: of the addresses, the tests of the server and the request benchmark."""
    with checkout.serving({}) as port:
        requests: dict[str, Request] = {}
        for source in (
            Surface(port).requests(),
            _wire(checkout),
            _tests(checkout, captured),
            _invented(checkout, port),
        ):
            before = len(requests)
            requests |= {request.name: request for request in source}
            print(f"{len(requests) - before} requests", file=sys.stderr)
        return [request.to_json() for request in requests.values()]


def prune(rows: list[dict[str, Any]], recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a list without what was slow, large, cut or out of time or room when it was recorded."""
    kept = []
    for row, found in zip(rows, recorded, strict=True):
        is_sure = found["status"] not in (0, 503) and not found["cut"]
        if is_sure and found["seconds"] < SLOWEST and found["size"] < LARGEST:
            kept.append(row)
    print(f"{len(kept)} of {len(rows)} are kept", file=sys.stderr)
    return kept


def _environment(checkout: Checkout, **more: str) -> dict[str, str]:
    environment = checkout.environment()
    paths = (environment["PYTHONPATH"], str(checkout.root / "tests"), str(_TESTS))
    return environment | {"PYTHONPATH": os.pathsep.join(paths)} | more


def _invented(checkout: Checkout, port: int) -> Iterator[Request]:
    """Yield the requests of the request benchmark."""
    arguments = [f"http://127.0.0.1:{port}", str(checkout.root), str(INVENTED)]
    command = [str(checkout.python), "-m", "behaviour.invented", *arguments]
    done = subprocess.run(command, env=_environment(checkout), stdout=subprocess.PIPE, check=True)
    yield from map(Request.from_json, map(json.loads, done.stdout.splitlines()))


def _tests(checkout: Checkout, captured: Path | None) -> Iterator[Request]:
    """Yield the requests of the tests of the server; `captured` is a file of an earlier run."""
    if captured is None:
        captured = checkout.root / "captured.jsonl"
        ignored = [f"--ignore=tests/server/test_{name}.py" for name in _LEFT_OUT]
        command = [
            str(checkout.python),
            "-m",
            "pytest",
            "-q",
            "-p",
            "behaviour.capture",
            "tests/server",
            *ignored,
        ]
        subprocess.run(
            command, cwd=checkout.root, env=_environment(checkout, CAPTURE=str(captured)), check=False
        )
    for number, line in enumerate(captured.read_text(encoding="utf-8").splitlines()):
        request = Request.from_json(json.loads(line))
        if number % _THINNED == 0 or not request.target.startswith(_MANY):
            yield request


def _wire(checkout: Checkout) -> Iterator[Request]:
    """Yield the requests of the tests of the wire, each as octets."""
    sys.path[:0] = [str(checkout.root / "src"), str(checkout.root / "tests")]
    path = checkout.root / "tests" / "server" / "test_wire.py"
    spec = importlib.util.spec_from_file_location("test_wire", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, (lines, _, closes) in module.CASES.items():
        octets = "\r\n".join(lines) + ("" if closes else _LAST.removeprefix("\r\n"))
        yield Request("RAW", name.replace(" ", "-"), raw=octets.encode("latin-1"))
