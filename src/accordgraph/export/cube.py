"""Cubes of numbers, in memory: every format is derived from this one model.

A cube is declared by two files in `queries/cubes`: a query, whose rows are things that are counted with the
codes of their cell, and a TOML file with what the query cannot say. The value of a cell is the number of
different things that its rows name, unless the query gives a `value`.
"""

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from accordgraph.errors import QueryFileError
from accordgraph.export.labels import Labels
from accordgraph.library.query_file import Query, load_query
from accordgraph.namespaces import ACG, BASE, CONCEPT
from accordgraph.results.result import Term
from accordgraph.store.local import Store

FOLDER = "cubes"
AGENCY = "ACCORDGRAPH"
TIME = "TIME_PERIOD"
FLAG = "OBS_FLAG"
MEASURE = "OBS_VALUE"
ABSENT, ZERO = "m", "d"
"""The flags of an empty cell, which is not zero, and of a zero that holds for what is on record only."""
NOT_STATED = "_X"
STAT = BASE + "stat/"
_OWN = {"counted", "passage", "value", "flag", "missing", "time"}


@dataclass(frozen=True)
class Code:
    """A value of a dimension or an attribute: its code, its IRI and its labels."""

    id: str
    iri: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Component:
    """A dimension or an attribute; the time dimension has periods for codes."""

    id: str
    labels: Mapping[str, str]
    codes: tuple[Code, ...]
    schemes: tuple[str, ...] = ()
    """The IRIs of the concept schemes or of the class that its codes come from."""

    @cached_property
    def by_id(self) -> Mapping[str, Code]:
        """The codes by their id."""
        return {code.id: code for code in self.codes}


@dataclass(frozen=True)
class Cell:
    """A cell: its key, its value if any, its flags, what was counted and the passages on it."""

    key: tuple[str, ...]
    value: Decimal | None
    attributes: Mapping[str, str]
    counted: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cube:
    """A cube with all of its cells, in the order of their keys."""

    id: str
    version: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    dimensions: tuple[Component, ...]
    attributes: tuple[Component, ...]
    cells: tuple[Cell, ...]
    query: str
    measure: Mapping[str, str]
    additive: tuple[str, ...] = ()
    """The dimensions over which cells may be added up."""
    closed_world: bool = False
    decimals: bool = False

    @property
    def sdmx_id(self) -> str:
        """The name as SDMX and Eurostat write names."""
        return self.id.upper().replace("-", "_")

    @property
    def iri(self) -> str:
        """The IRI of the cube as a data set."""
        return f"{STAT}{self.id}"

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the dimensions, in order."""
        return tuple(dimension.id for dimension in self.dimensions)

    @property
    def structure_digest(self) -> str:
        """What changes when the structure changes; the version must change with it."""
        parts = [(part.id, part.schemes) for part in (*self.dimensions, *self.attributes)]
        text = json.dumps([parts, self.additive, self.closed_world, self.decimals])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def cell_iri(self, cell: Cell) -> str:
        """Return the IRI of a cell."""
        return f"{self.iri}/cell/{key_text(cell.key)}"

    def select(self, keep: Callable[[Cell], bool]) -> "Cube":
        """Return the cube with some of its cells; the structure stays whole."""
        return replace(self, cells=tuple(cell for cell in self.cells if keep(cell)))

    @cached_property
    def by_key(self) -> Mapping[str, Cell]:
        """The cells by the text of their key."""
        return {key_text(cell.key): cell for cell in self.cells}


def key_text(key: Iterable[str]) -> str:
    """Return a key as SDMX writes it in an address."""
    return ".".join(key)


def load_cubes(folder: Path, store: Store, labels: Labels) -> list[Cube]:
    """Return every cube that a folder declares, filled from the store.

    Raises `QueryFileError` for a declaration that does not fit its query or the graph.
    """
    shared = _toml(folder / "codes.toml")
    paths = sorted(path for path in folder.glob("*.toml") if path.stem != "codes")
    return [_Loader(path, shared, labels).cube(store) for path in paths]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise QueryFileError(f"{path}: cannot be read as TOML: {error}") from error


class _Loader:
    """Makes one cube from its two files."""

    def __init__(self, path: Path, shared: Mapping[str, Any], labels: Labels) -> None:
        self.path, self.labels = path, labels
        self.said = _toml(path)
        self.query: Query = load_query(path.with_suffix(".rq"))
        self.names = {**shared["names"], **self.said.get("names", {})}
        self.codes: Mapping[str, Mapping[str, Any]] = shared["codes"]
        self.constants: Mapping[str, str] = self.said["constants"]
        self.own = {one["id"]: one for one in self.said["dimensions"]}
        self.ids = ("freq", *self.own, "cnt_unit", "unit", "geo", TIME)
        self.extra = {one["id"]: one for one in self.said.get("attributes", ())}

    def cube(self, store: Store) -> Cube:
        answer = store.query(self.query.text)
        known = {*self.ids, *_OWN, *(one["variable"] for one in self.extra.values())}
        if unknown := set(answer.variables) - known:
            raise QueryFileError(
                f"{self.query.path}: no part of the cube is called {', '.join(sorted(unknown))}"
            )
        used: dict[str, dict[str, Code]] = {part: {} for part in (*self.ids, *self.extra, FLAG)}
        groups: defaultdict[tuple[str, ...], list[dict[str, Term]]] = defaultdict(list)
        for terms in answer.rows():
            row = {name: term for name, term in zip(answer.variables, terms, strict=True) if term is not None}
            key = tuple(
                self._code(part, row.get("time" if part == TIME else part), used) for part in self.ids
            )
            groups[key].append(row)
        cells = tuple(self._cell(key, rows, used) for key, rows in sorted(groups.items()))
        if not cells:
            raise QueryFileError(f"{self.query.path}: the cube would be empty")
        return Cube(
            self.path.stem,
            self.said["version"],
            self.said["title"],
            self.said["description"],
            tuple(self._component(part, used[part]) for part in self.ids),
            tuple(self._component(part, used[part]) for part in (FLAG, *self.extra)),
            cells,
            self.query.text,
            self.names[MEASURE],
            tuple(self.said["additive"]),
            self.said.get("closed_world", False),
            self.said.get("decimals", False),
        )

    def _cell(
        self, key: tuple[str, ...], rows: list[dict[str, Term]], used: dict[str, dict[str, Code]]
    ) -> Cell:
        counted = sorted({row["counted"].value for row in rows if "counted" in row})  # type: ignore[union-attr]
        passages = sorted({row["passage"].value for row in rows if "passage" in row})  # type: ignore[union-attr]
        first = rows[0]
        value: Decimal | None = Decimal(len(counted))
        if "value" in first:
            value = Decimal(first["value"].value)  # type: ignore[union-attr]
        if getattr(first.get("missing"), "value", "") == "true":
            value = None
        flag = getattr(first.get("flag"), "value", self.said.get("flag", ""))
        if value is None:
            flag = ABSENT
        elif value == 0:
            flag = ZERO
        attributes = {FLAG: self._code(FLAG, flag, used)} if flag else {}
        for part, one in self.extra.items():
            if one["variable"] in first:
                attributes[part] = self._code(part, first[one["variable"]], used)
        return Cell(key, value, attributes, tuple(counted), tuple(passages))

    def _code(self, part: str, term: Term | str | None, used: dict[str, dict[str, Code]]) -> str:
        """Return the code of a term, and note that it is used."""
        if isinstance(term, NamedNode):
            code = Code(self.labels.code(term.value), term.value, self.labels.of(term.value))
            code = replace(code, labels=code.labels or {"en": code.id})
        else:
            text = getattr(term, "value", term) or self.constants.get(part, NOT_STATED)
            code = self._fixed(part, str(text))
        before = used[part].setdefault(code.id, code)
        if before.iri != code.iri:
            raise QueryFileError(f"{self.path}: {part} {code.id} is both {before.iri} and {code.iri}")
        return code.id

    def _fixed(self, part: str, text: str) -> Code:
        if part == TIME:
            return Code(text, "", {"en": text})
        if part == "cnt_unit" and (texts := self.labels.of(f"{CONCEPT}counting-unit/{text}")):
            return Code(text, f"{CONCEPT}counting-unit/{text}", texts)
        for group in (part, "any"):
            if text in self.codes.get(group, {}):
                said = dict(self.codes[group][text])
                iri = said.pop("iri", f"{STAT}code/{'' if group == 'any' else part + '/'}{text}")
                return Code(text, iri, said)
        raise QueryFileError(f"{self.path}: {part} has no code {text}; queries/cubes/codes.toml lists them")

    def _component(self, part: str, used: Mapping[str, Code]) -> Component:
        said = {**self.own, **self.extra}.get(part, {})
        schemes = tuple(CONCEPT + scheme for scheme in said.get("schemes", ()))
        if "class" in said:
            schemes = (ACG[said["class"]].value,)
        if part == FLAG:
            used = {text: self._fixed(FLAG, text) for text in self.codes[FLAG]}
        names = self.names.get(part) or self.labels.of(schemes[0])
        return Component(part, names, tuple(used[code] for code in sorted(used)), schemes)
