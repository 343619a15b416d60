"""Putting a dataset on disk, for stores that are read by many processes and need not fit in memory.

    folder/dataset.json            the digest and length of the dataset, and which engine folder holds it
    folder/oxigraph-ff5ceb59-1/    the engine's own folder

A new dataset is written beside the one that is there, and `dataset.json` is replaced by a rename when it is
whole: an interrupted load changes nothing. A server that reads the old one holds a lock on it, so it is left
there until a later load finds it unlocked.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from accordgraph.errors import AccordGraphError
from accordgraph.files.whole_file import write_whole
from accordgraph.store.local import POINTER

_ENGINE = "oxigraph-"


def load_folder(
    dataset: bytes, folder: Path, progress: Callable[[str], None] = lambda stage: None
) -> tuple[str, int]:
    """Put N-Quads on disk; returns the digest of the dataset and the number of triples of its default graph.

    Raises `AccordGraphError` when the folder cannot be written to, holds something else, or is being filled.
    """
    digest = hashlib.sha256(dataset).hexdigest()
    try:
        with _alone(folder):
            engine = _new(folder, digest)
            progress("write the store")
            triples = _fill(engine, dataset)
            description = {"digest": digest, "triples": triples, "engine": engine.name}
            write_whole(folder / POINTER, json.dumps(description, indent=2) + "\n")
            progress("remove what nobody reads")
            _sweep(folder, engine)
    except OSError as error:
        raise AccordGraphError(f"the store in {folder} cannot be written: {error}") from error
    return digest, triples


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other loads out of a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / POINTER).exists() and not any(folder.glob(f"{_ENGINE}*")):
        raise AccordGraphError(f"{folder} holds something that is no store; name an empty or a new folder")
    mark = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise AccordGraphError(f"another load is filling {folder} now") from error
    finally:
        os.close(mark)


def _new(folder: Path, digest: str) -> Path:
    """Make an engine folder with a name that none has had which is still there."""
    number = 1
    while (engine := folder / f"{_ENGINE}{digest[:8]}-{number}").exists():
        number += 1
    engine.mkdir()
    return engine


def _fill(engine: Path, dataset: bytes) -> int:
    store = ox.Store(str(engine))
    store.bulk_extend(ox.parse(dataset, ox.RdfFormat.N_QUADS))  # keeps the labels of blank nodes
    store.optimize()
    store.flush()
    return sum(1 for _ in store.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def _sweep(folder: Path, current: Path) -> None:
    """Remove the engine folders, finished or not, that no process holds."""
    for engine in folder.glob(f"{_ENGINE}*"):
        if engine == current:
            continue
        mark = os.open(engine, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(engine)
        except BlockingIOError:
            continue  # a server reads it
        finally:
            os.close(mark)
