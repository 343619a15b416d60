"""Dumps say in every format what the dataset says, and an export has the same octets each time."""

import csv
import gzip
import hashlib
import json
import random
from pathlib import Path

import openpyxl
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from accordgraph.dataset.build import NQUADS
from accordgraph.errors import InputError
from accordgraph.export.dumps import NAME, QUADS, TRIPLES, by_graph, encode
from accordgraph.export.export import export
from accordgraph.export.output import CHECKSUMS, MANIFEST, read_manifest, replaced
from accordgraph.project import Project

pytestmark = pytest.mark.exports


def canonical(quads: list[Quad]) -> set[str]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def test_the_n_quads_are_those_of_the_build(dist: Path, built: Project) -> None:
    octets = (dist / f"data/{NAME}.nq").read_bytes()
    assert octets == (built.build / NQUADS).read_bytes()
    assert read_manifest(dist)["digest"] == hashlib.sha256(octets).hexdigest()


def test_trig_says_the_same(dist: Path) -> None:
    quads = [list(parse((dist / f"data/{NAME}.{form.name}").read_bytes(), form.format)) for form in QUADS]  # type: ignore[arg-type]
    assert canonical(quads[0]) == canonical(quads[1]) and quads[0]


@pytest.mark.parametrize("form", TRIPLES, ids=lambda form: form.name)
def test_every_graph_says_the_same_in_every_format(dist: Path, form) -> None:  # type: ignore[no-untyped-def]
    graphs = by_graph(parse((dist / f"data/{NAME}.nq").read_bytes(), RdfFormat.N_QUADS))
    assert len(graphs) > 100
    for name, triples in graphs.items():
        path = dist / (f"data/graph/{name}" if name else f"data/{NAME}")
        read = list(parse(path.with_name(f"{path.name}.{form.name}").read_bytes(), form.format))
        assert canonical(read) == canonical([Quad(t.subject, t.predicate, t.object) for t in triples]), name


@pytest.mark.parametrize("form", [*TRIPLES, *QUADS], ids=lambda form: form.name)
def test_the_order_of_statements_does_not_matter(dist: Path, form) -> None:  # type: ignore[no-untyped-def]
    quads = list(parse((dist / f"data/{NAME}.nq").read_bytes(), RdfFormat.N_QUADS))[:2000]
    given = quads if form in QUADS else [quad.triple for quad in quads]
    mixed = random.Random(1).sample(given, len(given))
    assert encode(given, form) == encode(mixed, form)


def test_the_manifest_has_every_file_with_its_checksum(dist: Path) -> None:
    files = json.loads((dist / MANIFEST).read_text())["files"]
    found = {path.relative_to(dist).as_posix() for path in dist.rglob("*") if path.is_file()}
    assert {file["path"] for file in files} == found - {MANIFEST, CHECKSUMS}
    for file in files:
        octets = (dist / file["path"]).read_bytes()
        assert (len(octets), hashlib.sha256(octets).hexdigest()) == (file["bytes"], file["sha256"])
    assert (dist / CHECKSUMS).read_text().count("\n") == len(files)


def test_what_is_compressed_is_the_file_beside_it(dist: Path) -> None:
    compressed = sorted(dist.rglob("*.gz"))
    assert compressed
    for path in compressed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()
        assert path.read_bytes()[4:8] == bytes(4), "no time of the file"


@pytest.mark.exports
def test_two_exports_have_the_same_octets(dist: Path, built: Project, tmp_path: Path) -> None:
    export((built.build / NQUADS).read_bytes(), built, tmp_path / "again")
    assert (tmp_path / "again" / MANIFEST).read_bytes() == (dist / MANIFEST).read_bytes()


def test_an_export_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with replaced(tmp_path / "out") as output:
            output.write(f"data/{name}.txt", name, "text/plain")
            output.close(name=name)
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.txt")) == ["two.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_an_export_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    with replaced(tmp_path / "out") as output:
        output.write("a.txt", "a", "text/plain")
        output.close()
    with pytest.raises(KeyError), replaced(tmp_path / "out") as output:
        raise KeyError
    assert (tmp_path / "out" / "a.txt").read_text() == "a"


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is no export"), replaced(tmp_path):
        pass
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_table_has_a_row_for_each_thing_of_its_class(dist: Path) -> None:
    with (dist / "data/tables/CollectiveAgreement.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 47
    (row,) = (row for row in rows if row["registrationNumber"] == "178388")
    assert row["entersIntoForceOn"] == "2023-04-01"
    assert row["isConcludedIn"].endswith("joint-committee/315.02")
    assert "Force majeure" in row["allowsException_label"].split("|")


def test_the_spreadsheet_has_a_sheet_for_each_table_and_cube(dist: Path) -> None:
    book = openpyxl.load_workbook(dist / "data/accordgraph.xlsx", read_only=True)
    tables = {path.stem for path in (dist / "data/tables").glob("*.csv")}
    cubes = set(read_manifest(dist)["cubes"])  # type: ignore[call-overload]
    assert set(book.sheetnames) == {"About"} | tables | cubes
