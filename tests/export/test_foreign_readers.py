"""Every format of every cube, read by readers that others wrote: cell by cell the same as ours."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from accordgraph.export.cube import Cube, key_text
from support.foreign import FOLDER, python_of
from support.paths import ROOT

CUBES = sorted(path.stem for path in (ROOT / "queries" / "cubes").glob("*.rq"))
LEAVE_OUT_EMPTY = ("json", "ttl")
"""Formats in which the reader sees only cells with a value."""

pytestmark = pytest.mark.exports


def cells(cube: Cube) -> dict[str, float | None]:
    return {key_text(c.key): None if c.value is None else float(c.value) for c in cube.cells}


def read(folder: Path) -> Mapping[str, Any]:
    command = [python_of("exports"), FOLDER / "read_cubes.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("name", CUBES)
def test_readers_find_the_same_cells(name: str, dist: Path, cubes: Mapping[str, Cube]) -> None:
    answers = read(dist / "data" / "cubes" / name)
    ours = cells(cubes[name])
    filled = {key: value for key, value in ours.items() if value is not None}
    assert len(answers) >= 20
    for reader, found in answers.items():
        if found is True:
            continue
        wanted = filled if reader.partition(",")[0].rpartition(".")[2] in LEAVE_OUT_EMPTY else ours
        assert found == wanted, reader


@pytest.mark.parametrize(
    ("suffix", "old", "new", "reader"),
    [
        ("csv", ",NR,", ",XX,", "csv, csvw"),
        ("csv", ",NR,", ",XX,", "csv, frictionless"),
        ("csv", "A,critical-function,", "A,force-majeure,", "csv, csvw"),
        ("sdmx2.1.xml", "gen:ObsKey", "gen:Key", "sdmx2.1.xml, XSD"),
        ("structure3.0.xml", "str:DimensionList", "str:Dimensions", "structure3.0.xml, XSD"),
        ("sdmx.json", '"dataSets": [0]', '"dataSets": "0"', "sdmx.json, JSON schema"),
        ("en.json", '"size": [1,', '"size": [2,', "en.json, jsonstat-validator"),
        ("sdmx2.csv", ",20,", ",21,", "sdmx2.csv, pysdmx"),
        ("tsv", "\t20 ", "\t21 ", "tsv, pandas"),
        ("qb.ttl", "OBS_VALUE> 20", "OBS_VALUE> 21", "qb.ttl, rdflib"),
    ],
)
def test_a_mistake_in_a_file_is_found(
    suffix: str, old: str, new: str, reader: str, dist: Path, cubes: Mapping[str, Cube], tmp_path: Path
) -> None:
    name = "agreement-exceptions"
    folder = tmp_path / name
    folder.mkdir()
    for path in (dist / "data" / "cubes" / name).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    path = folder / f"{name}.{suffix}"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    found = read(folder)[reader]
    assert found is not True and found != cells(cubes[name])
