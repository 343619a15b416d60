"""A client beside the load: it asks `ASK {}` again and again, each time anew, and notes how long that takes.

Run as `python benchmarks/prober.py HOST:PORT`, in a process of its own so that the load does not slow
the clock; it ends when its input does, and prints the times in seconds as JSON.
"""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PAUSE = 0.005
_CLIENT = ("127.0.0.2", 0)
"""Another client than the load, as the scheduler knows them."""


@contextmanager
def probing(address: str) -> Iterator[list[float]]:
    """Probe a server while the context lasts; the times stand in the list once it has ended."""
    command = [sys.executable, __file__, address.removeprefix("http://")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    times: list[float] = []
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield times
    finally:
        output, _ = process.communicate()
        times += json.loads(output)


def probe(place: str) -> list[float]:
    """Ask until the input ends; returns the times."""
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    connection = http.client.HTTPConnection(place, timeout=60, source_address=_CLIENT)
    times: list[float] = []
    while not ended.is_set():
        began = time.perf_counter()
        try:
            connection.request("GET", f"/sparql?query=ASK%7B%7D%23{len(times)}")
            answer = connection.getresponse()
            answer.read()
            answered = answer.status == 200
        except (OSError, http.client.HTTPException):
            connection.close()
            answered = False
        times.append(time.perf_counter() - began if answered else float("inf"))
        if len(times) == 1:
            print("ready", flush=True)
        time.sleep(_PAUSE)
    return times


if __name__ == "__main__":
    print(json.dumps(probe(sys.argv[1])))
