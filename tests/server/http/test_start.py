"""A server that cannot start: one line says why, and the exit code says that the command could not work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.published_dataset import dataset, publish


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--store", "http://127.0.0.1:1/sparql"], "http://127.0.0.1:1/sparql: does not answer"),
        (["--port", "99999"], "there is no port 99999"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1, port "),
    ],
)
def test_a_server_that_cannot_start_says_why_in_a_line(tmp_path: Path, given: list[str], said: str) -> None:
    publish(tmp_path, dataset(1))
    environment = os.environ | {"ACCORDGRAPH_BUILD": str(tmp_path), "ACCORDGRAPH_LOG_FORMAT": "json"}
    command = [sys.executable, "-m", "accordgraph", "serve", *given]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    *log, error = ended.stderr.splitlines()
    assert error.startswith("error: ") and said in error
    assert all(line.startswith("{") for line in log)
