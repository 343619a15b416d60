"""Where queries are answered: in memory, from a folder, or by an engine elsewhere. One setting says it."""

import os
from collections.abc import Callable
from pathlib import Path

from accordgraph.assets import Project
from accordgraph.build import NQUADS
from accordgraph.endpoint import check_address
from accordgraph.engine import Engine
from accordgraph.remote import RemoteEngine
from accordgraph.settings import Settings
from accordgraph.store import hold, validated
from accordgraph.workers.pool import Pool

MEMORY = "memory"


def is_address(store: str) -> bool:
    """Tell whether a store is written as an address, not as a folder."""
    return "://" in store


def engine_maker(project: Project, settings: Settings) -> Callable[[], Engine]:
    """Return what makes an engine over the store of the settings, anew each time it is called.

    Making one raises what tells a person what is missing: `DatasetNotBuilt`, `NotValidated` or `InputError`.
    """
    store = settings.store

    def memory() -> Engine:
        validated(project.build)
        return Pool(project.build / NQUADS, settings)

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
