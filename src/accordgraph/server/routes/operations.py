"""Operations: health, readiness, settings, and the reload of the dataset."""

import asyncio
import json
import logging
import time
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from accordgraph import __version__
from accordgraph.engine.engine import CurrentEngine, Job, gather
from accordgraph.errors import AccordGraphError
from accordgraph.results import formats
from accordgraph.server.http import problems
from accordgraph.server.http.languages import language_of
from accordgraph.server.http.negotiation import choose_form, header_of
from accordgraph.server.http.problems import Problem
from accordgraph.server.http.representation import document
from accordgraph.server.pages import html
from accordgraph.server.query_service.metrics import Metrics
from accordgraph.server.routes.parameters import format_query, language_query
from accordgraph.server.routes.search import Searcher
from accordgraph.settings import Settings

SETTINGS = (formats.LIST, formats.HTML)
"""The formats of the settings."""
_READY_SECONDS = 1.0
_FRESH = {"Cache-Control": "no-store"}
_LOG = logging.getLogger(__name__)


def router(engine: CurrentEngine, settings: Settings) -> APIRouter:
    """Return the routes for operators."""
    routes = APIRouter(tags=["Operations"])
    since, began = datetime.now(UTC), time.monotonic()

    @routes.head("/health", include_in_schema=False)
    @routes.get("/health", operation_id="health")
    async def health(response: Response) -> dict[str, object]:
        """Whether the server is running, and what it serves."""
        response.headers.update(_FRESH)
        return {
            "status": "ok",
            "version": __version__,
            "digest": engine.digest,
            "triples": engine.triples,
            "since": since.isoformat(timespec="seconds"),
            "uptime": round(time.monotonic() - began, 1),
            **engine.state(),
        }

    @routes.head("/ready", include_in_schema=False)
    @routes.get("/ready", operation_id="ready")
    async def ready(response: Response) -> dict[str, object]:
        """Whether a query is answered now."""
        response.headers.update(_FRESH)
        start = time.monotonic()
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await gather(engine, Job.of("ASK { ?s ?p ?o }", formats.JSON.name))
        except (AccordGraphError, TimeoutError) as error:
            why = str(error) or f"a query was not answered within {_READY_SECONDS:g} second"
            raise Problem(problems.NOT_READY, why, {"Retry-After": "1"} | _FRESH) from error
        return {"status": "ready", "seconds": round(time.monotonic() - start, 4)}

    @routes.head("/api/settings", include_in_schema=False)
    @routes.get("/api/settings", operation_id="settings", response_class=Response)
    async def show_settings(
        request: Request,
        format: Annotated[str | None, format_query(SETTINGS)] = None,
        lang: Annotated[str | None, language_query()] = None,
    ) -> Response:
        """The limits of this server."""
        choice = choose_form(header_of(request, "accept"), format, SETTINGS)
        table = settings.table()
        if choice.form == formats.HTML:
            body = html.page("settings.html", language_of(request), request.url.path, settings=table)
            return document(request, body, choice.content_type, html.HEADERS)
        body = json.dumps({"settings": table}, ensure_ascii=False).encode()
        return document(request, body, choice.content_type)

    return routes


async def reload(engine: CurrentEngine, searcher: Searcher, metrics: Metrics) -> None:
    """Replace the served dataset with the one that is built now.

    Where that fails the old one stays active, and the log states why.
    """
    old = engine.digest
    try:
        await engine.replace()
    except Exception as error:
        expected = isinstance(error, AccordGraphError)
        _LOG.error("the dataset stays as it is: %s", error, exc_info=None if expected else error)
        metrics.reload("kept")
        return
    _LOG.info("dataset %s was put in the place of %s", engine.digest[:12], old[:12])
    metrics.reload("replaced")
    await searcher.prepare()
