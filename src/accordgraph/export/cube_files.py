"""The files of a cube: every format by its name, so that the export and the server make them alike."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from accordgraph.export import cube_json, cube_tables, data_cube, dumps, jsonstat, sdmx_json, sdmx_ml
from accordgraph.export.cube import Cube
from accordgraph.export.labels import LANGUAGES
from accordgraph.export.output import Output
from accordgraph.export.tabular import CSV_TYPE, CSVW_TYPE, csvw, data_package, table_csv
from accordgraph.results import formats

FOLDER = "data/cubes"


@dataclass(frozen=True)
class CubeFile:
    """A format of cubes: what the names of its files end in, its media types, and what writes it."""

    suffix: str
    media_type: str
    file_type: str
    """Its name in the table of file types of the EU."""
    title: str
    write: Callable[[Cube], str | bytes]
    specification: str = ""
    sdmx_type: str = ""
    """The media type that SDMX gives it, which is not registered."""


def _turtle(make: Callable[[Cube], object], cube: Cube) -> bytes:
    return dumps.encode(list(make(cube)), formats.TURTLE)  # type: ignore[call-overload]


_SDMX_CSV = "application/vnd.sdmx.data+csv"
_SDMX = "https://sdmx.org/standards-2/"
FILES: tuple[CubeFile, ...] = (
    CubeFile(
        "csv",
        CSV_TYPE,
        "CSV",
        "CSV with the codes, described in CSV on the Web and in a data package",
        lambda cube: table_csv(cube_tables.cube_table(cube)),
        "https://www.w3.org/TR/tabular-data-model/",
    ),
    CubeFile(
        "sdmx1.csv",
        CSV_TYPE,
        "CSV",
        "SDMX-CSV 1.0",
        cube_tables.sdmx_csv_1,
        _SDMX,
        f"{_SDMX_CSV};version=1.0.0",
    ),
    CubeFile(
        "sdmx2.csv",
        CSV_TYPE,
        "CSV",
        "SDMX-CSV 2.0",
        cube_tables.sdmx_csv_2,
        _SDMX,
        f"{_SDMX_CSV};version=2.0.0",
    ),
    CubeFile("tsv", "text/tab-separated-values", "TSV", "TSV in the layout of Eurostat", cube_tables.tsv),
    *(
        CubeFile(
            f"{language}.json",
            jsonstat.MEDIA_TYPE,
            "JSON",
            f"JSON-stat 2.0 ({language})",
            partial(jsonstat.jsonstat, language=language),
            "https://json-stat.org/full/",
        )
        for language in LANGUAGES
    ),
    CubeFile(
        "sdmx.json",
        "application/json",
        "JSON",
        "SDMX-JSON 2.0",
        sdmx_json.sdmx_json,
        _SDMX,
        sdmx_json.MEDIA_TYPE,
    ),
    *(
        CubeFile(
            f"sdmx{version}.xml",
            "application/xml",
            "XML",
            f"SDMX-ML {version}",
            partial(sdmx_ml.data, version=version),
            _SDMX,
            sdmx_ml.DATA_TYPES[version],
        )
        for version in sdmx_ml.VERSIONS
    ),
    CubeFile(
        "qb.ttl",
        formats.TURTLE.media_type,
        "RDF_TURTLE",
        "RDF Data Cube with what each cell rests on",
        partial(_turtle, data_cube.data_cube),
        "http://www.w3.org/TR/vocab-data-cube/",
    ),
    CubeFile(
        "cube-link.ttl",
        formats.TURTLE.media_type,
        "RDF_TURTLE",
        "cube.link with its constraint",
        partial(_turtle, data_cube.cube_link),
        "https://cube.link/",
    ),
)
"""The formats that hold the numbers."""

STRUCTURES = {
    f"structure{version}.xml": partial(sdmx_ml.structure, version=version) for version in sdmx_ml.VERSIONS
}


def write_cube(cube: Cube, output: Output) -> None:
    """Write a cube in every format, its structure, and the proof of its cells."""
    folder = f"{FOLDER}/{cube.id}"
    for file in FILES:
        output.write(f"{folder}/{cube.id}.{file.suffix}", file.write(cube), file.media_type)
    for suffix, make in STRUCTURES.items():
        output.write(f"{folder}/{cube.id}.{suffix}", make(cube), "application/xml")
    table = cube_tables.cube_table(cube)
    output.write(f"{folder}/{cube.id}.csv-metadata.json", csvw([table]), CSVW_TYPE)
    package = data_package(cube.id, cube.titles, cube.version, [table])
    output.write(f"{folder}/datapackage.json", package, "application/json")
    output.write(f"{folder}/{cube.id}.{cube_json.SUFFIX}", cube_json.write(cube), "application/json")
