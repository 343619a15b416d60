"""Some cells of a cube, chosen by codes and by period; a code that the cube does not have is named."""

from collections.abc import Mapping, Sequence

from accordgraph.errors import ParameterError
from accordgraph.export.cube import TIME, Cube
from accordgraph.export.periods import first_day, is_period, last_day

ALL = ("", "all")
_SHOWN = 60


def by_key(cube: Cube, key: str) -> dict[str, list[str]]:
    """Return the codes of each dimension but time that a key of SDMX names, such as `A..flanders+wallonia`.

    Raises `ParameterError` for a key with more or fewer parts than the cube has dimensions.
    """
    if key in ALL:
        return {}
    names, parts = cube.names[:-1], key.split(".")
    if len(parts) != len(names):
        detail = (
            f"a key has {len(names)} parts with dots between, {'.'.join(names)}; this one has {len(parts)}"
        )
        raise ParameterError(detail, [{"parameter": "key", "value": key, "detail": detail}])
    return {name: part.split("+") for name, part in zip(names, parts, strict=True) if part}


def select(cube: Cube, codes: Mapping[str, Sequence[str]], start: str = "", end: str = "") -> Cube:
    """Return the cube with the cells that have one of the codes of each dimension, between two periods.

    Raises `ParameterError`, which names every fault and the codes that are allowed.
    """
    faults = []
    known = {part.id: part for part in cube.dimensions}
    for name, wanted in codes.items():
        if name not in known:
            detail = f"no dimension of the name; the dimensions are {', '.join(cube.names)}"
            faults.append({"parameter": name, "value": "", "detail": detail})
            continue
        allowed = [code.id for code in known[name].codes]
        for code in wanted:
            if code not in allowed:
                more = f" and {len(allowed) - _SHOWN} more" if len(allowed) > _SHOWN else ""
                detail = f"no code {code!r}; the codes are {', '.join(allowed[:_SHOWN])}{more}"
                faults.append(
                    {"parameter": name, "value": code, "detail": detail, "allowed": ",".join(allowed)}
                )
    for name, period in (("startPeriod", start), ("endPeriod", end)):
        if period and not is_period(period):
            detail = "a period is a year, a month or a day: 2023, 2023-03, 2023-03-16"
            faults.append({"parameter": name, "value": period, "detail": detail})
    if faults:
        raise ParameterError("; ".join(f"{one['parameter']}: {one['detail']}" for one in faults), faults)
    places = {name: cube.names.index(name) for name in codes}
    time = cube.names.index(TIME)
    return cube.select(
        lambda cell: (
            all(cell.key[places[name]] in wanted for name, wanted in codes.items())
            and (not start or last_day(cell.key[time]) >= first_day(start))
            and (not end or first_day(cell.key[time]) <= last_day(end))
        )
    )
