"""Environments for checkers that others wrote: each from a lock file, apart from our own packages."""

import fcntl
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from support.paths import ROOT

FOLDER = ROOT / "tests" / "foreign"


def python_of(name: str) -> Path:
    """Return the Python of the environment of a lock file, made where it is not there yet.

    The test that asks is skipped, which says that a checker was not run, where it cannot be installed.
    """
    lock = FOLDER / f"{name}.lock"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    place = Path(tempfile.gettempdir()) / "accordgraph-foreign" / f"{name}-{digest}"
    python, done = place / "bin" / "python", place / "done"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
            install: list[str | Path] = [python, "-m", "pip", "install", "-q", "--no-deps", "-r", lock]
            made = subprocess.run(install, capture_output=True, text=True)
            if made.returncode:
                pytest.skip(f"not run: {lock.name} cannot be installed: {made.stderr[-300:]}")
            done.touch()
    return python
