"""Writing a file whole or not at all: whoever reads it sees the old content or the new one.

The new content goes into a file beside the old one, is forced to the disk, and takes its name by a rename.
"""

import os
import stat
import tempfile
from contextlib import suppress
from errno import EACCES
from pathlib import Path

_PREFIX = ".accordgraph-"
"""What the name of an unfinished file begins with: a hidden file, which no command reads."""


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file, text as UTF-8; a link is followed, and the permissions of a file that is there are kept.

    Raises `OSError`, with the path as its file name, where that is impossible; the old file is then as it
    was. A device or a pipe cannot be replaced, so it is written to as it is.
    """
    octets = content.encode() if isinstance(content, str) else content
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode if target.exists() else None
        if mode is not None and not stat.S_ISREG(mode):
            with target.open("wb") as device:
                device.write(octets)
        elif mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        else:
            _replace(target, octets, _usual_mode() if mode is None else stat.S_IMODE(mode))
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _replace(target: Path, octets: bytes, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=_PREFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    with suppress(OSError):  # some file systems cannot force a folder to the disk
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _usual_mode() -> int:
    """Return the permissions of a new file; the mask can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
