"""Another year is added by adding files: an invented report joins the data and every step accepts it."""

import shutil
from pathlib import Path

import pytest

from accordgraph.dataset.build import build
from accordgraph.dataset.source_files import load_dataset
from accordgraph.namespaces import ACG, CONCEPT, ID
from accordgraph.project import FOLDERS, PROFILES, Project, find_project
from accordgraph.validation.validate import validate
from accordgraph.verification.profile import load_profiles
from accordgraph.verification.verify import run_verify

YEAR = Path(__file__).parent / "fixtures" / "another-year"
AGREEMENT = ID["be/collective-agreement/900001"]


@pytest.fixture(scope="module")
def next_year(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with the invented report in it."""
    root, project = tmp_path_factory.mktemp("next-year"), find_project()
    for folder in (*FOLDERS, PROFILES):
        shutil.copytree(project.root / folder, root / folder)
    for folder in ("data", "profiles"):
        shutil.copytree(YEAR / folder, root / folder, dirs_exist_ok=True)
    return Project.at(root)


def test_it_builds_and_conforms(next_year: Project) -> None:
    build(next_year)
    assert validate(next_year).findings == ()


def test_what_it_adds_is_derived_like_all_else(next_year: Project) -> None:
    triples = {(t.subject, t.predicate, t.object) for t in build(next_year).triples}
    assert (AGREEMENT, ACG.serves, CONCEPT["objective/connecting-disconnecting"]) in triples
    assert (AGREEMENT, ACG.allowsException, CONCEPT["exception/force-majeure"]) in triples
    assert (ID["be/report/nar-900"], ACG.succeeds, ID["be/report/nar-131"]) in triples


def test_it_is_verified_against_its_own_text(next_year: Project) -> None:
    """The texts of the other years are not here; nothing is found about what the invented report adds."""
    dataset = load_dataset(next_year)
    new = {file for file in dataset.texts if (YEAR / file).exists()}
    report = run_verify(dataset, YEAR / "sources", load_profiles(next_year.profiles))
    assert len(new) == 3
    assert [finding for finding in report.findings if finding.file in new] == []
    assert report.passages_matched == 2


def test_it_is_printed_otherwise_than_the_report_before(next_year: Project) -> None:
    """With the profile of report 131 no date of deposit, registration or entry into force is in its place."""
    profiles = load_profiles(next_year.profiles)
    profiles[ID["source/report-900"]] = profiles[ID["source/report-131"]]
    report = run_verify(load_dataset(next_year), YEAR / "sources", profiles)
    misplaced = {f.path for f in report.findings if f.node == AGREEMENT.value and f.rule == "verify-value"}
    assert misplaced >= {p.value for p in (ACG.depositedOn, ACG.registeredOn, ACG.entersIntoForceOn)}
