"""Where the checkout is, its tests, and the small dataset of the server's tests."""

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
DATASET = TESTS / "server" / "dataset.nq"
