"""The views count what is there: the same numbers come out when the triples are counted by hand."""

from collections import Counter

from pyoxigraph import NamedNode, QuerySolutions

from accordgraph.library.query_file import find_query
from accordgraph.namespaces import ACG, RDF
from accordgraph.project import find_project
from accordgraph.validation.quality_rules import quality_store
from support.real_dataset import assembly


def test_things_by_class_and_level() -> None:
    query = find_query(find_project().queries, "things-by-class-and-level")
    answer = quality_store(assembly().nquads).query(query.text)
    assert isinstance(answer, QuerySolutions)
    things: Counter[NamedNode] = Counter()
    for row in answer:
        assert row["things"] == row["withEvidence"], f"{row['class']} at {row['level']}: some cite nothing"
        things[row["class"]] += int(row["things"].value)
    counted = Counter(t.object for t in assembly().triples if t.predicate == RDF.type and t.object in things)
    assert things == counted
    assert things[ACG.CollectiveAgreement] > 0
