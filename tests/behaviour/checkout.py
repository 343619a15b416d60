"""A copy of a checkout to run: commands in it write nothing into the checkout itself."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

LEFT_OUT = (".git", ".venv", "build", "dist", ".hypothesis", "*_cache", "__pycache__")
_SETTINGS = {
    "CLIENT_SECONDS": "0",
    "CLIENT_ERRORS": "0",
    "QUICK_SECONDS": "60",
    "CACHE_BYTES": str(2**30),
}
"""Settings with which neither the load nor the clock decides on an answer."""
_START_SECONDS, _SERVE_SECONDS = 120.0, 45.0


@dataclass(frozen=True)
class Checkout:
    """A copy of a checkout, and the Python that runs it."""

    root: Path
    python: Path
    reference: Path

    def environment(self, **settings: str) -> dict[str, str]:
        """Return the environment in which the copy runs: no settings but these."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCORDGRAPH_")}
        fixed = {"PYTHONPATH": str(self.root / "src"), "COLUMNS": "120", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        given = {f"ACCORDGRAPH_{name}": value for name, value in settings.items()}
        return kept | fixed | {"ACCORDGRAPH_REFERENCE": str(self.reference)} | given

    def run(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[bytes]":
        """Run a command to its end; a server that runs is ended after a while, as by Ctrl+C."""
        command = [str(self.python), "-m", "accordgraph", *arguments]
        environment = self.environment(**settings)
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
        try:
            output, errors = process.communicate(timeout=_SERVE_SECONDS if "serve" in arguments else None)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    def built(self) -> "Checkout":
        """Build and validate the copy; raises `RuntimeError` where that does not succeed."""
        for command in ("build", "validate"):
            done = self.run(command)
            if done.returncode:
                raise RuntimeError(f"{command}: {done.stderr.decode()[-500:]}")
        return self

    @contextmanager
    def serving(self, settings: Mapping[str, str]) -> Iterator[int]:
        """Serve the built dataset while the context lasts; gives the port."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        command = [str(self.python), "-m", "accordgraph", "serve", "--port", str(port)]
        environment = self.environment(**_SETTINGS | dict(settings))
        with (self.root / "serve.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=self.root, env=environment, stdout=log, stderr=log)
        try:
            _wait(process, port)
            yield port
        finally:
            process.terminate()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start; see serve.log in the copy")


@contextmanager
def copied(source: Path, python: Path | None, reference: Path | None) -> Iterator[Checkout]:
    """Give a copy of a checkout while the context lasts, always at the same kind of path."""
    source = source.resolve()
    with TemporaryDirectory(prefix="behaviour-") as folder:
        root = Path(folder) / "checkout"
        shutil.copytree(source, root, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        python = python or source / ".venv" / "bin" / "python"
        yield Checkout(root, python.absolute(), (reference or source.parent / "shared").resolve())
