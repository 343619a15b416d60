"""The engine of a store: in memory, in a folder, or remote, as the setting `store` names it."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from accordgraph.dataset.build import NQUADS, read_validated
from accordgraph.engine.engine import Engine
from accordgraph.engine.remote.http import check_address
from accordgraph.engine.remote.remote_engine import RemoteEngine
from accordgraph.engine.workers.pool import Pool
from accordgraph.errors import NotValidated
from accordgraph.project import Project
from accordgraph.settings import Settings
from accordgraph.store.local import acquire

MEMORY = "memory"


def is_url(store: str) -> bool:
    """Return whether a store is named by a URL, not by a folder."""
    return "://" in store


class _CheckedPool(Pool):
    """Workers on a file with a known digest; the workers read the file again by themselves."""

    def __init__(self, source: Path, settings: Settings, digest: str) -> None:
        super().__init__(source, settings)
        self._path, self._expected = source, digest

    async def start(self) -> None:
        """Start; also raises `NotValidated` if the file has changed since its digest was computed."""
        await super().start()
        if self.digest != self._expected:
            await self.stop()
            raise NotValidated(
                f"{self._path} changed while it was being read; run `accordgraph validate`, then start again"
            )


def engine_maker(project: Project, settings: Settings) -> Callable[[], Engine]:
    """Return a function that creates an engine on the store of the settings, a new one on every call.

    That function raises `DatasetNotBuilt`, `NotValidated` or `InputError`, which state the remedy.
    """
    store = settings.store

    def memory() -> Engine:
        digest = hashlib.sha256(read_validated(project.build)).hexdigest()
        return _CheckedPool(project.build / NQUADS, settings, digest)

    def folder() -> Engine:
        os.close(acquire(Path(store)).mark)  # only a check: its own process will hold it
        return Pool(Path(store), settings)

    def remote() -> Engine:
        return RemoteEngine(store, settings)

    if store == MEMORY:
        return memory
    if is_url(store):
        check_address(store)
        return remote
    return folder
