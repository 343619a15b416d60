"""Finding the files of a folder: links are followed, and nothing that could be meant is left out in silence.

Hidden files, such as the locks and copies of editors, are passed over; so are files whose ending is another
than the one that is looked for. Both are told.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from accordgraph.errors import InputError

_HIDDEN = (".", "~$", "#")
"""What the names of hidden files, and of the locks and copies of editors and office programs, begin with."""
_OTHER_FORMATS = (".turtle", ".n3", ".nt", ".nq", ".trig", ".rdf", ".jsonld", ".sparql", ".query")
"""Endings of files that hold triples or queries, but are not read."""


@dataclass(frozen=True)
class Scan:
    """The files of a folder that have the ending, and what was passed over, both in path order."""

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]


def scan(folder: Path, suffix: str) -> Scan:
    """Find the files below a folder whose names end in `suffix`, in any case; none where it is absent.

    Raises `InputError` for a link that leads nowhere, and for a file or folder that is there twice by a link,
    so also for a circle; `OSError` for a folder that cannot be read.
    """
    if not folder.is_dir():
        if folder.is_symlink():
            raise _dangling(folder)
        return Scan((), ())
    found = _Walk(suffix)
    found.walk(folder, os.path.realpath(folder))
    return Scan(tuple(sorted(found.files)), tuple(sorted(found.passed_over)))


@dataclass
class _Walk:
    suffix: str
    files: list[Path] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)
    seen: dict[str, Path] = field(default_factory=dict)
    """Every file and folder by its path without links."""

    def walk(self, folder: Path, real: str) -> None:
        self._see(folder, real)
        with os.scandir(folder) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
        for entry in ordered:
            path, name = folder / entry.name, entry.name.lower()
            target = os.path.realpath(path) if entry.is_symlink() else os.path.join(real, entry.name)
            if name.startswith(_HIDDEN):
                if entry.is_dir() or self.suffix in name:
                    self.passed_over.append(path)
            elif entry.is_dir():
                self.walk(path, target)
            elif not os.path.exists(target):
                raise _dangling(path)
            elif name.endswith(self.suffix):
                if not os.path.isfile(target):
                    raise InputError(f"{path}: neither a file nor a folder; what is read is a file")
                self._see(path, target)
                self.files.append(path)
            elif f"{self.suffix}." in name or name.endswith(_OTHER_FORMATS):
                self.passed_over.append(path)

    def _see(self, path: Path, target: str) -> None:
        if (first := self.seen.setdefault(target, path)) is not path:
            raise InputError(f"{path}: by a link it is the same as {first}; what stands there is read once")


def _dangling(path: Path) -> InputError:
    return InputError(f"{path}: a link to {os.readlink(path)}, where nothing is; remove or mend it")
