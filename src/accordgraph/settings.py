"""The settings: names, defaults, units and descriptions in one table; values come from the environment.

A setting `query_seconds` is given by the environment variable `ACCORDGRAPH_QUERY_SECONDS`.
"""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, fields
from dataclasses import field as _field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from accordgraph.errors import InputError

PREFIX = "ACCORDGRAPH_"
Reader = tuple[Callable[[str], object], str]
"""A function that converts a text to a value or raises `ValueError`, and a description of valid texts."""


def _setting(
    default: Any,
    help_: str,
    unit: str = "",
    public: bool = True,
    secret: bool = False,
    reader: Reader | None = None,
    least: float = 0,
) -> Any:
    """Return a field with the description of a setting, and how its value is read.

    The server does not show a setting that is not public; a secret is never printed. A number must be `least`
    or more.
    """
    about = {"help": help_, "unit": unit, "public": public}
    return _field(default=default, repr=not secret, metadata=about | {"reader": reader, "least": least})


_private = partial(_setting, public=False)


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**16:
        raise ValueError(text)
    return value


def _proxies(text: str) -> str:
    for part in filter(None, map(str.strip, text.split(","))):
        if part != "*":
            ipaddress.ip_network(part)
    return text


@dataclass(frozen=True)
class Settings:
    """The settings; the metadata of each field has its description, unit and limits."""

    root: Path | None = _private(
        None, "project folder with ontology/, data/, shapes/ and queries/ (default: searched upward)"
    )
    build: Path | None = _private(None, "output folder of the build (default: build/ in the project folder)")
    reference: Path | None = _private(
        None, "folder with the reference material (default: `shared` next to the project folder)"
    )
    exports: Path | None = _private(
        None, "folder of the export that is served (default: `export` in the output folder of the build)"
    )
    host: str = _private("127.0.0.1", "IP address to listen on")
    port: int = _private(8000, "TCP port to listen on", reader=(_port, "a whole number, 0 to 65535"))
    store: str = _private("memory", "store to query: memory, a folder, or the URL of a SPARQL endpoint")
    endpoint_user: str = _private("", "user name for the remote SPARQL engine")
    endpoint_password: str = _private("", "password for the remote SPARQL engine", secret=True)
    endpoint_token: str = _private(
        "", "bearer token for the remote SPARQL engine, instead of user name and password", secret=True
    )
    trusted_proxies: str = _private(
        "127.0.0.1",
        "comma-separated addresses of proxies whose X-Forwarded-For and -Proto headers are trusted",
        reader=(_proxies, "addresses or networks with commas between, or * for all"),
    )
    log_format: str = _private("text", "log format: text or json")
    stop_seconds: int = _private(15, "grace period for running requests at shutdown", "seconds")

    query_seconds: float = _setting(10.0, "maximum run time of a query", "seconds", least=0.1)
    quick_seconds: float = _setting(
        0.2, "CPU time after which a query needs a slot for long-running queries", "seconds"
    )
    workers: int = _setting(
        128, "maximum number of queries at a time: running, suspended or waiting", "queries", least=1
    )
    spare_workers: int = _setting(2, "worker processes kept ready", "processes")
    quick_places: int = _setting(2, "slots for short queries", "queries", least=1)
    slow_places: int = _setting(2, "slots for long-running queries", "queries")
    queue_length: int = _setting(16, "maximum number of long-running queries that wait for a slot", "queries")
    queue_seconds: float = _setting(5.0, "maximum time that a query waits for a slot", "seconds")
    query_memory: int = _setting(
        1024, "maximum memory of a query, in addition to the dataset", "MiB", least=16
    )
    query_bytes: int = _setting(100_000, "maximum length of a query", "bytes", least=1)
    query_depth: int = _setting(64, "maximum nesting depth of brackets in a query", "brackets", least=1)
    query_patterns: int = _setting(
        100, "maximum number of triple patterns and path steps in a query", "patterns", least=1
    )
    answer_rows: int = _setting(1_000_000, "maximum number of rows or triples in a result", "rows", least=1)
    answer_bytes: int = _setting(256 * 2**20, "maximum size of a result", "bytes", least=1)
    table_rows: int = _setting(
        1000, "maximum number of rows in a result shown as an HTML page", "rows", least=1
    )
    head_bytes: int = _setting(
        65_536, "maximum size of the request headers, and so of a query sent by GET", "bytes", least=1024
    )
    request_bytes: int = _setting(2**20, "maximum size of a request body", "bytes", least=1)
    request_seconds: float = _setting(
        10.0, "time within which a request body must arrive", "seconds", least=0.1
    )
    client_wait_seconds: float = _setting(
        30.0,
        "time within which a client must send the request headers, or read about 64 KiB of a response",
        "seconds",
        least=0.1,
    )
    waiting_bytes: int = _setting(
        4 * 2**30, "total buffer for response data that clients have not read yet", "bytes", least=1
    )
    client_seconds: float = _setting(
        60.0,
        "rate limit: CPU time that queries and searches of one client may use per minute; 0 disables it",
        "seconds",
    )
    client_errors: int = _setting(
        60, "rate limit: failed queries of one client per minute; 0 disables it", "queries"
    )
    cache_bytes: int = _setting(64 * 2**20, "memory for cached responses; 0 disables the cache", "bytes")
    open_workers: bool = _setting(False, "serve even if worker processes cannot be isolated from the network")

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from environment variables; those that are absent keep their default.

        Raises `InputError` when a value is not of its setting's type.
        """
        values: dict[str, object] = {}
        for field in fields(Settings):
            name = PREFIX + field.name.upper()
            text = environment.get(name, "")
            if not text:
                continue
            read, right = field.metadata["reader"] or _reader(field)
            try:
                values[field.name] = read(text)
            except ValueError as error:
                raise InputError(f"{name} is {text!r}; it should be {right}") from error
        return Settings(**values)  # type: ignore[arg-type]

    @staticmethod
    def unknown(environment: Mapping[str, str] = os.environ) -> dict[str, list[str]]:
        """Return variables that look like settings but are none, each with the most similar setting."""
        known = [field.name.upper() for field in fields(Settings)]
        given = [name.removeprefix(PREFIX) for name in sorted(environment) if name.startswith(PREFIX)]
        return {
            PREFIX + name: [PREFIX + like for like in get_close_matches(name, known, n=1)]
            for name in given
            if name not in known
        }

    def table(self) -> list[dict[str, object]]:
        """Return the public settings, each with its name, value, unit and description."""
        return [
            {
                "name": field.name,
                "value": getattr(self, field.name),
                "unit": field.metadata["unit"],
                "help": field.metadata["help"],
            }
            for field in fields(self)
            if field.metadata["public"]
        ]


def _reader(field: Field[Any]) -> Reader:
    """Return how the value of a setting is read, by the type of its default."""
    least = field.metadata["least"]

    def number(text: str, kind: type[int] | type[float]) -> float:
        value = kind(text)
        if not least <= value < float("inf"):
            raise ValueError(text)
        return value

    match field.default:
        case bool():
            return _boolean, "true or false"
        case int():
            return partial(number, kind=int), f"a whole number, {least:g} or more"
        case float():
            return partial(number, kind=float), f"a number, {least:g} or more"
        case str():
            return str, "a text"
    return Path, "a path"


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"
