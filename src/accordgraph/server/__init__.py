"""The web server: SPARQL, linked data, the query library and search over HTTP, on any engine.

What enters is an engine, the settings and the project; what leaves is a FastAPI app (`create_app`) and the
functions that serve one (`run`, `running`).
"""

from accordgraph.server.app import create_app
from accordgraph.server.http.uvicorn_runner import run, running

__all__ = ["create_app", "run", "running"]
