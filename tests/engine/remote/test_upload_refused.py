"""Filling an engine that refuses, forgets or is not there: what was tried is told, and what would be right.

The engines here are small servers on loopback that answer as such engines do.
"""

import json
import re
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from accordgraph.engine.remote.upload import push
from accordgraph.engine.remote.write_protocols import WriteProtocols
from accordgraph.errors import EndpointError, InputError
from accordgraph.server import running
from accordgraph.settings import Settings
from support.paths import ROOT
from support.stores import SETTINGS

DATASET = (ROOT / "tests" / "server" / "dataset.nq").read_bytes()


class Forgetful:
    """An engine of no known make, which takes everything and holds nothing."""

    def __init__(self) -> None:
        self.signed: list[str | None] = []

    async def query(self, request: Request) -> Response:
        rows = [] if b"GRAPH" in await request.body() else [{"n": {"type": "literal", "value": "0"}}]
        content = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": rows}})
        return Response(content, media_type="application/sparql-results+json")

    async def store(self, request: Request) -> Response:
        self.signed.append(request.headers.get("authorization"))
        if self.signed[-1] is None:
            return Response("who are you?", 401, {"WWW-Authenticate": 'Basic realm="store"'})
        return Response(None, 204)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.state.settings = SETTINGS
        app.router.add_route("/sparql", self.query, methods=["POST"])
        app.router.add_route("/data", self.store, methods=["PUT", "POST"])
        return app


@pytest.mark.parametrize(
    ("status", "right"),
    [
        (401, "ACCORDGRAPH_ENDPOINT_TOKEN"),
        (403, "ACCORDGRAPH_ENDPOINT_TOKEN"),
        (404, "--"),
        (405, "--"),
        (415, "--"),
        (301, "leads to /elsewhere"),
        (400, None),
    ],
)
@pytest.mark.parametrize(
    ("ways", "tried", "option"),
    [
        ({}, r"/none: POST of a query \(SPARQL Protocol\)", "graph-store and --update"),
        (
            {"graph_store": "/none"},
            r"/none\?\S+: POST of a graph \(Graph Store Protocol\)",
            "graph-store names",
        ),
        ({"update": "/none"}, r"/none: POST of an update \(SPARQL Protocol\)", "update names"),
    ],
    ids=["query", "graph store", "update"],
)
def test_a_bare_refusal_is_told_with_what_was_tried(
    ways: dict[str, str], tried: str, option: str, status: int, right: str | None
) -> None:
    """The engine says nothing but a status, or a page that is not for the person at the terminal."""
    app = Forgetful().app()

    async def refuse(_: Request) -> Response:
        page = "<h1>No</h1>" if status == 404 else None
        return Response(page, status, {"Location": "/elsewhere"} if status == 301 else None, "text/html")

    app.router.add_route("/none", refuse, methods=["POST", "PUT"])
    with running(app) as address, pytest.raises(EndpointError) as caught:
        given = WriteProtocols(**{name: address + path for name, path in ways.items()})
        push(DATASET, address + ("/sparql" if ways else "/none"), SETTINGS, given)
    wanted = right.replace("--", f"--{option}") if right else "no reason given$"
    assert re.search(rf"{tried} was answered with {status} [\w ]+: no reason given", str(caught.value))
    assert re.search(wanted, str(caught.value)) and caught.value.status == status


def test_an_engine_that_is_not_there() -> None:
    with pytest.raises(EndpointError, match="cannot be reached"):
        push(DATASET, "http://127.0.0.1:9/sparql", SETTINGS)


def test_an_engine_that_is_not_known_has_to_be_explained() -> None:
    with running(Forgetful().app()) as address, pytest.raises(InputError, match="--graph-store"):
        push(DATASET, f"{address}/sparql", SETTINGS)


@pytest.mark.parametrize(
    ("settings", "signed"),
    [
        (replace(SETTINGS, endpoint_user="me", endpoint_password="secret"), [None, "Basic bWU6c2VjcmV0"]),
        (replace(SETTINGS, endpoint_token="abc"), ["Bearer abc"]),
    ],
)
def test_what_has_not_arrived_is_told(settings: Settings, signed: list[str | None]) -> None:
    engine = Forgetful()
    with running(engine.app()) as address, pytest.raises(EndpointError, match="has 0 triples after the load"):
        push(DATASET, f"{address}/sparql", settings, WriteProtocols(graph_store=f"{address}/data"))
    assert engine.signed[: len(signed)] == signed
    assert set(engine.signed[len(signed) :]) <= {signed[-1]}, "what was asked for once is sent at once"


def test_the_secrets_are_not_printed() -> None:
    settings = Settings(endpoint_user="me", endpoint_password="secret", endpoint_token="token")
    assert "secret" not in repr(settings) and "'token'" not in repr(settings)
    assert not {"secret", "token"} & {str(row["value"]) for row in settings.table()}
