"""The settings: a table of names, defaults, units and purposes; read from the environment, in one place.

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
"""What makes a value of a text, or raises `ValueError`; and what the text should be."""


def _setting(
    default: Any,
    help_: str,
    unit: str = "",
    public: bool = True,
    secret: bool = False,
    reader: Reader | None = None,
    least: float = 0,
) -> Any:
    """Return a field with what a person has to know of it, and how its value is read.

    What is not public is not shown by the server; what is secret is never printed. A number is `least` or
    more.
    """
    about = {"help": help_, "unit": unit, "public": public}
    return _field(default=default, repr=not secret, metadata=about | {"reader": reader, "least": least})


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
    """What a person can set; each field says what it is for in its metadata."""

    root: Path | None = _setting(
        None, "folder that holds ontology/, data/, shapes/ and queries/ (default: found)", public=False
    )
    build: Path | None = _setting(
        None, "folder that the build writes to (default: build/ in the root)", public=False
    )
    reference: Path | None = _setting(
        None, "folder of the reference material (default: `shared` beside the checkout)", public=False
    )
    host: str = _setting("127.0.0.1", "address that the server listens on", public=False)
    port: int = _setting(
        8000,
        "port that the server listens on",
        public=False,
        reader=(_port, "a whole number, 0 to 65535"),
    )
    store: str = _setting(
        "memory", "where queries are answered: memory, a folder, or the URL of an endpoint", public=False
    )
    endpoint_user: str = _setting("", "name that an engine elsewhere knows us by", public=False)
    endpoint_password: str = _setting("", "password for that name", public=False, secret=True)
    endpoint_token: str = _setting("", "token that is sent instead of a name", public=False, secret=True)
    trusted_proxies: str = _setting(
        "127.0.0.1",
        "addresses, with commas between, whose X-Forwarded-For and -Proto headers are believed",
        public=False,
        reader=(_proxies, "addresses or networks with commas between, or * for all"),
    )
    log_format: str = _setting("text", "form of the log's lines: text or json", public=False)
    stop_seconds: int = _setting(
        15, "time that requests under way have to end when the server stops", "seconds", public=False
    )

    query_seconds: float = _setting(10.0, "time that a query may take", "seconds", least=0.1)
    quick_seconds: float = _setting(
        0.2, "time after which a query needs one of the slow places to go on", "seconds"
    )
    workers: int = _setting(128, "queries at once, each in a process of its own", "queries", least=1)
    spare_workers: int = _setting(16, "processes that wait for a query", "processes")
    slow_places: int = _setting(2, "queries at once that outlive the quick time", "queries")
    queue_length: int = _setting(16, "queries that are held while the slow places are taken", "queries")
    queue_seconds: float = _setting(2.0, "time that a query is held for a slow place", "seconds")
    query_memory: int = _setting(1024, "memory that a query may take beside the dataset", "MiB", least=16)
    query_bytes: int = _setting(100_000, "length of a query", "bytes", least=1)
    query_depth: int = _setting(64, "brackets of a query that stand in each other", "brackets", least=1)
    query_patterns: int = _setting(100, "triple patterns and steps of paths in a query", "patterns", least=1)
    answer_rows: int = _setting(1_000_000, "rows or triples of an answer", "rows", least=1)
    answer_bytes: int = _setting(256 * 2**20, "size of an answer", "bytes", least=1)
    table_rows: int = _setting(1000, "rows of an answer that is shown as a page", "rows", least=1)
    head_bytes: int = _setting(
        65_536, "size of the head of a request, and so of a query by GET", "bytes", least=1024
    )
    request_bytes: int = _setting(2**20, "size of the body of a request", "bytes", least=1)
    request_seconds: float = _setting(
        10.0, "time in which the body of a request must come", "seconds", least=0.1
    )
    client_wait_seconds: float = _setting(
        30.0,
        "time in which a client must send the head of a request, or take about 64 KiB of an answer",
        "seconds",
        least=0.1,
    )
    waiting_bytes: int = _setting(
        4 * 2**30, "room for answers, all together, that clients have not taken yet", "bytes", least=1
    )
    client_seconds: float = _setting(
        60.0,
        "processor time that queries and searches of one client may use a minute; 0 for as much as there is",
        "seconds",
    )
    client_errors: int = _setting(
        60, "queries that may fail for one client in a minute; 0 for any number", "queries"
    )
    cache_bytes: int = _setting(64 * 2**20, "memory for answers that are kept; 0 keeps none", "bytes")
    open_workers: bool = _setting(
        False, "serve even where the processes of queries cannot be cut off from the network"
    )

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
        """Return the names that look like settings and are none, each with the settings that are like it."""
        known = [field.name.upper() for field in fields(Settings)]
        given = [name.removeprefix(PREFIX) for name in sorted(environment) if name.startswith(PREFIX)]
        return {
            PREFIX + name: [PREFIX + like for like in get_close_matches(name, known, n=1)]
            for name in given
            if name not in known
        }

    def table(self) -> list[dict[str, object]]:
        """Return the public settings, each with its name, value, unit and what it is for."""
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
    """Return how the value of a setting is read, by the kind of its default."""
    least = field.metadata["least"]

    def number(text: str, kind: type[int] | type[float]) -> float:
        value = kind(text)
        if not least <= value < float("inf"):
            raise ValueError(text)
        return value

    match field.default:
        case bool():
            return _truth, "true or false"
        case int():
            return partial(number, kind=int), f"a whole number, {least:g} or more"
        case float():
            return partial(number, kind=float), f"a number, {least:g} or more"
        case str():
            return str, "a text"
    return Path, "a path"


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"
