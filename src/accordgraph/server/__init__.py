"""The web server: SPARQL over HTTP on any store."""

from accordgraph.server.app import create_app
from accordgraph.server.http.uvicorn_runner import run, running

__all__ = ["create_app", "run", "running"]
