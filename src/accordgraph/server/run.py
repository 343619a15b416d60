"""Running the server: in the foreground for people, in a thread for notebooks and tests."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import uvicorn
from fastapi import FastAPI

from accordgraph.errors import AccordGraphError


def run(app: FastAPI, host: str, port: int) -> None:
    """Serve until interrupted, then let the requests under way end.

    Raises `AccordGraphError` when the port is taken.
    """
    with _listen(host, port) as listener, suppress(KeyboardInterrupt):
        uvicorn.Server(_config(app)).run(sockets=[listener])


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve on a free port of this machine while the context lasts; gives the address, as `http://127.0.0.1:1`."""
    with _listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(_config(app))
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


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(app, log_level="warning", ws="none", lifespan="on", timeout_graceful_shutdown=5)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a taken port is known before anything is served."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while")[0]
        raise AccordGraphError(f"cannot listen on {host}, port {port}: {reason}") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a body waits 40 ms for its head
    return listener
