"""`/api/search`: find resources by label, title, number or description, in any language."""

import csv
import io
import json
import logging
import re
from collections.abc import Collection
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from starlette.responses import Response

from accordgraph.engine.engine import CurrentEngine
from accordgraph.errors import AccordGraphError, InputError, shown
from accordgraph.library import parameters as values
from accordgraph.namespaces import ACG, BASE
from accordgraph.results import formats
from accordgraph.search import analyzer
from accordgraph.search.build_index import load_index
from accordgraph.search.index import LANGUAGES, Hit, Index, SearchResult
from accordgraph.server.http import problems
from accordgraph.server.http.negotiation import choose_form, header_of
from accordgraph.server.http.query_string import pairs
from accordgraph.server.http.representation import document
from accordgraph.server.pages.html import local
from accordgraph.server.query_service.cache import PerDataset
from accordgraph.server.query_service.outcomes import as_problem
from accordgraph.server.query_service.service import QueryService
from accordgraph.server.routes.parameters import (
    FORMAT_HELP,
    IRI,
    Between,
    Json,
    Texts,
    format_schema,
    invalid,
    last,
    single,
    texts_of,
)

ADDRESS = "/api/search"
FORMS = (formats.LIST, formats.CSV)
_LOG = logging.getLogger(__name__)
_COLUMNS = ("iri", "address", "label", "language", "class", "level", "field", "text")
_MOST_TERMS, _LONGEST = 12, 200
_TAG = "^(?:{})(?:-[A-Za-z0-9]{{1,8}})*$".format(
    "|".join(f"[{code[0].upper()}{code[0]}][{code[1].upper()}{code[1]}]" for code in LANGUAGES)
)
"""The language tags that search supports: `en`, and `en-GB` too."""
_TERMS: Json = {"minLength": 1, "maxLength": _LONGEST, "pattern": r'[^\s"]'}
"""What a text with a term in it matches in every dialect of patterns: not all know classes of letters."""


def _terms(text: str) -> str:
    terms = analyzer.parts(text.replace(BASE, "")) if len(text) <= _LONGEST else ()
    if len(text) > _LONGEST:
        raise invalid(f"what is searched for is longer than {_LONGEST} characters")
    if not terms:
        raise invalid("what is searched for holds no word")
    if len(terms) > _MOST_TERMS:
        raise invalid(f"what is searched for is more than {_MOST_TERMS} words")
    return text


def _language_tag(tag: str) -> str:
    if not re.fullmatch(_TAG, tag):
        right = f"one of the languages {', '.join(LANGUAGES)}, nor a tag such as {LANGUAGES[0]}-GB"
        raise invalid(f"{shown(tag)!r} is not {right}")
    return tag.lower().partition("-")[0]


def _class_iri(text: str, info: ValidationInfo) -> str:
    """Return the IRI of a class; where the context lists the `classes` of the dataset, it is one of these."""
    if not text:
        return ""
    try:
        iri = (values.iri(text) if ":" in text else ACG[text]).value
    except ValueError:
        why = "is not the IRI of a class, nor acg:Opinion or Opinion" + values.unknown_prefix(text)
        raise invalid(f"{shown(text)!r} {why}") from None
    if iri not in (info.context or {}).get("classes", (iri,)):
        raise invalid(f"{shown(text)!r} is no class that the graph has; /ontology lists its own")
    return iri


Single = BeforeValidator(single)
LanguageTag = Annotated[str, Single, AfterValidator(_language_tag)]


class SearchParameters(BaseModel):
    """The parameters of a search."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Annotated[str, Single, AfterValidator(_terms)] = Field(
        description=f"Search terms, all of which must occur, {_MOST_TERMS} at most; quote a phrase",
        examples=["telework"],
        json_schema_extra=_TERMS,
    )
    language: LanguageTag | None = Field(
        default_factory=lambda: None,
        description="The language of the labels",
        json_schema_extra={"pattern": _TAG, "default": LANGUAGES[0]},
    )
    lang: LanguageTag | None = Field(
        None,
        description="Another name of `language`; both with different values are 422",
        json_schema_extra={"pattern": _TAG},
    )
    class_: Annotated[str, Single, AfterValidator(_class_iri)] = Field(
        "",
        alias="class",
        description="Only resources of this class, which the graph has; empty for all",
        json_schema_extra={"pattern": f"{IRI['pattern']}|^$"},
    )
    limit: Annotated[int, Between(1, 100)] = Field(20, description="The most results")
    offset: Annotated[int, Between(0, 100_000)] = Field(0, description="The results to leave out first")
    format: Annotated[str | None, BeforeValidator(last)] = Field(
        None, description=FORMAT_HELP, json_schema_extra=format_schema(FORMS)
    )

    @field_validator("lang")
    @classmethod
    def _same_language(cls, lang: str | None, info: ValidationInfo) -> str | None:
        language = info.data.get("language")
        if None not in (lang, language) and lang != language:
            raise invalid(f"language is {language!r} and lang is {lang!r}; they mean the same, so give one")
        return lang

    @property
    def label_language(self) -> str:
        """The language of the labels."""
        return self.language or self.lang or LANGUAGES[0]


def _check(texts: Texts, classes: Collection[str]) -> None:
    """Raise the `Problem` that names every fault of a request; `classes` are those of the dataset."""
    names = [field.alias or name for name, field in SearchParameters.model_fields.items()]
    order = [name for name in texts if name not in names] + ["limit", "offset", *names]
    faults: list[tuple[int, dict[str, str]]] = []
    try:
        SearchParameters.model_validate(texts, context={"classes": classes})
    except ValidationError as error:
        for item in error.errors():
            name, detail = str(item["loc"][0]), item["msg"]
            if item["type"] == "extra_forbidden":
                detail = f"no parameter {shown(name)!r}; there are: {', '.join(names)}"
            elif item["type"] == "missing":
                detail = "nothing is searched for; give the words, as q=telework"
            faults.append((order.index(name), problems.fault(name, texts.get(name, [""])[-1], detail)))
    if faults:
        raise problems.unfit([fault for _, fault in sorted(faults, key=itemgetter(0))])


class Searcher:
    """The index of the served dataset, rebuilt after a reload."""

    def __init__(self, engine: CurrentEngine, folder: Path) -> None:
        self._index = PerDataset(engine, partial(load_index, engine, folder))

    async def index(self) -> Index:
        """Return the index; raises what `load_index` raises where it has to be built."""
        return await self._index.get()

    async def prepare(self) -> None:
        """Build the index before the first search; where that fails, the log states why."""
        try:
            await self.index()
        except Exception as error:  # the next search tries again
            expected = isinstance(error, AccordGraphError)
            _LOG.error("the search index was not made: %s", error, exc_info=None if expected else error)


def router(searcher: Searcher, service: QueryService) -> APIRouter:
    """Return the routes of search."""
    routes = APIRouter(tags=["Search"])

    async def current_index() -> Index:
        try:
            return await searcher.index()
        except InputError:  # a defect of our own query files, not of the request
            raise
        except AccordGraphError as error:
            raise as_problem(error) from error

    CurrentIndex = Annotated[Index, Depends(current_index)]

    async def check(texts: Annotated[Texts, Depends(texts_of)], index: CurrentIndex) -> None:
        _check(texts, index.classes)

    @routes.head(ADDRESS, include_in_schema=False, dependencies=[Depends(check)])
    @routes.get(ADDRESS, operation_id="search", response_class=Response, dependencies=[Depends(check)])
    async def search(
        request: Request, parameters: Annotated[SearchParameters, Query()], index: CurrentIndex
    ) -> Response:
        """Find resources by label, title, number or description."""
        choice = choose_form(header_of(request, "accept"), parameters.format, FORMS)
        language, limit, offset = parameters.label_language, parameters.limit, parameters.offset
        terms = analyzer.parts(parameters.q.replace(BASE, ""))
        task = partial(index.search, terms, language, parameters.class_ or None, limit, offset)
        result = await service.work(request, task)
        if choice.form == formats.CSV:
            body = _csv(index, result, language)
        else:
            content = {
                "query": parameters.q,
                "language": language,
                "total": result.total,
                "limit": limit,
                "offset": offset,
                "results": [_result(index, hit, language) for hit in result.hits],
            }
            body = json.dumps(content, ensure_ascii=False).encode()
        links = _links(request, result.total, limit, offset)
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


def _csv(index: Index, result: SearchResult, language: str) -> bytes:
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow(_COLUMNS)
    for hit in result.hits:
        thing, text = hit.thing, hit.text
        label, spoken = index.label(thing.iri, language)
        row = (thing.iri, local(thing.iri), label, spoken, thing.class_, thing.level, text.field, hit.excerpt)
        writer.writerow(row)
    return output.getvalue().encode()


def _links(request: Request, total: int, limit: int, offset: int) -> str:
    """Return the Link header to the parts before and after this one."""
    sent = pairs(request.scope["query_string"], "query string")
    rest = [(name, value) for name, value in sent if name != "offset"]
    links = []
    if offset:
        last_offset = max(0, total - 1) // limit * limit
        links.append((max(0, min(offset - limit, last_offset)), "prev"))
    if offset + limit < total:
        links.append((offset + limit, "next"))
    return ", ".join(
        f'<?{urlencode([*rest, ("offset", str(start))])}>; rel="{relation}"' for start, relation in links
    )
