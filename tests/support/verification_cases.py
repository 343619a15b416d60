"""Small cases of verification, named by what they show.

`tests/verification/cases/<expectation>.<case>/` holds an invented text and data about it: `matched` is found
in full, any other expectation is the one rule that the case breaks.
"""

from pyoxigraph import NamedNode, RdfFormat, parse

from accordgraph.dataset.source_files import Dataset, graph_name
from accordgraph.namespaces import ACG
from accordgraph.verification.profile import Profile, load_profile
from support.paths import ROOT, TESTS

CASES = TESTS / "verification" / "cases"
_, REPORT_131 = load_profile(ROOT / "profiles" / "report-131.toml")


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


def profiles_of(dataset: Dataset) -> dict[NamedNode, Profile]:
    """Say of the source of each case that it is printed as report 131 is."""
    return {
        triple.subject: REPORT_131
        for triples in dataset.graphs.values()
        for triple in triples
        if triple.object == ACG.SourceDocument and isinstance(triple.subject, NamedNode)
    }
