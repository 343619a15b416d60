"""Cubes as SDMX-JSON 2.0: a data message in which every dimension is at the observation."""

import json
from typing import Any

from accordgraph.export.cube import AGENCY, MEASURE, TIME, Code, Component, Cube
from accordgraph.export.jsonstat import json_number
from accordgraph.export.labels import best
from accordgraph.export.periods import first_day, last_day
from accordgraph.export.sdmx_ml import PREPARED

MEDIA_TYPE = "application/vnd.sdmx.data+json"
_SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/"
    "data-message/tools/schemas/2.0.0/sdmx-json-data-schema.json"
)
_URN = "urn:sdmx:org.sdmx.infomodel.datastructure."


def sdmx_json(cube: Cube) -> str:
    """Return a cube as a data message."""
    dimensions = [_part(part) | {"keyPosition": place} for place, part in enumerate(cube.dimensions)]
    dimensions[-1]["roles"] = [TIME]
    attributes = [_part(part) | {"relationship": {"observation": {}}} for part in cube.attributes]
    links = [{"rel": "DataStructure", "urn": f"{_URN}DataStructure={_reference(cube)}"}]
    structure = {
        **_named(cube.titles),
        "dimensions": {"observation": dimensions},
        "measures": {"observation": [{"id": MEASURE, **_named(cube.measure)}]},
        "attributes": {"dataSet": [], "observation": attributes},
        "dataSets": [0],
        "links": [{"rel": "dataflow", "urn": f"{_URN}Dataflow={_reference(cube)}"}],
    }
    data_set = {"structure": 0, "links": links, "action": "Information", "observations": _observations(cube)}
    meta = {
        "schema": _SCHEMA,
        "id": cube.sdmx_id,
        "prepared": PREPARED,
        "test": False,
        "sender": {"id": AGENCY},
        "contentLanguages": ["en", "fr", "nl", "de"],
    }
    message = {"meta": meta, "data": {"dataSets": [data_set], "structures": [structure]}}
    return json.dumps(message, ensure_ascii=False) + "\n"


def _reference(cube: Cube) -> str:
    return f"{AGENCY}:{cube.sdmx_id}({cube.version})"


def _observations(cube: Cube) -> dict[str, list[object]]:
    places = [{code.id: place for place, code in enumerate(part.codes)} for part in cube.dimensions]
    flags = [{code.id: place for place, code in enumerate(part.codes)} for part in cube.attributes]
    observations: dict[str, list[object]] = {}
    for cell in cube.cells:
        key = ":".join(str(place[code]) for place, code in zip(places, cell.key, strict=True))
        value = None if cell.value is None else json_number(cell.value)
        stated = (
            place.get(cell.attributes.get(part.id, ""))
            for part, place in zip(cube.attributes, flags, strict=True)
        )
        observations[key] = [value, *stated]
    return observations


def _named(labels: Any) -> dict[str, object]:
    return {"name": best(labels, "en"), "names": dict(sorted(labels.items()))}


def _part(part: Component) -> dict[str, Any]:
    values = [
        _period(code) if part.id == TIME else {"id": code.id, **_named(code.labels)} for code in part.codes
    ]
    return {"id": part.id, **_named(part.labels), "values": values}


def _period(code: Code) -> dict[str, object]:
    """Return a period with its first and its last second."""
    start, end = f"{first_day(code.id)}T00:00:00Z", f"{last_day(code.id)}T23:59:59Z"
    return {"id": code.id, "name": code.id, "start": start, "end": end}
