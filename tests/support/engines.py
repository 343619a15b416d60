"""Real engines on loopback: the `oxigraph` server and Virtuoso, each with a folder of its own."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from support.programs import free_port

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
VIRTUOSO = shutil.which("virtuoso-t")
VIRTUOSO_USER, VIRTUOSO_PASSWORD = "dba", "dba"
"""What a new database of Virtuoso knows; it listens on loopback only, while the tests last."""

_SECONDS = 60.0
_VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
MaxQueryMem = 1G
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10
MaxKeepAlives = 10
KeepAliveTimeout = 10
[SPARQL]
ResultSetMaxRows = 50000
MaxQueryCostEstimationTime = 400
MaxQueryExecutionTime = 60
"""


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """Run the `oxigraph` server while the context lasts; gives the address of its queries."""
    port = free_port()
    command = [str(OXIGRAPH), "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    with _running(command, folder, f"http://127.0.0.1:{port}/query") as address:
        yield address


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Run Virtuoso while the context lasts; gives the address of its queries, or skips the test."""
    if VIRTUOSO is None:
        pytest.skip("Virtuoso is not here: no virtuoso-t (scripts/virtuoso installs it on Debian)")
    http = free_port()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(folder=folder, sql=free_port(), http=http))
    command = [VIRTUOSO, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    with _running(command, folder, f"http://127.0.0.1:{http}/sparql") as address:
        yield address


@contextmanager
def _running(command: Sequence[str], folder: Path, address: str) -> Iterator[str]:
    with (
        (folder / "output.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process,
    ):
        try:
            _wait(process, address, folder)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: "subprocess.Popen[bytes]", address: str, folder: Path) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(address, params={"query": "ASK {}"}).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    said = (folder / "output.log").read_text(errors="replace")[-2000:]
    raise RuntimeError(f"{address} did not answer within {_SECONDS:g} s: {said}")
