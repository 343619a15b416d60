"""Cubes: what may honestly be published as a number, and that declarations with a mistake are refused."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from accordgraph.errors import QueryFileError
from accordgraph.export.cube import FLAG, TIME, Cube, load_cubes
from accordgraph.export.cube_tables import tsv
from accordgraph.export.jsonstat import jsonstat
from accordgraph.export.labels import LANGUAGES, Labels
from accordgraph.export.sdmx_ml import structure
from accordgraph.namespaces import BASE, CONCEPT
from accordgraph.store.local import MemoryStore
from support.paths import ROOT

NAMES = sorted(path.stem for path in (ROOT / "queries" / "cubes").glob("*.rq"))
STRUCTURES = Path(__file__).with_name("structures.tsv")

COUNTS = {
    "agreements-by-month": (
        "SELECT ?event ?topic (COUNT(DISTINCT ?a) AS ?n) WHERE { "
        "VALUES ?event { acg:signedOn acg:depositedOn "
        "acg:registeredOn acg:entersIntoForceOn } "
        "?a a acg:CollectiveAgreement ; acg:isConcludedIn ?c ; "
        "dcterms:subject ?topic ; ?event ?day FILTER(DATATYPE(?day) = xsd:date) } "
        "GROUP BY ?event ?topic ORDER BY ?event ?topic"
    ),
    "instruments-on-record": "SELECT (COUNT(DISTINCT ?i) AS ?n) WHERE { ?i a acg:Instrument }",
    "reported-measures": "SELECT (COUNT(DISTINCT ?m) AS ?n) WHERE { ?m a acg:Measure }",
}
"""What the sums of additive cubes are, asked from the graph in another way."""


def test_there_are_cubes_on_every_subject(cubes: Mapping[str, Cube]) -> None:
    assert sorted(cubes) == NAMES and len(NAMES) == 8


@pytest.mark.parametrize("name", NAMES)
class TestHonesty:
    def test_the_order_of_dimensions_is_that_of_eurostat(self, name: str, cubes: Mapping[str, Cube]) -> None:
        ids = cubes[name].names
        assert ids[0] == "freq" and ids[-3:] == ("unit", "geo", TIME)

    def test_the_counting_unit_is_in_the_data(self, name: str, cubes: Mapping[str, Cube]) -> None:
        assert "cnt_unit" in cubes[name].names

    def test_an_absent_value_is_flagged_and_is_not_zero(self, name: str, cubes: Mapping[str, Cube]) -> None:
        for cell in cubes[name].cells:
            assert (cell.value is None) == (cell.attributes.get(FLAG) == "m"), cell

    def test_a_zero_holds_for_what_is_on_record_only(self, name: str, cubes: Mapping[str, Cube]) -> None:
        for cell in cubes[name].cells:
            if cell.value == 0:
                assert cell.attributes[FLAG] == "d", cell

    def test_every_value_but_zero_has_a_proof(self, name: str, cubes: Mapping[str, Cube]) -> None:
        for cell in cubes[name].cells:
            if cell.value:
                assert cell.counted and cell.passages, cell

    def test_a_count_counts_things(self, name: str, cubes: Mapping[str, Cube]) -> None:
        if name != "stated-figures":
            for cell in cubes[name].cells:
                assert not cell.value or cell.value == len(cell.counted)

    def test_what_was_counted_is_in_the_graph(
        self, name: str, cubes: Mapping[str, Cube], store: MemoryStore
    ) -> None:
        known = {
            term.value  # type: ignore[union-attr]
            for (term,) in store.query(
                "SELECT DISTINCT ?s WHERE { ?s ?p ?o FILTER(isIRI(?s)) } ORDER BY ?s"
            ).rows()
        }
        for cell in cubes[name].cells:
            assert {*cell.counted, *cell.passages} <= known

    def test_keys_are_unique(self, name: str, cubes: Mapping[str, Cube]) -> None:
        keys = [cell.key for cell in cubes[name].cells]
        assert len(set(keys)) == len(keys) and keys == sorted(keys)

    def test_a_code_is_a_concept_of_the_graph_or_of_statistics(
        self, name: str, cubes: Mapping[str, Cube], store: MemoryStore
    ) -> None:
        for part in (*cubes[name].dimensions, *cubes[name].attributes):
            for code in part.codes:
                assert re.fullmatch(r"[A-Za-z0-9_@$-]+", code.id), code
                if part.id != TIME and code.iri.startswith((CONCEPT, f"{BASE}id/", f"{BASE}ontology#")):
                    assert store.query(f"ASK {{ <{code.iri}> a ?class }}").boolean, code

    def test_everything_is_named_in_four_languages(self, name: str, cubes: Mapping[str, Cube]) -> None:
        cube = cubes[name]
        for texts in (
            cube.titles,
            cube.descriptions,
            cube.measure,
            *(part.labels for part in cube.dimensions),
        ):
            assert set(LANGUAGES) <= set(texts)
            assert all(len(text) > 2 for text in texts.values())

    def test_a_level_is_not_a_territory(self, name: str, cubes: Mapping[str, Cube]) -> None:
        (geo,) = (part for part in cubes[name].dimensions if part.id == "geo")
        assert {code.id for code in geo.codes} <= {"BE", "_X"}
        assert not any("total" in code.id.lower() for part in cubes[name].dimensions for code in part.codes)

    def test_json_stat_has_its_values_at_their_places(self, name: str, cubes: Mapping[str, Cube]) -> None:
        cube = cubes[name]
        for language in LANGUAGES:
            read = json.loads(jsonstat(cube, language))
            assert len(read["value"]) == sum(cell.value is not None for cell in cube.cells)
            assert read["label"] == cube.titles[language]
            assert set(read["status"].values()) <= set(read["extension"]["status"]["label"])

    def test_a_changed_structure_changes_the_version(self, name: str, cubes: Mapping[str, Cube]) -> None:
        recorded = dict(line.split("\t", 1) for line in STRUCTURES.read_text().splitlines())
        assert recorded[name] == f"{cubes[name].version}\t{cubes[name].structure_digest}", (
            "the structure has changed: raise the version in the TOML file, then record it here"
        )

    def test_the_structure_names_agency_and_version(self, name: str, cubes: Mapping[str, Cube]) -> None:
        for version in ("2.1", "3.0"):
            assert f'agencyID="ACCORDGRAPH" version="{cubes[name].version}"' in structure(
                cubes[name], version
            )


@pytest.mark.parametrize("name", COUNTS)
def test_an_additive_cube_sums_to_a_count_of_the_graph(
    name: str, cubes: Mapping[str, Cube], store: MemoryStore
) -> None:
    cube = cubes[name]
    kept = [place for place, part in enumerate(cube.names) if part not in cube.additive]
    sums: dict[tuple[str, ...], Decimal] = {}
    for cell in cube.cells:
        key = tuple(cell.key[place] for place in kept)
        sums[key] = sums.get(key, Decimal(0)) + (cell.value or 0)
    counted = [int(row[-1].value) for row in store.query(COUNTS[name]).rows()]  # type: ignore[union-attr]
    assert sorted(sums.values()) == sorted(counted) and counted


def test_only_the_listed_cubes_add_up(cubes: Mapping[str, Cube]) -> None:
    assert {name for name, cube in cubes.items() if cube.additive} == set(COUNTS)


def test_the_disconnection_agreements_of_march_2023(cubes: Mapping[str, Cube]) -> None:
    cell = cubes["agreements-by-month"].by_key[
        "M.entersIntoForceOn.disconnection.collective-agreement.NR.BE.2023-03"
    ]
    assert cell.value == 11 and len(cell.counted) == 11 and len(cell.passages) >= 11


def test_the_sources_count_committees_at_a_date(cubes: Mapping[str, Cube]) -> None:
    cells = cubes["stated-figures"].by_key
    committees = cells["D.committees.joint-committee-or-subcommittee.NR.BE.2023-04-01"]
    parts = [
        cells["D.joint-committees.joint-committee.NR.BE.2023-04-01"],
        cells["D.joint-subcommittees.joint-subcommittee.NR.BE.2023-04-01"],
    ]
    assert committees.value == 163 == sum(part.value or 0 for part in parts)
    assert "D.disconnection-agreements.collective-agreement.NR.BE.2023-04-28" in cells


def test_a_figure_without_a_date_is_flagged(cubes: Mapping[str, Cube]) -> None:
    cells = cubes["stated-figures"].by_key
    undated = cells["A.undertaking-agreements.undertaking-collective-agreement.NR.BE.2023"]
    assert undated.value == 340 and undated.attributes[FLAG] == "d"
    assert not any(key.startswith("A.") and cell.attributes.get(FLAG) != "d" for key, cell in cells.items())


def test_a_bound_says_that_it_is_one(cubes: Mapping[str, Cube]) -> None:
    cells = {cell.key[1]: cell for cell in cubes["stated-figures"].cells}
    assert cells["digibank-municipalities"].attributes["VALUE_QUALIFIER"] == "more-than"
    assert cells["wallonia-digital-research-actors"].attributes["VALUE_QUALIFIER"] == "nearly"


def test_coverage_has_a_row_for_every_topic_at_every_level(cubes: Mapping[str, Cube]) -> None:
    cube = cubes["topic-coverage"]
    sizes = {part.id: len(part.codes) for part in cube.dimensions}
    assert len(cube.cells) == sizes["topic"] * sizes["level"]
    for cell in cube.cells:
        assert (cell.attributes["COVERAGE_STATUS"] == "not-reported") == (cell.value is None)


def test_looked_for_and_not_found_is_zero_with_its_proof(cubes: Mapping[str, Cube]) -> None:
    found = [
        c
        for c in cubes["committee-coverage"].cells
        if c.attributes["COVERAGE_STATUS"] == "examined-and-none-found"
    ]
    assert found and all(cell.value == 0 and cell.counted and cell.passages for cell in found)


def test_a_zero_row_is_there_in_every_layout(cubes: Mapping[str, Cube]) -> None:
    cube = cubes["agreement-clauses"]
    assert sum(cell.value == 0 for cell in cube.cells) > 1000
    assert tsv(cube).count("\t0 d") == sum(cell.value == 0 for cell in cube.cells)


def broken(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("agreement-exceptions.rq", "?exception", "?exemption", "no part of the cube is called exemption"),
        ("agreement-exceptions.rq", "acg:allowsException", "acg:allowsNothing", "would be empty"),
        ("agreement-exceptions.toml", 'unit = "NR"', 'unit = "KG"', "unit has no code KG"),
        ("agreement-exceptions.toml", "[constants]", "[constants", "cannot be read as TOML"),
        ("codes.toml", "[codes.freq.A]", "[codes.freq.Q]", "freq has no code A"),
    ],
)
def test_a_mistake_in_a_declaration_is_named(
    file: str, old: str, new: str, message: str, declarations: Path, store: MemoryStore, labels: Labels
) -> None:
    broken(declarations, file, old, new)
    with pytest.raises(QueryFileError, match=message):
        load_cubes(declarations, store, labels)


def test_the_texts_of_cubes_keep_the_terminology() -> None:
    texts = "".join(path.read_text("utf-8") for path in sorted((ROOT / "queries" / "cubes").glob("*.toml")))
    assert "paritätische" in texts and "'" in texts
    assert not re.findall("Ausschuss|Ausschüsse|[‘’]", texts), (
        "as ontology/terminology.tsv and the labels have it"
    )
