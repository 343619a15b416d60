"""`/api/search`: find things by label, title, number or description, in any language."""

import csv
import io
import json
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from accordgraph.engine.engine import Current
from accordgraph.errors import AccordGraphError, InputError
from accordgraph.results import formats
from accordgraph.search.build_index import load_index
from accordgraph.search.index import Found, Hit, Index
from accordgraph.server.http.negotiation import choose_form, header_of
from accordgraph.server.http.query_string import pairs
from accordgraph.server.http.representation import document
from accordgraph.server.pages.html import local
from accordgraph.server.query_service.outcomes import as_problem
from accordgraph.server.query_service.per_dataset import Fresh
from accordgraph.server.query_service.service import Answers
from accordgraph.server.routes import search_parameters
from accordgraph.server.routes.search_parameters import Sought

ADDRESS = "/api/search"
FORMS = (formats.LIST, formats.CSV)
_LOG = logging.getLogger(__name__)
_COLUMNS = ("iri", "address", "label", "language", "class", "level", "field", "text")


class Searcher:
    """The index of the dataset that is asked now; made anew when another takes its place."""

    def __init__(self, engine: Current, folder: Path) -> None:
        self._index = Fresh(engine, partial(load_index, engine, folder))

    async def index(self) -> Index:
        """Return the index; raises what `load_index` raises when it has to be made and cannot be."""
        return await self._index.get()

    async def prepare(self) -> None:
        """Make the index before somebody waits for it; where that fails, the log says why."""
        try:
            await self.index()
        except Exception as error:  # the next search tries again
            expected = isinstance(error, AccordGraphError)
            _LOG.error("the search index was not made: %s", error, exc_info=None if expected else error)


def router(searcher: Searcher, answers: Answers) -> APIRouter:
    """Return the routes of search."""
    routes = APIRouter()

    @routes.head(ADDRESS)
    @routes.get(ADDRESS, response_class=Response)
    async def search(request: Request) -> Response:
        try:
            index = await searcher.index()
        except InputError:  # a query file of ours, and no fault of who asks
            raise
        except AccordGraphError as error:
            raise as_problem(error) from error
        given = pairs(request.scope["query_string"], "query string")
        wanted = search_parameters.read(given, index.classes)
        choice = choose_form(header_of(request, "accept"), wanted.form, FORMS)
        task = partial(
            index.search, wanted.parts, wanted.language, wanted.class_, wanted.limit, wanted.offset
        )
        found = await answers.work(request, task)
        if choice.form == formats.CSV:
            body = _csv(index, found, wanted.language)
        else:
            content = {
                "query": wanted.text,
                "language": wanted.language,
                "total": found.total,
                "limit": wanted.limit,
                "offset": wanted.offset,
                "results": [_result(index, hit, wanted.language) for hit in found.hits],
            }
            body = json.dumps(content, ensure_ascii=False).encode()
        links = _links(given, found.total, wanted)
        return document(request, body, choice.content_type, {"Link": links} if links else None)

    return routes


def _result(index: Index, hit: Hit, language: str) -> dict[str, object]:
    thing = hit.thing
    label, spoken = index.label(thing.iri, language)
    return {
        "iri": thing.iri,
        "address": local(thing.iri),
        "label": label,
        "language": spoken or None,
        "class": _named(index, thing.class_, language),
        "level": _named(index, thing.level, language),
        "match": {
            "field": hit.text.field,
            "language": hit.text.language or None,
            "text": hit.excerpt,
            "marks": hit.marks,
        },
    }


def _named(index: Index, iri: str, language: str) -> dict[str, str] | None:
    return {"iri": iri, "label": index.label(iri, language)[0]} if iri else None


def _csv(index: Index, found: Found, language: str) -> bytes:
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow(_COLUMNS)
    for hit in found.hits:
        thing = hit.thing
        label, spoken = index.label(thing.iri, language)
        writer.writerow(
            (
                thing.iri,
                local(thing.iri),
                label,
                spoken,
                thing.class_,
                thing.level,
                hit.text.field,
                hit.excerpt,
            )
        )
    return output.getvalue().encode()


def _links(given: Sequence[tuple[str, str]], total: int, wanted: Sought) -> str:
    """Return the Link header to the parts before and after this one."""
    rest = [(name, value) for name, value in given if name != "offset"]
    limit, offset = wanted.limit, wanted.offset
    places = []
    if offset:
        last = max(0, total - 1) // limit * limit
        places.append((max(0, min(offset - limit, last)), "prev"))
    if offset + limit < total:
        places.append((offset + limit, "next"))
    return ", ".join(
        f'<?{urlencode([*rest, ("offset", str(place))])}>; rel="{name}"' for place, name in places
    )
