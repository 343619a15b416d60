"""The reference has a page for every class and scheme, and says what the ontology and the shapes say."""

from pathlib import Path

import pytest

from accordgraph.dataset.source_files import load_dataset
from accordgraph.docs.model_reference import write_reference
from accordgraph.namespaces import ACG, OWL, RDF, SH, SKOS
from accordgraph.project import find_project
from accordgraph.rdf.turtle import parse_text, read


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reference")
    written = write_reference(find_project(), folder)
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in written}


def test_every_class_and_scheme_has_a_page(pages: dict[str, str]) -> None:
    triples = load_dataset(find_project()).triples
    classes = {
        t.subject.value.rpartition("#")[2]  # type: ignore[union-attr]
        for t in triples
        if t.predicate == RDF.type and t.object == OWL.Class and str(t.subject).startswith(f"<{ACG}")
    }
    schemes = {
        t.subject.value.rpartition("/")[2]  # type: ignore[union-attr]
        for t in triples
        if t.predicate == RDF.type and t.object == SKOS.ConceptScheme
    }
    assert classes and schemes
    expected = {f"class/{name}.md" for name in classes} | {f"scheme/{name}.md" for name in schemes}
    assert set(pages) == expected | {"index.md"}
    assert all(f"({name})" in pages["index.md"] for name in expected)


def test_every_message_of_a_class_is_on_its_page(pages: dict[str, str]) -> None:
    shapes = [t for path in find_project().turtle_files("shapes") for t in parse_text(read(path), path)]
    of_class = {t.subject: t.object for t in shapes if t.predicate == SH.targetClass}
    owned = {
        t.object: of_class[t.subject] for t in shapes if t.predicate == SH.property and t.subject in of_class
    }
    messages = [
        (owned[t.subject], t.object) for t in shapes if t.predicate == SH.message and t.subject in owned
    ]
    checked = 0
    for target, message in messages:
        if target.value.startswith(ACG):  # type: ignore[union-attr]
            assert message.value in pages[f"class/{target.value.removeprefix(ACG)}.md"]  # type: ignore[union-attr]
            checked += 1
    assert checked > 100


def test_a_class_page_names_the_classes_that_it_shares_nothing_with(pages: dict[str, str]) -> None:
    kinds = "Accord, CollectiveAgreement, FrameworkAgreement, Opinion, Plan, Report"
    assert f"\nNever also: {kinds}.\n" in pages["class/Act.md"]
    assert "Never also" not in pages["class/ClaimedProperty.md"]


def test_a_scheme_page_has_its_concepts_in_four_languages(pages: dict[str, str]) -> None:
    page = pages["scheme/objective.md"]
    assert "`connecting-disconnecting`" in page
    assert all(f"| {language} " in page for language in ("en", "fr", "nl", "de"))


def test_the_pages_do_not_change_from_run_to_run(pages: dict[str, str], tmp_path: Path) -> None:
    again = write_reference(find_project(), tmp_path)
    assert {
        path.relative_to(tmp_path).as_posix(): path.read_text(encoding="utf-8") for path in again
    } == pages
