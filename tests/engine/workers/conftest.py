"""What the tests of workers have in common."""

import pytest

from support.worker_pool import OTHERS, nurseries


@pytest.fixture(autouse=True)
def others() -> None:
    OTHERS.clear()
    OTHERS.update(nurseries())
