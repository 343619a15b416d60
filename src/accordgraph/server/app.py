"""The app: which routes answer at which URL. Nothing happens at import."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from accordgraph import __version__
from accordgraph.engine.engine import CurrentEngine, Engine
from accordgraph.library.catalogue import Library
from accordgraph.project import find_project
from accordgraph.server.http import access_log, cors, problems, request_context
from accordgraph.server.openapi.document import OpenApiDocument
from accordgraph.server.pages.dataset_index import DatasetQueries
from accordgraph.server.query_service.cache import Cache
from accordgraph.server.query_service.metrics import Metrics
from accordgraph.server.query_service.service import QueryService
from accordgraph.server.routes import operations, search
from accordgraph.server.routes.catalogue import Catalogue
from accordgraph.server.routes.data import DataFiles, ExportFolder
from accordgraph.server.routes.graph_store import GraphStore
from accordgraph.server.routes.linked_data import LinkedData
from accordgraph.server.routes.queries import QueryApi
from accordgraph.server.routes.site import SiteDocuments
from accordgraph.server.routes.sparql import METHODS, Endpoint, without_slash
from accordgraph.server.routes.statistics import Statistics
from accordgraph.settings import Settings


def create_app(make_engine: Callable[[], Engine], settings: Settings | None = None) -> FastAPI:
    """Return the app that serves the dataset of an engine.

    The engine is made when the app starts, again on each reload of the dataset (`app.state.reload()`), and
    stopped when the app stops.
    """
    settings = settings or Settings()
    engine = CurrentEngine(make_engine)
    searcher = search.Searcher(engine, find_project(settings).queries / "search")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await engine.start()
        try:
            await searcher.prepare()
            yield
        finally:
            await engine.stop()

    app = FastAPI(
        title="AccordGraph",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )

    cache = Cache(settings.cache_bytes)
    metrics = Metrics(engine, cache)

    def observe(outcome: str, seconds: float, rows: int) -> None:
        metrics.query(outcome, seconds, rows)
        request_context.note_outcome(outcome)

    service = QueryService(engine, settings, cache, observe)
    app.state.engine, app.state.query_service, app.state.settings = engine, service, settings
    app.state.reload = partial(operations.reload, engine, searcher, metrics)
    app.add_middleware(cors.OptionsMiddleware, router=app.router)
    app.add_middleware(access_log.AccessLogMiddleware, count=metrics.request)
    problems.install(app)
    project = find_project(settings)
    dataset = DatasetQueries(service, project)
    documents = SiteDocuments(service, dataset, project)
    endpoint = Endpoint(service, dataset, documents.service)
    app.router.add_route("/sparql", endpoint.__call__, methods=METHODS, include_in_schema=False)
    app.router.add_route("/sparql/", without_slash, methods=METHODS, include_in_schema=False)
    app.router.routes += documents.routes()
    app.router.routes += LinkedData(service, dataset).routes()
    app.router.routes += GraphStore(service, dataset).routes()
    exports = ExportFolder(settings.exports or project.build / "export", engine)
    for files in (DataFiles(exports), Catalogue(exports), Statistics(exports, dataset)):
        app.router.routes += files.routes()
    api = QueryApi(service, dataset, Library.load(project.queries))
    for router in (api.router(), search.router(searcher, service), operations.router(engine, settings)):
        app.include_router(router)
    app.router.routes += [metrics.route(), *OpenApiDocument(app, api, settings).routes()]
    return app
