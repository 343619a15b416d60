"""The settings: a table of names, defaults and what each is for; read from the environment, in one place.

A setting `reference` is given by the environment variable `ACCORDGRAPH_REFERENCE`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as _field
from pathlib import Path

from accordgraph.errors import InputError

PREFIX = "ACCORDGRAPH_"
_KINDS: Mapping[str, type] = {"host": str, "port": int}


@dataclass(frozen=True)
class Settings:
    """What a person can set; each field says what it is for in its metadata."""

    root: Path | None = _field(
        default=None,
        metadata={"help": "folder that holds ontology/, data/, shapes/ and queries/ (default: found)"},
    )
    build: Path | None = _field(
        default=None,
        metadata={"help": "folder that the build writes to (default: build/ in the root)"},
    )
    reference: Path | None = _field(
        default=None,
        metadata={"help": "folder of the reference material (default: `shared` beside the checkout)"},
    )
    host: str = _field(default="127.0.0.1", metadata={"help": "address that the server listens on"})
    port: int = _field(default=8000, metadata={"help": "port that the server listens on"})

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
            try:
                values[field.name] = _KINDS.get(field.name, Path)(text)
            except ValueError as error:
                raise InputError(f"{name} is {text!r}; it should be a whole number") from error
        return Settings(**values)  # type: ignore[arg-type]
