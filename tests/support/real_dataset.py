"""The real dataset: put together from the files once for the tests of a process, and built once for all."""

import fcntl
from functools import cache
from pathlib import Path

from pyoxigraph import Quad, Store

from accordgraph.dataset.build import MANIFEST, Assembly, assemble, build
from accordgraph.project import Project
from accordgraph.validation.validate import validate
from support.paths import ROOT


@cache
def assembly() -> Assembly:
    """Return the dataset in memory."""
    return assemble(Project.at(ROOT))


@cache
def store() -> Store:
    """Return the dataset merged in one graph."""
    merged = Store()
    merged.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in assembly().triples)
    return merged


def build_once(folder: Path) -> Project:
    """Build and validate into a folder that several test processes share; the first of them does it."""
    folder.mkdir(parents=True, exist_ok=True)
    project = Project.at(ROOT, folder / "build")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (project.build / MANIFEST).is_file():
            build(project)
            assert validate(project).conforms
    return project
