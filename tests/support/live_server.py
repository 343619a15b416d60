"""A real server on loopback over a dataset, with its workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from accordgraph.engine.remote.remote_engine import RemoteEngine
from accordgraph.engine.workers.pool import Pool
from accordgraph.server import create_app, running
from accordgraph.settings import Settings

FREE = Settings(client_seconds=0, client_errors=0)
"""Settings without a budget for clients: tests are one client that asks, and errs, a lot."""


def app_over(dataset: Path | str, settings: Settings = FREE) -> FastAPI:
    """Return the app over a file of N-Quads, the folder of a store, or an engine at an address."""
    if isinstance(dataset, str):
        return create_app(lambda: RemoteEngine(dataset, settings), settings)
    return create_app(lambda: Pool(dataset, settings), settings)


@contextmanager
def serving(dataset: Path | str, settings: Settings = FREE) -> Iterator[str]:
    """Serve a dataset while the context lasts; gives the address."""
    with running(app_over(dataset, settings)) as address:
        yield address
