"""What differs between two datasets, in words and as RDF Patch."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from accordgraph.errors import InputError
from accordgraph.export.diff import compare, read_dataset
from accordgraph.namespaces import ACG, ID, RDF, SKOS

ACT, OPINION, PLAN = ID["be/act/one"], ID["be/opinion/one"], ID["be/plan/one"]


def dataset(*statements: str) -> bytes:
    return "".join(f"{statement} .\n" for statement in sorted(statements)).encode()


OLD = dataset(
    f"{ACT} {RDF.type} {ACG.Act}",
    f'{ACT} {SKOS.prefLabel} "An act"@en',
    f"{OPINION} {RDF.type} {ACG.Opinion}",
)
NEW = dataset(
    f"{ACT} {RDF.type} {ACG.Act}",
    f'{ACT} {SKOS.prefLabel} "The act"@en',
    f"{PLAN} {RDF.type} {ACG.Plan}",
    f"{PLAN} {RDF.type} {ACG.Plan} {ID['graph']}",
)


def test_things_come_go_and_change() -> None:
    found = compare(OLD, NEW)
    assert [
        (one.change, one.class_, one.iri, one.label, one.added, one.removed) for one in found.changes
    ] == [
        ("changed", "acg:Act", ACT.value, "The act", 1, 1),
        ("went", "acg:Opinion", OPINION.value, "", 0, 1),
        ("came", "acg:Plan", PLAN.value, "", 1, 0),
    ]
    assert found.counts() == [("acg:Act", 0, 0, 1), ("acg:Opinion", 0, 1, 0), ("acg:Plan", 1, 0, 0)]


def test_the_patch_leads_from_one_to_the_other() -> None:
    patch = compare(OLD, NEW).patch.splitlines()
    assert (patch[0], patch[-1]) == ("TX .", "TC .")
    lines = set(OLD.decode().splitlines())
    for line in patch[1:-1]:
        operation, statement = line.split(" ", 1)
        if operation == "D":
            lines.remove(statement)
        else:
            assert statement not in lines
            lines.add(statement)
    assert lines == set(NEW.decode().splitlines())


def test_equal_datasets_do_not_differ() -> None:
    found = compare(OLD, OLD)
    assert (found.changes, found.patch) == ((), "TX .\nTC .\n")


def test_a_dataset_is_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "old.nq").write_bytes(OLD)
    (tmp_path / "old.nq.gz").write_bytes(gzip.compress(OLD))
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "accordgraph.nq").write_bytes(OLD)
    (tmp_path / "dist" / "data").mkdir(parents=True)
    (tmp_path / "dist" / "data" / "accordgraph.nq").write_bytes(OLD)
    assert all(read_dataset(tmp_path / name) == OLD for name in ("old.nq", "old.nq.gz", "build", "dist"))
    with pytest.raises(InputError, match="no dataset at"):
        read_dataset(tmp_path / "nothing")
    with pytest.raises(InputError, match="not N-Quads"):
        compare(OLD, b"no statement\n")


def test_the_command(accordgraph: Callable[..., Result], tmp_path: Path) -> None:
    for name, content in (("old.nq", OLD), ("new.nq", NEW)):
        (tmp_path / name).write_bytes(content)
    done = accordgraph("diff", tmp_path / "old.nq", tmp_path / "new.nq", "--patch", tmp_path / "patch")
    assert done.exit_code == 0, done.output
    assert "changed <be/act/one> The act (+1 -1)" in done.output
    assert "3 statements added, 2 removed" in done.output
    assert (tmp_path / "patch").read_text() == compare(OLD, NEW).patch
    missing = accordgraph("diff", tmp_path / "old.nq", tmp_path / "none.nq")
    assert missing.exit_code == 2 and "error: no dataset at" in missing.output
