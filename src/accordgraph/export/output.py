"""The folder of an export: its files with their checksums, put in place all at once."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from accordgraph.errors import InputError

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
GZIP = "application/gzip"


@dataclass(frozen=True)
class File:
    """A file of an export: its path in the folder, its media type, its size and its checksum."""

    path: str
    media_type: str
    bytes: int
    sha256: str


class Output:
    """A folder that is filled file by file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, File] = {}

    def write(self, path: str, content: bytes | str, media_type: str, compressed: bool = False) -> File:
        """Write a file, and where it should be `compressed` too, beside it the same with `.gz`."""
        octets = content.encode() if isinstance(content, str) else content
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(octets)
        file = File(path, media_type, len(octets), hashlib.sha256(octets).hexdigest())
        self.files[path] = file
        if compressed:
            self.write(f"{path}.gz", gzip.compress(octets, 9, mtime=0), GZIP)
        return file

    def close(self, **about: object) -> None:
        """Write the manifest, which says what the export is `about`, and the checksums."""
        files = [asdict(self.files[path]) for path in sorted(self.files)]
        sums = "".join(f"{file['sha256']}  {file['path']}\n" for file in files)
        (self.folder / CHECKSUMS).write_text(sums, encoding="utf-8")
        text = json.dumps({**about, "files": files}, indent=1, ensure_ascii=False)
        (self.folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


@contextmanager
def replaced(folder: Path) -> Iterator[Output]:
    """Give an empty output that takes the place of `folder` when the context ends without an error.

    Raises `InputError` where the folder holds something other than an export.
    """
    if folder.exists() and not (folder / MANIFEST).is_file() and any(folder.iterdir()):
        raise InputError(
            f"{folder} is no export: it has files but no {MANIFEST}; name another folder with --out"
        )
    new, old = (folder.with_name(f".{folder.name}.{part}") for part in ("new", "old"))
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield Output(new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def read_manifest(folder: Path) -> dict[str, object]:
    """Return the manifest of an export; raises `InputError` where there is none."""
    try:
        return dict(json.loads((folder / MANIFEST).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"no export in {folder}; `accordgraph export` makes one") from error
