"""The walls around workers: each holds alone, and nothing is served where none can be had."""

import resource
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from accordgraph.engine.workers.sandbox import STACK, deep_stack
from support.paths import TESTS
from support.port_listener import listening

HERE = Path(__file__).parent
WALLS = {"unshare": "network-namespace", "seccomp": "no-sockets"}


def reach(address: str, refused: str) -> set[str]:
    command = [sys.executable, str(HERE / "refuse_syscalls.py"), refused]
    command += [sys.executable, str(HERE / "reach_network.py"), address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(filter(None, done.stdout.strip().split(",")))


@pytest.fixture(scope="module")
def available() -> set[str]:
    with listening() as (address, calls):
        walls = reach(address, "nothing")
        if not walls:
            pytest.skip("this system allows no wall")
        assert calls == []
    return walls


@pytest.mark.parametrize("refused", WALLS)
def test_each_wall_holds_alone(available: set[str], refused: str) -> None:
    wanted = available - {WALLS[refused]}
    if not wanted:
        pytest.skip(f"this system allows only {WALLS[refused]}")
    with listening() as (address, calls):
        assert reach(address, refused) == wanted
        assert calls == []


def test_without_walls_the_listener_is_reached() -> None:
    """What the other tests do not see happens where nothing prevents it; so they would see it."""
    with listening() as (address, calls):
        assert reach(address, "unshare,seccomp") == set()
        assert len(calls) > 5


SERVE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from accordgraph.settings import Settings
from support.live_server import app_over
from accordgraph.server import running
import httpx
settings = Settings(open_workers=sys.argv[2] == "open", spare_workers=1)
with running(app_over(Path(sys.argv[1]) / "server" / "dataset.nq", settings)) as address:
    print(httpx.get(address + "/health").text)
"""


def serve(refused: str, how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HERE / "refuse_syscalls.py"), refused]
    command += [sys.executable, "-c", SERVE, str(TESTS), how]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_nothing_is_served_without_walls() -> None:
    done = serve("unshare,seccomp", "closed")
    assert done.returncode != 0
    assert "ACCORDGRAPH_OPEN_WORKERS" in done.stderr and "network" in done.stderr


def test_unless_told() -> None:
    done = serve("unshare,seccomp", "open")
    assert done.returncode == 0, done.stderr
    health = httpx.Response(200, text=done.stdout).json()
    assert (health["walls"], health["status"]) == ([], "ok")


@pytest.mark.parametrize("refused", WALLS)
def test_health_says_which_walls_stand(available: set[str], refused: str) -> None:
    wanted = available - {WALLS[refused]}
    done = serve(refused, "closed")
    if not wanted:
        assert done.returncode != 0
        return
    assert set(httpx.Response(200, text=done.stdout).json()["walls"]) == wanted


def test_the_stack_is_deep_only_for_what_is_started() -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_STACK)[0])"
    command = [sys.executable, "-c", code]
    before = subprocess.check_output(command)
    with deep_stack():
        within = int(subprocess.check_output(command))
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    assert within == (STACK if hard == resource.RLIM_INFINITY else min(STACK, hard))
    assert subprocess.check_output(command) == before
