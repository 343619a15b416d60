"""The same dataset in every kind of store, each behind a server of ours on loopback."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from accordgraph.engine.remote.upload import push
from accordgraph.engine.remote.write_protocols import WriteProtocols
from accordgraph.settings import Settings
from accordgraph.store.directory import load_folder
from support import engines
from support.live_server import FREE, serving

STORES = ("memory", "disk", "oxigraph", "virtuoso")

SETTINGS = replace(FREE, query_seconds=60.0, spare_workers=2)
FOR_VIRTUOSO = replace(
    SETTINGS, endpoint_user=engines.VIRTUOSO_USER, endpoint_password=engines.VIRTUOSO_PASSWORD
)

Target = tuple[str, Settings, WriteProtocols]
"""An engine to fill: the address of its queries, how it is spoken to, and the way that is asked for."""


class Served:
    """The dataset behind a server of ours, over each kind of store; made when it is asked for."""

    def __init__(self, request: pytest.FixtureRequest, dataset: Path, folder: Path) -> None:
        self._request, self._dataset, self._folder = request, dataset, folder
        self._open = ExitStack()
        self._clients: dict[str, httpx.Client] = {}

    def over(self, store: str) -> httpx.Client:
        """Return a client of the server over a store."""
        if store not in self._clients:
            source, settings = self._source(store)
            address = self._open.enter_context(serving(source, settings))
            self._clients[store] = self._open.enter_context(httpx.Client(base_url=address, timeout=90))
        return self._clients[store]

    def _source(self, store: str) -> tuple[Path | str, Settings]:
        if store == "memory":
            return self._dataset, SETTINGS
        if store == "disk":
            load_folder(self._dataset.read_bytes(), self._folder)
            return self._folder, SETTINGS
        settings = FOR_VIRTUOSO if store == "virtuoso" else SETTINGS
        address: str = self._request.getfixturevalue(store)
        push(self._dataset.read_bytes(), address, settings)
        return address, settings

    def close(self) -> None:
        """Stop every server."""
        self._open.close()
