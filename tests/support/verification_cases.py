"""Small cases of verification, named by what they show.

`tests/verification/cases/<expectation>.<case>/` holds an invented text and data about it: `matched` is found
in full, any other expectation is the one rule that the case breaks.
"""

from pyoxigraph import RdfFormat, parse

from accordgraph.dataset.source_files import Dataset, graph_name
from support.paths import TESTS

CASES = TESTS / "verification" / "cases"


def dataset_of(case: str) -> Dataset:
    files = {
        "data/case.ttl": CASES / case / "data.ttl",
        "ontology/vocabularies/all.ttl": CASES / "vocabulary.ttl",
    }
    graphs = {
        graph_name(name): tuple(quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE))
        for name, path in files.items()
    }
    return Dataset(graphs, {graph_name(name): name for name in files}, {})
