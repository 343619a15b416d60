"""The real dataset merged in one graph, put together from the files once for all tests."""

from functools import cache

from pyoxigraph import Quad, Store

from accordgraph.dataset.build import assemble
from accordgraph.project import Project
from support.paths import ROOT


@cache
def store() -> Store:
    found = Store()
    found.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in assemble(Project.at(ROOT)).triples)
    return found
