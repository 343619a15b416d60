"""The address that `serve` shows answers; one that cannot be is refused before anything is built."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from accordgraph.project import Project
from faults import siblings


@pytest.mark.parametrize(("host", "port", "shown"), siblings("addresses"))
def test_an_address(mini: Project, host: str, port: str, shown: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = port.replace("taken", str(taken.getsockname()[1]))
        command = [sys.executable, "-m", "accordgraph", "serve", f"--host={host}", f"--port={port}"]
        process = subprocess.Popen(
            command,
            env={**os.environ, "ACCORDGRAPH_ROOT": str(mini.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            banner = process.stdout.readline()
            if shown.startswith("http"):
                address = banner.removeprefix("AccordGraph: SPARQL at ").split()[0]
                assert address.startswith(shown)
                assert address.endswith("/sparql")
                with urlopen(address.replace("/sparql", "/health")) as response:
                    assert response.status == 200
        finally:
            if banner:
                process.send_signal(signal.SIGINT)
            _, messages = process.communicate()
    if shown.startswith("error"):
        _, _, message = messages.partition("\n")
        assert (process.returncode, message.count("\n")) == (2, 1), "nothing is said of a build"
        assert message.startswith(shown.format(port=port))
        assert not Path(mini.build).exists()
