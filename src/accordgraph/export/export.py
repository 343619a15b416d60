"""The whole export: dumps, tables, a spreadsheet, cubes in every format, and the catalogue of it all."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import DefaultGraph, RdfFormat, parse

from accordgraph import __version__
from accordgraph.export.catalogue import FORMS, Content, catalogue
from accordgraph.export.cube import FOLDER, Cube, load_cubes
from accordgraph.export.cube_files import write_cube
from accordgraph.export.cube_tables import cube_table
from accordgraph.export.dumps import encode, write_dumps
from accordgraph.export.labels import Labels
from accordgraph.export.output import Output, replaced
from accordgraph.export.tables import tables_of, write_tables
from accordgraph.export.workbook import PATH, workbook
from accordgraph.library.query_file import load_query
from accordgraph.namespaces import CONCEPT, SCHEMES
from accordgraph.project import Project
from accordgraph.results import formats
from accordgraph.store.local import MemoryStore


def export(
    dataset: bytes, project: Project, folder: Path, progress: Callable[[str], None] = lambda stage: None
) -> list[tuple[str, int, int]]:
    """Write everything to a folder; returns for each kind of file how many there are and their size.

    Raises `InputError` where the folder holds something else, `QueryFileError` for a cube not to be made.
    """
    with replaced(folder) as output:
        progress("read")
        store = MemoryStore(dataset)
        quads = parse(dataset, RdfFormat.N_QUADS)
        triples = [quad.triple for quad in quads if isinstance(quad.graph_name, DefaultGraph)]
        cubes = load_cubes(project.queries / FOLDER, store, Labels(triples))
        progress("dumps")
        write_dumps(dataset, output)
        progress("tables")
        tables = tables_of(triples)
        write_tables(tables, output)
        sheets = [*map(cube_table, cubes), *tables]
        about = {"title": "AccordGraph", "dataset (SHA-256)": store.digest}
        output.write(PATH, workbook(sheets, about), formats.XLSX.media_type)
        for cube in cubes:
            progress(f"cube {cube.id}")
            write_cube(cube, output)
        progress("catalogue")
        content = _content(project, store, Labels(triples), cubes, output)
        described = catalogue(content)
        for form in FORMS:
            output.write(f"catalog/catalog.{form.name}", encode(described, form), form.media_type)
        output.close(digest=store.digest, triples=len(store), cubes=[cube.id for cube in cubes])
    return _summary(output)


def _content(
    project: Project, store: MemoryStore, labels: Labels, cubes: list[Cube], output: Output
) -> Content:
    """Return what the catalogue describes."""
    period = load_query(project.queries / "void" / "period-covered.rq")
    ((first, last),) = store.query(period.text).rows()
    schemes = {scheme: labels.of(CONCEPT + scheme) for scheme in SCHEMES if labels.of(CONCEPT + scheme)}
    days = [str(getattr(day, "value", "")) for day in (first, last)]
    return Content(output.files, tuple(cubes), schemes, days[0], days[1], __version__)


def _summary(output: Output) -> list[tuple[str, int, int]]:
    """Return the number and the size of the files of each kind, by the folder and the suffix."""
    count: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for file in output.files.values():
        kind = "/".join(file.path.split("/")[: 2 if file.path.count("/") > 1 else 1])
        count[kind] += 1
        size[kind] += file.bytes
    return [(kind, count[kind], size[kind]) for kind in sorted(count)]
