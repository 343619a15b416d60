"""The nursery: a process that holds the dataset and forks a worker whenever it is asked for one.

Run as `python -m accordgraph.engine.workers.forkserver FD`, with a socket (packets) of that number. The first
packet says what to hold and which limits apply; each later one carries the socket of a worker to be. It
answers with packets of JSON: `ready` with what it holds, `started` with the process of a worker, `refused`
with the reason why there is none, `ended` with a process and how it ended. When the socket closes it ends its
workers and itself; the signals that end a service are for the web process, which lets its queries finish.
"""

import errno
import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from accordgraph.engine.workers import sandbox
from accordgraph.engine.workers.worker import work
from accordgraph.errors import AccordGraphError
from accordgraph.sparql.reference_parser import stops_at
from accordgraph.store.local import DiskStore, LocalStore, MemoryStore, StoreLease, acquire

PACKET = 65_536
"""The most octets of a packet."""
NICE = 10
"""How far the system lets the web process and the nursery go before a worker."""


def main(number: int) -> None:
    """Serve the socket of that number until it is closed."""
    control = socket.socket(fileno=number)
    sandbox.end_with_parent()
    for number_of_signal in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number_of_signal, signal.SIG_IGN)
    begin = json.loads(control.recv(PACKET))
    walls = sandbox.cut_off()
    store, lease = None, None
    try:
        if begin["folder"]:
            lease = acquire(Path(begin["folder"]))  # its engine has threads, so each worker opens it anew
            digest, triples = lease.digest, lease.triples
        else:
            store = MemoryStore(Path(begin["file"]).read_bytes())
            digest, triples = store.digest, len(store)
    except (OSError, AccordGraphError, SyntaxError) as error:
        control.send(json.dumps({"failed": str(error)}).encode())
        return
    stops_at("ASK {")  # so that the second parser is there for every worker
    gc.collect()
    gc.freeze()
    ready = {"digest": digest, "triples": triples, "walls": walls}
    control.send(json.dumps({"ready": ready}).encode())
    with suppress(ConnectionError):  # the web process has gone
        _serve(control, store, lease, begin["limits"])


def _serve(
    control: socket.socket, store: LocalStore | None, lease: StoreLease | None, limits: dict[str, Any]
) -> None:
    wake, waker = _pipe()
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    selector.register(wake, selectors.EVENT_READ)
    alive: set[int] = set()
    try:
        while True:
            for key, _ in selector.select():
                if key.fileobj is control:
                    packet, channels, _, _ = socket.recv_fds(control, 16, 1)
                    if not packet:
                        return
                    try:
                        pid = _fork(channels, control, store, lease, limits)
                    except OSError as error:
                        control.send(json.dumps({"refused": error.strerror or str(error)}).encode())
                        continue
                    alive.add(pid)
                    control.send(json.dumps({"started": pid}).encode())
                else:
                    os.read(wake, PACKET)
                    for pid, how in _ended():
                        alive.discard(pid)
                        control.send(json.dumps({"ended": pid, "how": how}).encode())
    finally:
        for pid in alive:
            os.kill(pid, signal.SIGKILL)
        for pid in alive:
            os.waitpid(pid, 0)


def _pipe() -> tuple[int, int]:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    return reader, writer


def _ended() -> Iterator[tuple[int, int]]:
    """Yield the processes that have ended, and how."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def _fork(
    channels: list[int],
    control: socket.socket,
    store: LocalStore | None,
    lease: StoreLease | None,
    limits: dict[str, Any],
) -> int:
    if not channels:
        raise OSError(errno.EMFILE, "there are too many open files")
    nursery, channel = os.getpid(), socket.socket(fileno=channels[0])
    try:
        pid = os.fork()
    except OSError:
        channel.close()
        raise
    if pid:
        channel.close()
        return pid
    code = 1
    try:
        sandbox.end_with_parent()
        if os.getppid() != nursery:  # it ended before the line above
            return 0
        control.close()
        os.nice(NICE)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        own = store or DiskStore(lease)  # type: ignore[arg-type]
        work(own, channel, limits)
        code = 0
    except ConnectionError:  # nobody reads the answer any more
        code = 0
    except MemoryError:
        code = MEMORY
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


MEMORY = 77
"""The exit code of a worker in which Python itself found no memory."""


if __name__ == "__main__":
    main(int(sys.argv[1]))
