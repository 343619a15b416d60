"""The web process's side of the nursery: it is started here, asked for workers, and heard."""

import asyncio
import json
import signal
import socket
import sys
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from accordgraph.engine.workers import sandbox
from accordgraph.engine.workers.forkserver import PACKET
from accordgraph.errors import WorkerError

_STOP_SECONDS = 5.0


class Listener(Protocol):
    """What is told of what becomes of workers."""

    def has_started(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ended: asyncio.Future[int]
    ) -> None:
        """Take a worker that was asked for; `ended` is done, with how, when its process has ended."""

    def is_refused(self, reason: str) -> None:
        """Take note that a worker that was asked for cannot be started."""

    def has_ended(self, pid: int, how: int) -> None:
        """Take note that the process of a worker has ended: with an exit code, or by a signal (below 0)."""

    def is_lost(self) -> None:
        """Take note that the nursery has ended by itself, and all workers with it."""


class ForkServer:
    """The nursery, as the web process sees it."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._alive: dict[int, asyncio.Future[int]] = {}
        self._forking: deque[socket.socket] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self.coming = 0
        """Workers that were asked for and cannot yet be used."""

    async def start(self, source: Path, limits: dict[str, Any]) -> dict[str, Any]:
        """Start the nursery over a dataset, and return what it says of that.

        Raises `WorkerError` when the dataset cannot be held.
        """
        self._loop = asyncio.get_running_loop()
        own, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, sandbox.deep_stack():
            command = [sys.executable, "-m", "accordgraph.engine.workers.forkserver", str(theirs.fileno())]
            self._nursery = await asyncio.create_subprocess_exec(
                *command, pass_fds=[theirs.fileno()], stdin=asyncio.subprocess.DEVNULL
            )
        self._control = own
        own.setblocking(False)
        begin = {
            "file": None if source.is_dir() else str(source),
            "folder": str(source) if source.is_dir() else None,
            "limits": limits,
        }
        await self._loop.sock_sendall(own, json.dumps(begin).encode())
        first = await self._loop.sock_recv(own, PACKET)
        answer: dict[str, Any] = json.loads(first) if first else {"failed": "the process ended"}
        if "failed" in answer:
            await self.stop()
            raise WorkerError(f"the dataset at {source} cannot be held: {answer['failed']}")
        self._loop.add_reader(own, self._hear)
        ready: dict[str, Any] = answer["ready"]
        return ready

    async def stop(self) -> None:
        """End the nursery and every worker, and wait until they have ended."""
        self._loop.remove_reader(self._control)
        self._control.close()  # the nursery then ends its workers and itself
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._nursery.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._nursery.kill()
            await self._nursery.wait()
        self._all_have_ended()

    def fork(self) -> None:
        """Ask for a worker; raises `WorkerError` when that cannot be done."""
        try:
            own, theirs = socket.socketpair()
        except OSError as error:
            raise _not_started(error) from error
        with theirs:
            try:
                socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
            except OSError as error:
                own.close()
                raise _not_started(error) from error
        self._forking.append(own)
        self.coming += 1

    def _hear(self) -> None:
        """Take what the nursery says."""
        while True:
            try:
                packet = self._control.recv(PACKET)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._loop.remove_reader(self._control)
                self._all_have_ended()
                self._listener.is_lost()
                return
            match json.loads(packet):
                case {"started": pid}:
                    self._alive[pid] = self._loop.create_future()
                    self._run(self._welcome(pid, self._forking.popleft(), self._alive[pid]))
                case {"refused": reason}:
                    self._forking.popleft().close()
                    self.coming -= 1
                    self._listener.is_refused(reason)
                case {"ended": pid, "how": how}:
                    self._alive.pop(pid).set_result(how)
                    self._listener.has_ended(pid, how)

    async def _welcome(self, pid: int, channel: socket.socket, ended: asyncio.Future[int]) -> None:
        try:
            reader, writer = await asyncio.open_connection(sock=channel)
        finally:
            self.coming -= 1
        self._listener.has_started(pid, reader, writer, ended)

    def _all_have_ended(self) -> None:
        for ended in self._alive.values():
            ended.set_result(-signal.SIGKILL)
        self._alive.clear()
        while self._forking:
            self._forking.pop().close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _not_started(error: OSError) -> WorkerError:
    return WorkerError(f"no process for the query can be started: {error.strerror}")
