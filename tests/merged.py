"""The real dataset merged in one graph, put together from the files once for all tests."""

from functools import cache
from pathlib import Path

from pyoxigraph import Quad, Store

from accordgraph.assets import Project
from accordgraph.build import assemble

ROOT = Path(__file__).resolve().parent.parent


@cache
def store() -> Store:
    found = Store()
    found.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in assemble(Project.at(ROOT)).triples)
    return found
