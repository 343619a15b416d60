"""The server that is measured: a process of its own, with the settings of the benchmark."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import httpx

from accordgraph.errors import AccordGraphError
from accordgraph.project import Project
from accordgraph.settings import PREFIX

_START_SECONDS = 60.0


@dataclass(frozen=True)
class Target:
    """A running server."""

    address: str
    pid: int

    def health(self) -> dict[str, Any]:
        """Return what the server says of itself."""
        content: dict[str, Any] = httpx.get(f"{self.address}/health", timeout=30).json()
        return content

    def memory(self) -> dict[str, int]:
        """Return the memory of the web process and of the nursery, in MiB."""
        pids = {"web process": self.pid, "nursery": _children(self.pid)[0]}
        return {name: _resident(pid) // 2**20 for name, pid in pids.items()}


@contextmanager
def serving(project: Project, **settings: object) -> Iterator[Target]:
    """Serve the built dataset while the context lasts; raises `AccordGraphError` when that does not begin."""
    port = free_port()
    environment = dict(os.environ) | {PREFIX + name.upper(): str(value) for name, value in settings.items()}
    environment |= {PREFIX + "ROOT": str(project.root), PREFIX + "BUILD": str(project.build)}
    command = [sys.executable, "-m", "accordgraph", "serve", "--port", str(port)]
    with TemporaryFile("w+") as log:  # a pipe that nobody reads would stop the server when it is full
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log, text=True)
        try:
            target = Target(f"http://127.0.0.1:{port}", process.pid)
            _wait(target, process, log)
            yield target
        finally:
            process.terminate()
            process.wait()


def _wait(target: Target, process: "subprocess.Popen[str]", log: IO[str]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            target.health()
            return
        except httpx.TransportError:
            time.sleep(0.05)
    process.kill()
    process.wait()
    log.seek(0)
    said = log.read()
    raise AccordGraphError(f"the server that is to be measured did not start: {said.strip()[-500:]}")


def free_port() -> int:
    """Return a port of loopback where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def proportional_memory(pid: int) -> int:
    """Return the memory of a process and all below it, of what they share each its part (PSS), in MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    own = int(text.partition("\nPss:")[2].split()[0]) // 1024
    return own + sum(map(proportional_memory, _children(pid)))


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
