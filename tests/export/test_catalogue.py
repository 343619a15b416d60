"""The catalogue passes the official shapes, our own for their holes, and scores as a good one does."""

from pathlib import Path

import pyshacl
import pytest
from rdflib import DCAT, DCTERMS, RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from accordgraph.errors import ReferenceMissing
from accordgraph.export.catalogue import FORMS
from accordgraph.export.periods import first_day, is_period, last_day
from accordgraph.namespaces import BASE
from accordgraph.project import find_reference
from support import mqa

pytestmark = pytest.mark.exports

OWN = Path(__file__).with_name("catalogue_shapes.ttl")
EXCEPTED = {
    "mdr-vocabularies.shape.ttl": {
        (
            "algorithm",
            "NodeConstraintComponent",
        ): "wants the algorithm on https, where the vocabulary is http",
        ("", "PatternConstraintComponent"): "the same",
        ("inScheme", "HasValueConstraintComponent"): "a publisher may be a corporate body; only the EU's are",
        ("inScheme", "MinCountConstraintComponent"): "the same",
    },
    "deprecateduris.ttl": {
        ("inScheme", "HasValueConstraintComponent"): "wants the old scheme of the status of distributions",
    },
}
"""The violations that are mistakes of the shapes, by file."""
OFFICIAL = ("shapes.ttl", "range.ttl", "shapes_recommended.ttl", *EXCEPTED)


@pytest.fixture(scope="session")
def standards() -> Path:
    try:
        return find_reference() / "standards"
    except ReferenceMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def catalogue(dist: Path) -> Graph:
    return Graph().parse(dist / "catalog" / "catalog.ttl")


def violations(data: Graph, shapes: Path) -> set[tuple[str, str]]:
    _, report, _ = pyshacl.validate(data, shacl_graph=Graph().parse(shapes), advanced=True)
    assert isinstance(report, Graph)
    found = set()
    for result in report.subjects(SH.resultSeverity, SH.Violation):
        path = report.value(result, SH.resultPath)
        name = (
            "" if path is None or isinstance(path, BNode) else str(path).replace("#", "/").rpartition("/")[2]
        )
        found.add((name, str(report.value(result, SH.sourceConstraintComponent)).rpartition("#")[2]))
    return found


@pytest.mark.exports
@pytest.mark.parametrize("name", OFFICIAL)
def test_the_official_shapes(name: str, catalogue: Graph, standards: Path) -> None:
    known = Graph().parse(standards / "eu-vocab" / "eu-vocab-subset.ttl")
    found = violations(catalogue + known, standards / "dcat-ap-3.0.1" / name)
    assert found == set(EXCEPTED.get(name, ()))


@pytest.mark.exports
def test_the_draft_of_statdcat_ap(catalogue: Graph, standards: Path) -> None:
    assert not violations(catalogue, standards / "statdcat-ap" / "statdcat-checks.shacl.ttl")


def test_our_own_shapes(catalogue: Graph) -> None:
    assert not violations(catalogue, OWN)


def test_every_dataset_scores_well(catalogue: Graph, standards: Path) -> None:
    datasets = set(catalogue.subjects(RDF.type, DCAT.Dataset))
    assert len(datasets) > 30
    for dataset in datasets:
        points = mqa.points(catalogue, dataset, standards / "mqa", conforms=True)
        assert sum(points.values()) >= 395, (dataset, points)


def test_the_file_says_the_same_in_every_format(catalogue: Graph, dist: Path) -> None:
    for form in FORMS:
        read = Graph().parse(dist / "catalog" / f"catalog.{form.name}")
        assert isomorphic(read, catalogue), form.name


def test_it_has_no_blank_nodes(catalogue: Graph) -> None:
    assert not any(isinstance(term, BNode) for triple in catalogue for term in triple)


def test_every_distribution_is_a_file_of_the_export(catalogue: Graph, dist: Path) -> None:
    addresses = set(catalogue.objects(None, DCAT.downloadURL))
    assert len(addresses) > 200
    for address in addresses:
        assert (dist / str(address).removeprefix(BASE)).is_file(), address


def first(graph: Graph, class_: URIRef) -> Node:
    return min(graph.subjects(RDF.type, class_), key=str)


def test_each_mistake_is_found_by_a_gate(catalogue: Graph, standards: Path) -> None:
    official = standards / "dcat-ap-3.0.1" / "shapes.ttl"
    dataset, distribution = first(catalogue, DCAT.Dataset), first(catalogue, DCAT.Distribution)
    period = first(catalogue, DCTERMS.PeriodOfTime)
    title = next(catalogue.objects(dataset, DCTERMS.title))
    cases: list[tuple[Path, Node, URIRef, Node | None]] = [
        (
            OWN,
            period,
            DCAT.endDate,
            Literal("1999-01-01", datatype=URIRef("http://www.w3.org/2001/XMLSchema#date")),
        ),
        (OWN, period, DCAT.startDate, Literal("spring")),
        (OWN, dataset, DCTERMS.title, Literal("No language")),
        (
            OWN,
            distribution,
            DCAT.byteSize,
            Literal("12", datatype=URIRef("http://www.w3.org/2001/XMLSchema#decimal")),
        ),
        (OWN, dataset, DCAT.distribution, None),
        (OWN, URIRef(BASE + "catalog"), DCAT.dataset, None),
        (official, dataset, DCTERMS.publisher, Literal("A name")),
        (official, distribution, DCAT.accessURL, None),
        (official, dataset, DCTERMS.description, None),
    ]
    assert isinstance(title, Literal)
    for gate, subject, predicate, value in cases:
        broken = catalogue + Graph()
        broken.remove((subject, predicate, None))
        if value is not None:
            broken.add((subject, predicate, value))
        assert violations(broken, gate), (predicate, value)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-04-28", "2023-04-28", "2023-04-28"),
    ],
)
def test_a_period_has_its_first_and_last_day(period: str, first: str, last: str) -> None:
    assert (first_day(period), last_day(period)) == (first, last)


def test_the_period_of_the_whole_has_both_days(catalogue: Graph) -> None:
    days = {
        tuple(str(catalogue.value(period, day)) for day in (DCAT.startDate, DCAT.endDate))
        for period in catalogue.subjects(RDF.type, DCTERMS.PeriodOfTime)
    }
    assert ("2020-06-22", "2023-05-30") in days


def test_what_is_no_period() -> None:
    assert not any(map(is_period, ("", "23", "2023-13", "2023-02-30", "2023-Q1", "spring")))
    assert all(map(is_period, ("2023", "2023-02", "2023-02-28")))
