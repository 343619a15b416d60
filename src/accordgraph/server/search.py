"""`/api/search`: find things by label, title, number or description, in any language."""

import asyncio
import csv
import io
import json
import logging
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pyoxigraph import NamedNode
from starlette.responses import Response

from accordgraph import forms, parameters
from accordgraph.engine import Current
from accordgraph.errors import AccordGraphError, InputError, shown
from accordgraph.indexing import load_index
from accordgraph.namespaces import ACG, BASE
from accordgraph.search import LANGUAGES, Found, Hit, Index
from accordgraph.server import problems
from accordgraph.server.answers import Answers
from accordgraph.server.documents import document
from accordgraph.server.negotiation import choose_form, header_of
from accordgraph.server.outcomes import as_problem
from accordgraph.server.pages import local
from accordgraph.server.problems import Problem
from accordgraph.words import parts

ADDRESS = "/api/search"
FORMS = (forms.LIST, forms.CSV)
MOST_WORDS, LONGEST = 12, 200
RESULTS, MOST_RESULTS, MOST_OFFSET = 20, 100, 100_000
DEFAULT_LANGUAGE = LANGUAGES[0]
LANGUAGE_TAG = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
_PARAMETERS = ("q", "language", "class", "limit", "offset", "format")
_LOG = logging.getLogger(__name__)
_COLUMNS = ("iri", "address", "label", "language", "class", "level", "field", "text")


class Searcher:
    """The index of the dataset that is asked now; made anew when another takes its place."""

    def __init__(self, engine: Current, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self._index: Index | None = None
        self._making = asyncio.Lock()

    async def index(self) -> Index:
        """Return the index; raises what `load_index` raises when it has to be made and cannot be."""
        async with self._making:
            if self._index is None or self._index.digest != self._engine.digest:
                self._index = await load_index(self._engine, self._folder)
            return self._index

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
    async def search(
        request: Request,
        q: Annotated[str, Query(max_length=LONGEST)],
        language: Annotated[str, Query(pattern=LANGUAGE_TAG)] = DEFAULT_LANGUAGE,
        class_: Annotated[str | None, Query(alias="class")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_RESULTS)] = RESULTS,
        offset: Annotated[int, Query(ge=0, le=MOST_OFFSET)] = 0,
        format: str | None = None,
    ) -> Response:
        _check_names(request)
        choice = choose_form(header_of(request, "accept"), format, FORMS)
        wanted = parts(q.replace(BASE, ""))
        if not 0 < len(wanted) <= MOST_WORDS:
            why = f"is more than {MOST_WORDS} words" if wanted else "holds no word"
            raise _unfit("q", f"what is searched for {why}")
        class_iri = _class(class_).value if class_ else None
        spoken = language.lower().partition("-")[0]
        try:
            index = await searcher.index()
        except InputError:  # a query file of ours, and no fault of who asks
            raise
        except AccordGraphError as error:
            raise as_problem(error) from error
        task = partial(index.search, wanted, spoken, class_iri, limit, offset)
        found = await answers.work(request, task)
        if choice.form == forms.CSV:
            body = _csv(index, found, spoken)
        else:
            content = {
                "query": q,
                "language": spoken,
                "total": found.total,
                "limit": limit,
                "offset": offset,
                "results": [_result(index, hit, spoken) for hit in found.hits],
            }
            body = json.dumps(content, ensure_ascii=False).encode()
        headers = {"Link": links} if (links := _links(request, found.total, limit, offset)) else None
        return document(request, body, choice.content_type, headers)

    return routes


def _check_names(request: Request) -> None:
    """Raise `Problem` for parameters that a search does not have, as a query of the library does."""
    strange = [name for name in request.query_params if name not in _PARAMETERS]
    if strange:
        known = ", ".join(_PARAMETERS)
        faults = [
            {"parameter": shown(name), "detail": f"no parameter {shown(name)!r}; there are: {known}"}
            for name in strange
        ]
        raise _unfit_all(faults)


def _class(text: str) -> NamedNode:
    try:
        return parameters.iri(text) if ":" in text else ACG[text]
    except ValueError as error:
        raise _unfit(
            "class", f"{shown(text)!r} is not the IRI of a class, nor acg:Opinion or Opinion"
        ) from error


def _unfit(parameter: str, detail: str) -> Problem:
    return _unfit_all([{"parameter": parameter, "detail": detail}])


def _unfit_all(errors: list[dict[str, str]]) -> Problem:
    detail = "; ".join(f"{error['parameter']}: {error['detail']}" for error in errors)
    return Problem(problems.PARAMETERS, detail, errors=errors)


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


def _links(request: Request, total: int, limit: int, offset: int) -> str:
    """Return the Link header to the parts before and after this one."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]
    places = []
    if offset:
        places.append((max(0, offset - limit), "prev"))
    if offset + limit < total:
        places.append((offset + limit, "next"))
    return ", ".join(
        f'<?{urlencode([*rest, ("offset", str(place))])}>; rel="{name}"' for place, name in places
    )
