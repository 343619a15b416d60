"""The app: what stands at which address. Nothing happens at import."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from accordgraph import __version__
from accordgraph.server import problems
from accordgraph.server.sparql import METHODS, Endpoint
from accordgraph.settings import Settings
from accordgraph.store import Store


def create_app(store: Store, settings: Settings | None = None) -> FastAPI:
    """Make the app that serves a store; whoever opened the store closes it."""
    app = FastAPI(title="AccordGraph", version=__version__, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.store = store
    app.state.settings = settings or Settings()
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=METHODS, allow_headers=["Accept", "Content-Type"]
    )
    problems.install(app)
    app.router.add_route("/sparql", Endpoint(store).__call__, methods=METHODS, include_in_schema=False)

    @app.api_route("/", methods=["GET", "HEAD"])
    async def greeting() -> dict[str, str | int]:
        """Say what this is and where the rest stands."""
        return {
            "name": app.title,
            "version": app.version,
            "about": "how Belgium implements the European Framework Agreement on Digitalisation",
            "sparql": "/sparql",
            "health": "/health",
            "triples": len(store),
        }

    @app.api_route("/health", methods=["GET", "HEAD"])
    async def health() -> dict[str, str | int]:
        """Say that the server answers, and from which dataset."""
        return {"status": "ok", "triples": len(store), "digest": store.digest}

    return app
