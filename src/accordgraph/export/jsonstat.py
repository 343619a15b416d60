"""Cubes as JSON-stat 2.0, one file a language: values and flags by their place, row by row."""

import json
from decimal import Decimal
from itertools import product

from accordgraph.export.cube import AGENCY, FLAG, TIME, Component, Cube
from accordgraph.export.labels import best

MEDIA_TYPE = "application/json"
_ROLES = {"time": TIME, "geo": "geo", "metric": "unit"}


def json_number(value: Decimal) -> int | float:
    """Return a value as JSON writes numbers."""
    return int(value) if value == value.to_integral_value() else float(value)


def jsonstat(cube: Cube, language: str) -> str:
    """Return a cube in a language; a cell that the cube does not have has no value and no flag.

    What else is stated of cells, such as coverage, stands in `extension` by the same places.
    """
    sizes = [len(dimension.codes) for dimension in cube.dimensions]
    places = {key: place for place, key in enumerate(product(*(d.by_id for d in cube.dimensions)))}
    values = {str(places[cell.key]): json_number(cell.value) for cell in cube.cells if cell.value is not None}
    stated: dict[str, dict[str, str]] = {part.id: {} for part in cube.attributes}
    for cell in cube.cells:
        for name, code in cell.attributes.items():
            stated[name][str(places[cell.key])] = code
    flags, *others = cube.attributes
    content = {
        "version": "2.0",
        "class": "dataset",
        "label": cube.titles[language],
        "source": "AccordGraph",
        "note": [cube.descriptions[language]],
        "id": list(cube.names),
        "size": sizes,
        "role": {role: [name] for role, name in _ROLES.items()},
        "dimension": {part.id: _dimension(part, language) for part in cube.dimensions},
        "value": values,
        "status": stated[FLAG],
        "extension": {
            "id": cube.sdmx_id,
            "agencyId": AGENCY,
            "version": cube.version,
            "lang": language,
            "status": {"label": _labels(flags, language)},
            "additive": list(cube.additive),
            "attributes": {
                part.id: {
                    "label": best(part.labels, language),
                    "category": _labels(part, language),
                    "value": stated[part.id],
                }
                for part in others
            },
        },
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def _dimension(part: Component, language: str) -> dict[str, object]:
    index = {code.id: place for place, code in enumerate(part.codes)}
    return {
        "label": best(part.labels, language),
        "category": {"index": index, "label": _labels(part, language)},
    }


def _labels(part: Component, language: str) -> dict[str, str]:
    return {code.id: best(code.labels, language) for code in part.codes}
