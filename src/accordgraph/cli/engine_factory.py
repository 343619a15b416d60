"""Where queries are answered: in memory, from a folder, or by an engine elsewhere. One setting says it."""

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
from accordgraph.store.local import hold

MEMORY = "memory"


def is_address(store: str) -> bool:
    """Tell whether a store is written as an address, not as a folder."""
    return "://" in store


class _Validated(Pool):
    """Workers over the file that was validated, which they read once more by themselves."""

    def __init__(self, source: Path, settings: Settings, digest: str) -> None:
        super().__init__(source, settings)
        self._source, self._validated = source, digest

    async def start(self) -> None:
        """Start; raises `NotValidated` too, when the file has changed since it was looked at."""
        await super().start()
        if self.digest != self._validated:
            await self.stop()
            raise NotValidated(
                f"{self._source} changed while it was being read; run `accordgraph validate`, then start anew"
            )


def engine_maker(project: Project, settings: Settings) -> Callable[[], Engine]:
    """Return what makes an engine over the store of the settings, anew each time it is called.

    Making one raises what tells a person what is missing: `DatasetNotBuilt`, `NotValidated` or `InputError`.
    """
    store = settings.store

    def memory() -> Engine:
        digest = hashlib.sha256(read_validated(project.build)).hexdigest()
        return _Validated(project.build / NQUADS, settings, digest)

    def folder() -> Engine:
        os.close(hold(Path(store)).mark)  # its own process holds it; here it is only looked for
        return Pool(Path(store), settings)

    def remote() -> Engine:
        return RemoteEngine(store, settings)

    if store == MEMORY:
        return memory
    if is_address(store):
        check_address(store)
        return remote
    return folder
