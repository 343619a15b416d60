"""Running the server: in the foreground for people, in a thread for notebooks and tests.

In the foreground SIGTERM and SIGINT end it: it takes no more requests, those under way end within the setting
`stop_seconds`, then the processes of queries are ended. SIGHUP puts the dataset that was built and validated
anew in place, unless a terminal is what hangs up.
"""

import asyncio
import resource
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI

from accordgraph.errors import AccordGraphError
from accordgraph.server.http import access_log
from accordgraph.server.http.h11_protocol import patient_for
from accordgraph.settings import Settings

_WAITING, _ACCEPTED = 2048, 4
"""How many clients may wait to be accepted, and how many are accepted at a time."""


def run(app: FastAPI, host: str, port: int) -> None:
    """Serve until interrupted, then let the requests under way end.

    Raises `AccordGraphError` when the port is taken, and what `Engine.start` raises.
    """
    access_log.configure(app.state.settings.log_format)
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))  # each client is one
    with _listen(host, port) as listener, suppress(KeyboardInterrupt):
        # the server raises anew, when it has ended well, the signal that ended it
        signal.signal(signal.SIGTERM, lambda *_: None)
        _Foreground(_config(app, log_config=None)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that takes new clients a few at a time, so that a crowd of them leaves time for others."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; the event loop accepts as many at a time as it was told could wait, so that is told anew."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_WAITING)


class _Foreground(_Server):
    """A server that listens to SIGHUP too."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, the engine first since its errors are for who started this; then wait for signals."""
        await self.config.app.state.engine.start()  # type: ignore[union-attr]
        await super().startup(sockets)
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
    """Serve on a free port of this machine while the context lasts; gives the address, as `http://127.0.0.1:1`."""
    with _listen("127.0.0.1", 0) as listener:
        server = _Server(_config(app, log_level="warning"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        if not server.started:
            raise AccordGraphError("the server did not start; the log says why")
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _config(app: FastAPI, **others: Any) -> uvicorn.Config:
    settings: Settings = getattr(app.state, "settings", Settings())
    config = uvicorn.Config(
        app,
        http=patient_for(settings),
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
    access_log.be_quiet_about_what_is_known()
    return config


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a taken port is known before anything is served."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (while")[0]
        raise AccordGraphError(f"cannot listen on {host}, port {port}: {reason}") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a body waits 40 ms for its head
    return listener
