"""A cube as one JSON file with everything that the model has, from which the server reads it again."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from accordgraph.export.cube import Cell, Code, Component, Cube, key_text
from accordgraph.export.cube_tables import number

SUFFIX = "cells.json"


def write(cube: Cube) -> str:
    """Return a cube with the things that each cell counts, the passages on them, and the query."""
    content = {
        "id": cube.id,
        "version": cube.version,
        "title": cube.titles,
        "description": cube.descriptions,
        "dimensions": [_part(part) for part in cube.dimensions],
        "attributes": [_part(part) for part in cube.attributes],
        "measure": cube.measure,
        "additive": cube.additive,
        "closedWorld": cube.closed_world,
        "decimals": cube.decimals,
        "query": cube.query,
        "cells": [cell_json(cube, cell) for cell in cube.cells],
    }
    return json.dumps(content, ensure_ascii=False, indent=0) + "\n"


def cell_json(cube: Cube, cell: Cell) -> dict[str, Any]:
    """Return a cell; its value is text, so that it stays exact."""
    return {
        "iri": cube.cell_iri(cell),
        "key": key_text(cell.key),
        "value": number(cell.value) or None,
        "attributes": cell.attributes,
        "counted": cell.counted,
        "passages": cell.passages,
    }


def read(text: str | bytes) -> Cube:
    """Return the cube that a file holds."""
    content = json.loads(text)
    return Cube(
        content["id"],
        content["version"],
        content["title"],
        content["description"],
        tuple(map(_read_part, content["dimensions"])),
        tuple(map(_read_part, content["attributes"])),
        tuple(map(_read_cell, content["cells"])),
        content["query"],
        content["measure"],
        tuple(content["additive"]),
        content["closedWorld"],
        content["decimals"],
    )


def _part(part: Component) -> dict[str, Any]:
    codes = [{"id": code.id, "iri": code.iri, "labels": code.labels} for code in part.codes]
    return {"id": part.id, "labels": part.labels, "schemes": part.schemes, "codes": codes}


def _read_part(content: Mapping[str, Any]) -> Component:
    codes = tuple(Code(code["id"], code["iri"], code["labels"]) for code in content["codes"])
    return Component(content["id"], content["labels"], codes, tuple(content["schemes"]))


def _read_cell(content: Mapping[str, Any]) -> Cell:
    value = None if content["value"] is None else Decimal(content["value"])
    key, attributes = tuple(content["key"].split(".")), content["attributes"]
    return Cell(key, value, attributes, tuple(content["counted"]), tuple(content["passages"]))
