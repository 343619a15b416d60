"""Clients that ask without a pause, each over a connection of its own from an address of its own.

Run as `python benchmarks/load_client.py HOST:PORT CLIENTS SECONDS`, in a process of its own so that the load
does not slow the clock. The input is the paths of the requests as JSON; each client asks for them at random,
in an order that is the same each time. The output is JSON: how often each status came, and all times.
"""

import asyncio
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """What came of a load: how often each status, the times in seconds, and how long all of it took."""

    statuses: Counter[str]
    times: Sequence[float]
    seconds: float

    @property
    def rate(self) -> float:
        """The answers in a second."""
        return len(self.times) / self.seconds


def load(address: str, paths: Sequence[str], clients: int, seconds: float) -> Load:
    """Ask a server for these paths from so many clients for so many seconds."""
    command = [sys.executable, __file__, address.removeprefix("http://"), str(clients), str(seconds)]
    ended = subprocess.run(command, input=json.dumps(paths), capture_output=True, text=True, check=True)
    content = json.loads(ended.stdout)
    return Load(Counter(content["statuses"]), content["times"], content["seconds"])


async def _read(reader: asyncio.StreamReader) -> str:
    """Read one response; returns its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    if found := _LENGTH.search(head):
        await reader.readexactly(int(found[1]))
    else:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return head[9:12].decode()


async def _ask(
    place: str, number: int, paths: Sequence[str], end: float, statuses: Counter[str], times: list[float]
) -> None:
    host, _, port = place.partition(":")
    chooser = random.Random(number)
    own = (f"127.0.0.{number + 2}", 0)
    reader, writer = await asyncio.open_connection(host, int(port), local_addr=own, limit=2**22)
    while time.perf_counter() < end:
        request = f"GET {chooser.choice(paths)} HTTP/1.1\r\nHost: {place}\r\nAccept: {ACCEPT}\r\n\r\n"
        began = time.perf_counter()
        writer.write(request.encode())
        try:
            statuses[await _read(reader)] += 1
        except (EOFError, ConnectionError):
            statuses["cut off"] += 1
            writer.close()
            reader, writer = await asyncio.open_connection(host, int(port), local_addr=own, limit=2**22)
        times.append(time.perf_counter() - began)
    writer.close()


async def _main(place: str, clients: int, seconds: float) -> None:
    paths: list[str] = json.load(sys.stdin)
    statuses, times = Counter[str](), list[float]()
    began = time.perf_counter()
    asking = (_ask(place, number, paths, began + seconds, statuses, times) for number in range(clients))
    await asyncio.gather(*asking)
    print(json.dumps({"statuses": statuses, "times": times, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
