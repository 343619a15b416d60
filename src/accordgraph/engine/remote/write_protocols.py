"""The ways into an engine elsewhere: where it takes data, and how graphs are written there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin

import httpx

from accordgraph.engine.remote.http import NTRIPLES, media_type, what_it_says
from accordgraph.engine.remote.load_record import MERGED
from accordgraph.errors import EndpointError

_AT_ONCE_BY_GRAPH_STORE, _AT_ONCE_BY_UPDATE = 20_000, 1000
"""How many triples are sent in one request."""


@dataclass(frozen=True)
class WriteProtocols:
    """Where an engine takes data; `merged` is the graph of the merged dataset, if not the default graph."""

    graph_store: str | None = None
    update: str | None = None
    merged: str | None = None


UNSPECIFIED = WriteProtocols()
"""Nothing was said of the ways into an engine, so they are to be found out."""


def protocols_of(server: str, query: str) -> WriteProtocols:
    """Return the ways of an engine that names itself in its header `Server`; none for one that is not known.

    Virtuoso's default graph is all that it holds, so the merged dataset needs a graph of its own there.
    """
    for name, graph_store, merged in (
        ("oxigraph", "store", None),
        ("virtuoso", "sparql-graph-crud-auth", MERGED.value),
    ):
        if server.lower().startswith(name):
            return WriteProtocols(urljoin(query, graph_store), None, merged)
    return WriteProtocols()


class Writer(Protocol):
    """A way to write graphs; the default graph has no name."""

    at_once: int

    def delete(self, graph: str) -> None:
        """Take a graph away."""

    def write(self, graph: str | None, lines: list[str], *, replace: bool) -> None:
        """Write triples to a graph, or add them to it."""


def writer_by(client: httpx.Client, protocols: WriteProtocols) -> Writer:
    """Return what writes in the way that there is; the Graph Store Protocol where there are both."""
    if protocols.graph_store:
        return _GraphStore(client, protocols.graph_store)
    return _Updates(client, str(protocols.update))


class _GraphStore:
    """The Graph Store Protocol."""

    at_once = _AT_ONCE_BY_GRAPH_STORE

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client, self._url = client, httpx.URL(url)

    def _of(self, graph: str | None) -> httpx.URL:
        return self._url.copy_merge_params({"graph": graph} if graph else {"default": ""})

    def delete(self, graph: str) -> None:
        send(self._client, "DELETE", str(self._of(graph)), _STORING, also_well=(404,))

    def write(self, graph: str | None, lines: list[str], *, replace: bool) -> None:
        body = "".join(lines).encode()
        method = "PUT" if replace else "POST"
        kind = {"Content-Type": NTRIPLES}
        send(self._client, method, str(self._of(graph)), _STORING, content=body, headers=kind)


class _Updates:
    """SPARQL updates."""

    at_once = _AT_ONCE_BY_UPDATE

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client, self._url = client, url

    def delete(self, graph: str) -> None:
        self._send(f"DROP SILENT GRAPH <{graph}>")

    def write(self, graph: str | None, lines: list[str], *, replace: bool) -> None:
        target = f"GRAPH <{graph}>" if graph else "DEFAULT"
        clear = f"CLEAR SILENT {target} ;\n" if replace else ""
        content = "".join(lines)
        if graph:
            content = f"GRAPH <{graph}> {{ {content} }}"
        # not INSERT DATA, in which Virtuoso takes no blank nodes
        self._send(f"{clear}INSERT {{ {content} }} WHERE {{}}")

    def _send(self, update: str) -> None:
        kind = {"Content-Type": "application/sparql-update"}
        send(self._client, "POST", self._url, _UPDATING, content=update.encode(), headers=kind)


@dataclass(frozen=True)
class Attempt:
    """What a request is for, and what would be right where the address is not for that."""

    what: str
    right: str


QUERYING = Attempt(
    "a query (SPARQL Protocol)",
    "the address of a load is the one where the engine answers queries; --graph-store and --update name those"
    " where it takes data",
)
_STORING = Attempt(
    "a graph (Graph Store Protocol)",
    "--graph-store names the address that takes graphs; --update that for updates, if there is none",
)
_UPDATING = Attempt(
    "an update (SPARQL Protocol)",
    "--update names the address that takes updates; --graph-store that for graphs, if there is none",
)
_NOT_FOR_THAT = (404, 405, 406, 410, 415, 501)
"""The statuses of an address that is for something else."""


def send(
    client: httpx.Client,
    method: str,
    url: str,
    attempt: Attempt,
    *,
    also_well: Iterable[int] = (),
    **parts: object,
) -> httpx.Response:
    """Send a request.

    Raises `EndpointError` when it fails, with what was tried, what the engine says and what would be right.
    """
    try:
        response = client.request(method, url, **parts)  # type: ignore[arg-type]
    except httpx.HTTPError as error:
        raise EndpointError(
            url, f"cannot be reached, or broke off: {error or type(error).__name__}"
        ) from error
    if response.is_success or response.status_code in also_well:
        return response
    status = response.status_code
    reason = what_it_says(b"" if media_type(response) == "text/html" else response.content)
    message = f"{method} of {attempt.what} was answered with {status} {response.reason_phrase}: {reason}"
    if right := _right(response, attempt):
        message += f"; {right}"
    raise EndpointError(url, message, {"status": status})


def _right(response: httpx.Response, attempt: Attempt) -> str:
    """Return what would be right, as far as the status tells it."""
    if response.has_redirect_location:
        return f"it leads to {response.headers['location']}, so name that address"
    if response.status_code in (401, 403):
        return (
            "ACCORDGRAPH_ENDPOINT_USER and ACCORDGRAPH_ENDPOINT_PASSWORD, or ACCORDGRAPH_ENDPOINT_TOKEN, "
            f"give a name that may do that; {attempt.right}"
        )
    return attempt.right if response.status_code in _NOT_FOR_THAT else ""
