"""Statistics at `/stat`: cubes as pages, their data by keys of SDMX or by codes, and the proof of each cell.

The cubes are those of the export. A code that a cube does not have is 422 with the codes that it has; a
choice of right codes that no cell has is an empty data set.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accordgraph.errors import ParameterError, shown
from accordgraph.export import cube_files, cube_json, data_cube, jsonstat, sdmx_ml
from accordgraph.export.cube import AGENCY, TIME, Cell, Cube
from accordgraph.export.dumps import encode
from accordgraph.export.labels import best
from accordgraph.export.selection import by_key, select
from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.results.json_reader import LITERAL, URI, Table, Term
from accordgraph.server.http import problems
from accordgraph.server.http.languages import Language, language_of
from accordgraph.server.http.negotiation import Choice, choose_form, header_of
from accordgraph.server.http.problems import Problem, fault, unfit
from accordgraph.server.http.representation import document
from accordgraph.server.pages import html, urls
from accordgraph.server.pages.dataset_index import DatasetQueries
from accordgraph.server.routes.data import ExportFolder

ADDRESS = "/stat"
_LATEST = ("", "latest", "all", "+", "*", "~")
_PAGE = (formats.LIST, formats.HTML)
_CELL = (formats.LIST, *urls.FORMS)
_VARY = {"Vary": html.HEADERS["Vary"]}


def _data_forms() -> dict[Form, cube_files.CubeFile]:
    """Return the formats of data, best liked first: the first of each media type is what it means."""
    order = {suffix: place for place, suffix in enumerate(("sdmx2.1.xml", "sdmx3.0.xml", "sdmx2.csv"))}
    files = sorted(cube_files.FILES, key=lambda file: order.get(file.suffix, len(order)))
    others = {
        "sdmx2.1.xml": ("application/xml", "application/vnd.sdmx.structurespecificdata+xml"),
        "sdmx2.csv": ("application/vnd.sdmx.data+csv",),
    }
    forms = {}
    for file in files:
        media_type = file.sdmx_type.partition(";")[0] or file.media_type
        forms[Form(file.suffix, media_type, None, others.get(file.suffix, ()))] = file
    return forms


DATA = _data_forms()
T = TypeVar("T")


class Statistics:
    """The routes of the statistics."""

    def __init__(self, exports: ExportFolder, dataset: DatasetQueries) -> None:
        self._exports, self._dataset = exports, dataset

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        structures = [
            Route(f"{ADDRESS}/{kind}/{{agency}}/{{id}}{version}", self.structure)
            for kind in ("dataflow", "datastructure")
            for version in ("", "/{version}")
        ]
        return [
            Route(ADDRESS, self.index),
            *structures,
            Route(f"{ADDRESS}/data/{{flow}}", self.sdmx_data),
            Route(f"{ADDRESS}/data/{{flow}}/{{key}}", self.sdmx_data),
            Route(f"{ADDRESS}/{{cube}}/data", self.data),
            Route(f"{ADDRESS}/{{cube}}/cell/{{key}}", self.cell),
            Route(f"{ADDRESS}/{{cube}}", self.page),
        ]

    def _cube(self, name: str) -> Cube:
        """Return a cube by its name or that of its flow; raises the 404 `Problem`, which lists the cubes."""
        id_ = name.split(",")[1] if name.count(",") else name
        id_ = id_.lower().replace("_", "-")
        files = self._exports.files
        path = f"{cube_files.FOLDER}/{id_}/{id_}.{cube_json.SUFFIX}"
        if path not in files:
            names = sorted(one.split("/")[2] for one in files if one.endswith(cube_json.SUFFIX))
            raise Problem(problems.NOT_FOUND, f"no cube {shown(name)}; the cubes are {', '.join(names)}")
        return _read(self._exports, path, files[path].sha256)

    def _cubes(self) -> list[Cube]:
        paths = [path for path in self._exports.files if path.endswith(cube_json.SUFFIX)]
        return [self._cube(path.split("/")[2]) for path in sorted(paths)]

    async def index(self, request: Request) -> Response:
        """List the cubes."""
        choice, language = urls.choose(request, None, _PAGE), language_of(request)
        cubes = self._cubes()
        if choice.form == formats.HTML:
            rows = [[Term(URI, cube.iri), Term(LITERAL, str(len(cube.cells)))] for cube in cubes]
            names = {cube.iri: cube.titles[language.code] for cube in cubes}
            title = language.words["statistics"]
            content = Table((title, language.words["cells"]), rows)
            body = html.page("cube.html", language, ADDRESS, title=title, content=content, names=names)
            return document(request, body, choice.content_type, html.HEADERS)
        listed = [
            {"id": cube.id, "url": f"{ADDRESS}/{cube.id}", "title": cube.titles, "cells": len(cube.cells)}
            for cube in cubes
        ]
        return document(request, json.dumps(listed, ensure_ascii=False).encode(), choice.content_type, _VARY)

    async def page(self, request: Request) -> Response:
        """Return a cube as a page, or as JSON with all of its parts."""
        cube = self._cube(request.path_params["cube"])
        choice, language = urls.choose(request, None, _PAGE), language_of(request)
        if choice.form == formats.LIST:
            return document(request, cube_json.write(cube).encode(), choice.content_type, _VARY)
        shown_cells = Table(*_table(cube, language))
        files = [
            (file.title, f"/{cube_files.FOLDER}/{cube.id}/{cube.id}.{file.suffix}")
            for file in cube_files.FILES
        ]
        body = html.page(
            "cube.html",
            language,
            f"{ADDRESS}/{cube.id}",
            title=cube.titles[language.code],
            description=cube.descriptions[language.code],
            content=shown_cells,
            names=_names(cube, language),
            query=cube.query,
            links=files,
        )
        return document(request, body, choice.content_type, html.HEADERS)

    async def cell(self, request: Request) -> Response:
        """Return a cell: its value, the query, the things counted, and the passages on them."""
        cube, key = self._cube(request.path_params["cube"]), request.path_params["key"]
        cell = cube.by_key.get(key)
        if cell is None:
            parts = key.split(".")
            if len(parts) == len(cube.names):
                _selected(lambda: select(cube, {n: [p] for n, p in zip(cube.names, parts, strict=True)}))
            names = ".".join(cube.names)
            detail = f"no cell {shown(key)}; a key is {names}, and {ADDRESS}/{cube.id} lists the cells"
            raise Problem(problems.NOT_FOUND, detail)
        choice, language = urls.choose(request, None, _CELL), language_of(request)
        if choice.form == formats.HTML:
            return document(
                request, await self._cell_page(cube, cell, language), choice.content_type, html.HEADERS
            )
        if choice.form == formats.LIST:
            content = {**cube_json.cell_json(cube, cell), "query": cube.query, "cube": cube.iri}
            body = json.dumps(content, ensure_ascii=False).encode()
        else:
            body = encode(list(data_cube.data_cube(cube.select(lambda one: one is cell))), choice.form)
        return document(request, body, choice.content_type, _VARY)

    async def _cell_page(self, cube: Cube, cell: Cell, language: Language) -> bytes:
        found = await self._dataset.labels([*cell.counted, *cell.passages])
        names = {iri: html.best_text(texts, language)[0] for iri, texts in found.items()}
        columns, rows = _table(cube.select(lambda one: one is cell), language)
        return html.page(
            "cube.html",
            language,
            f"{ADDRESS}/{cube.id}/cell/{cube.cell_iri(cell).rpartition('/')[2]}",
            title=cube.titles[language.code],
            content=Table(columns, rows),
            names=_names(cube, language),
            query=cube.query,
            lists=[
                (language.words["counted"], [(iri, names.get(iri, iri)) for iri in cell.counted]),
                (language.words["passages"], [(iri, names.get(iri, iri)) for iri in cell.passages]),
            ],
        )

    async def structure(self, request: Request) -> Response:
        """Return the structure of a flow as SDMX-ML: 2.1, or 3.0 where the client asks for that."""
        given = request.path_params
        if given["agency"] not in (AGENCY, "all", "*"):
            raise Problem(problems.NOT_FOUND, f"no agency {shown(given['agency'])}; the agency is {AGENCY}")
        cube = self._cube(given["id"])
        if given.get("version", "") not in (*_LATEST, cube.version):
            detail = f"no version {shown(given['version'])} of {cube.sdmx_id}; there is {cube.version}"
            raise Problem(problems.NOT_FOUND, detail)
        version = "3.0" if "version=3.0" in (header_of(request, "accept") or "") else "2.1"
        body = sdmx_ml.structure(cube, version).encode()
        content_type = f"{sdmx_ml.STRUCTURE_TYPE};version={version}"
        return document(request, body, content_type, {"Vary": "Accept, Accept-Encoding"})

    async def sdmx_data(self, request: Request) -> Response:
        """Return the cells that a key of SDMX and a period choose."""
        cube = self._cube(request.path_params["flow"])
        codes = _selected(lambda: by_key(cube, request.path_params.get("key", "")))
        given = dict(request.query_params)
        start, end = given.get("startPeriod", ""), given.get("endPeriod", "")
        return _give(request, _selected(lambda: select(cube, codes, start, end)))

    async def data(self, request: Request) -> Response:
        """Return the cells that have the codes of the parameters, in JSON-stat unless asked otherwise."""
        cube = self._cube(request.path_params["cube"])
        given = {name: request.query_params.getlist(name) for name in request.query_params}
        start, end = ((given.pop(name, [""]))[0] for name in ("sinceTimePeriod", "untilTimePeriod"))
        language = (given.pop("lang", ["en"]))[0]
        given.pop("format", None)
        chosen = _selected(lambda: select(cube, given, start, end))
        if request.query_params.get("format", "JSON").lower() != "json":
            return _give(request, chosen)
        if language.lower() not in cube.titles:
            raise unfit([fault("lang", language, f"the languages are {', '.join(sorted(cube.titles))}")])
        body = jsonstat.jsonstat(chosen, language.lower()).encode()
        return document(request, body, jsonstat.MEDIA_TYPE)


@lru_cache(maxsize=64)
def _read(exports: ExportFolder, path: str, _: str) -> Cube:
    return cube_json.read(exports.read(path))


def _selected(make: Callable[[], T]) -> T:
    """Return what a choice gives; raises the 422 `Problem` with the faults of one that is wrong."""
    try:
        return make()
    except ParameterError as error:
        raise unfit(error.faults) from error


def _give(request: Request, cube: Cube) -> Response:
    """Return data in the format that the client asks for by name or by Accept."""
    accept, name = header_of(request, "accept"), request.query_params.get("format")
    if name and name not in [form.name for form in DATA]:
        raise unfit([fault("format", name, f"the formats are {', '.join(form.name for form in DATA)}")])
    choice = choose_form(accept, name, tuple(DATA))
    if choice.form.name == "sdmx2.csv" and "version=1" in (accept or ""):
        choice = Choice(next(form for form in DATA if form.name == "sdmx1.csv"), choice.content_type)
    content = DATA[choice.form].write(cube)
    body = content.encode() if isinstance(content, str) else content
    return document(request, body, choice.content_type, {"Vary": "Accept, Accept-Encoding"})


def _names(cube: Cube, language: Language) -> dict[str, str]:
    """Return the labels of the codes by IRI, and for each cell the word that links to it."""
    names = {
        code.iri: best(code.labels, language.code)
        for part in (*cube.dimensions, *cube.attributes)
        for code in part.codes
    }
    return names | {cube.cell_iri(cell): language.words["proof_of_cell"] for cell in cube.cells}


def _table(cube: Cube, language: Language) -> tuple[list[str], list[list[Term | None]]]:
    """Return the columns that differ between cells, the value, the flags and a link to the proof."""
    parts = [part for part in cube.dimensions if len(part.codes) > 1 or part.id == TIME]
    places = [cube.names.index(part.id) for part in parts]
    columns = [best(part.labels, language.code) for part in (*parts,)]
    columns += [
        best(cube.measure, language.code),
        *(best(part.labels, language.code) for part in cube.attributes),
        "",
    ]
    rows: list[list[Term | None]] = []
    for cell in cube.cells:
        codes = [
            Term(LITERAL, cell.key[place]) if part.id == TIME else Term(URI, part.by_id[cell.key[place]].iri)
            for part, place in zip(parts, places, strict=True)
        ]
        value = None if cell.value is None else Term(LITERAL, f"{cell.value:f}")
        flags = [
            Term(URI, part.by_id[cell.attributes[part.id]].iri) if part.id in cell.attributes else None
            for part in cube.attributes
        ]
        rows.append([*codes, value, *flags, Term(URI, cube.cell_iri(cell))])
    return columns, rows
