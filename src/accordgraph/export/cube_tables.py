"""Cubes as tables, and the text formats that are tables: SDMX-CSV, Eurostat's TSV, CSV on the Web."""

from decimal import Decimal

from accordgraph.export.cube import AGENCY, FLAG, MEASURE, TIME, Cell, Component, Cube
from accordgraph.export.tabular import Column, Table, csv_text

S1N = "http://data.europa.eu/s1n/"
_PERIOD = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"


def number(value: Decimal | None) -> str:
    """Return a value as text, and nothing for one that is absent."""
    return "" if value is None else f"{value:f}"


def columns(cube: Cube) -> tuple[str, ...]:
    """Return the names of the columns of a cube: dimensions, value and attributes."""
    return (*cube.names, MEASURE, *(attribute.id for attribute in cube.attributes))


def row(cube: Cube, cell: Cell) -> tuple[str, ...]:
    """Return a cell as a row of these columns."""
    flags = (cell.attributes.get(attribute.id, "") for attribute in cube.attributes)
    return (*cell.key, number(cell.value), *flags)


def cube_table(cube: Cube) -> Table:
    """Return a cube as a table of codes, with the roles of its columns as StatDCAT-AP asks for them."""

    def column(part: Component, required: bool) -> Column:
        pattern, values = (_PERIOD, ()) if part.id == TIME else ("", tuple(code.id for code in part.codes))
        return Column(part.id, part.labels, required=required, pattern=pattern, values=values)

    roles = {
        f"{S1N}dimension": [{"@id": f"#col-{name}"} for name in cube.names],
        f"{S1N}measure": [{"@id": f"#col-{MEASURE}"}],
        f"{S1N}attribute": [{"@id": f"#col-{attribute.id}"} for attribute in cube.attributes],
    }
    measure = Column(MEASURE, cube.measure, "decimal" if cube.decimals else "integer")
    return Table(
        cube.id,
        cube.titles,
        (
            *(column(part, True) for part in cube.dimensions),
            measure,
            *(column(part, False) for part in cube.attributes),
        ),
        cube.names,
        tuple(row(cube, cell) for cell in cube.cells),
        cube.descriptions["en"],
        roles,
    )


def flow(cube: Cube) -> str:
    """Return the reference of the data flow of a cube."""
    return f"{AGENCY}:{cube.sdmx_id}({cube.version})"


def sdmx_csv_1(cube: Cube) -> str:
    """Return a cube as SDMX-CSV 1.0."""
    return csv_text(("DATAFLOW", *columns(cube)), ((flow(cube), *row(cube, cell)) for cell in cube.cells))


def sdmx_csv_2(cube: Cube) -> str:
    """Return a cube as SDMX-CSV 2.0."""
    head = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
    rows = (("dataflow", flow(cube), "I", *row(cube, cell)) for cell in cube.cells)
    return csv_text((*head, *columns(cube)), rows)


def tsv(cube: Cube) -> str:
    """Return a cube in Eurostat's layout of TSV: a line a series, a column a period."""
    periods = [code.id for code in cube.dimensions[-1].codes]
    series: dict[tuple[str, ...], dict[str, str]] = {}
    for cell in cube.cells:
        flag = cell.attributes.get(FLAG, "")
        series.setdefault(cell.key[:-1], {})[cell.key[-1]] = f"{number(cell.value) or ':'} {flag}"
    lines = ["\t".join([f"{','.join(cube.names[:-1])}\\{TIME}", *(f"{period} " for period in periods)])]
    for key, cells in series.items():
        lines.append("\t".join([",".join(key), *(cells.get(period, ": ") for period in periods)]))
    return "\n".join(lines) + "\n"
