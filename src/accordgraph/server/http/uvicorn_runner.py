"""Running the app on uvicorn: in the foreground, or in a thread for notebooks and tests.

In the foreground SIGTERM and SIGINT stop it: it accepts no more requests, running ones end within the setting
`stop_seconds`, then the worker processes are ended. SIGHUP reloads the dataset that was built and validated,
unless it comes from a terminal that closes.
"""

import asyncio
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI

from accordgraph.errors import AccordGraphError
from accordgraph.server.http import access_log
from accordgraph.server.http.h11_protocol import protocol_for
from accordgraph.settings import Settings

_WAITING, _ACCEPTED = 2048, 4
"""The length of the accept queue, and how many connections are accepted at a time."""
LAST_PORT = 65_535


def check_port(host: str, port: int) -> None:
    """Raise `AccordGraphError` when no server can listen there now."""
    _listen(host, port).close()


def run(app: FastAPI, host: str, port: int, announce: Callable[[str], None] = lambda address: None) -> None:
    """Serve until interrupted, then let running requests end.

    Once it serves, `announce` is given its address (`http://[::1]:8000`), with the port that it got for 0.
    Raises `AccordGraphError` when the port is taken, and what `Engine.start` raises.
    """
    access_log.configure(app.state.settings.log_format)
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))  # each client is one
    with _listen(host, port) as listener, suppress(KeyboardInterrupt):
        # uvicorn raises the signal that stopped it again once it has stopped
        signal.signal(signal.SIGTERM, lambda *_: None)
        server = _Foreground(_config(app, log_config=None))
        server.announce = lambda: announce(_address(host, listener))
        server.run(sockets=[listener])


def _address(host: str, listener: socket.socket) -> str:
    name = f"[{host.replace('%', '%25')}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    """A server that accepts a few connections at a time, so that a burst leaves time for others."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; asyncio accepts as many at a time as its backlog, so the queue is made longer afterwards."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_WAITING)


class _Foreground(_Server):
    """A server that says when it serves, and reloads on SIGHUP."""

    announce: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the engine first, so that its errors reach the caller; then the server."""
        await self.config.app.state.engine.start()  # type: ignore[union-attr]
        await super().startup(sockets)
        if self.started:
            self.announce()
        if sys.stdin is None or not sys.stdin.isatty():
            loop, app = asyncio.get_running_loop(), self.config.app
            tasks: set[asyncio.Task[None]] = set()

            def reload() -> None:
                task = loop.create_task(app.state.reload())  # type: ignore[union-attr]
                tasks.add(task)
                task.add_done_callback(tasks.discard)

            loop.add_signal_handler(signal.SIGHUP, reload)


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve on a free loopback port while the context lasts; yields the address, as `http://127.0.0.1:1`."""
    with _listen("127.0.0.1", 0) as listener:
        server = _Server(_config(app, log_level="warning"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        if not server.started:
            raise AccordGraphError("the server did not start; see its log")
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _config(app: FastAPI, **others: Any) -> uvicorn.Config:
    settings: Settings = getattr(app.state, "settings", Settings())
    config = uvicorn.Config(
        app,
        http=protocol_for(settings),
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        backlog=_ACCEPTED,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=settings.stop_seconds,
        **others,
    )
    access_log.filter_uvicorn()
    return config


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, so that a port in use is an error before anything is served."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (while")[0]
        raise AccordGraphError(f"cannot listen on {host}, port {port}: {reason}") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a body waits 40 ms
    return listener
