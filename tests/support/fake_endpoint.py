"""An engine elsewhere: a small server on loopback that answers as such engines do, or as a test says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs

import httpx
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from accordgraph.engine.remote import load_record
from accordgraph.namespaces import BASE
from accordgraph.server import running
from support.live_server import FREE, serving

JSON = "application/sparql-results+json"
SETTINGS = replace(FREE, query_seconds=1.0, answer_rows=50)


def bindings(rows: list[dict[str, str]]) -> bytes:
    names = list(rows[0]) if rows else []
    content = [{name: {"type": "literal", "value": row[name]} for name in row} for row in rows]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": content}}).encode()


DESCRIBED = json.dumps(
    {
        "head": {"vars": ["p", "o"]},
        "results": {
            "bindings": [
                {
                    "p": {"type": "uri", "value": triple.predicate.value},
                    "o": {"type": "literal", "value": getattr(triple.object, "value", "")},
                }
                for triple in load_record.Record(
                    "abc", 7, (f"{BASE}graph/a",), load_record.MERGED.value, ("urn:load:1",)
                ).write()
            ]
        },
    }
).encode()


class Elsewhere:
    """An engine that describes its dataset, and answers every other query as a test says."""

    def __init__(self, described: bytes = DESCRIBED) -> None:
        self.answer: Response = Response(bindings([{"x": "1"}]), media_type=JSON)
        self.described = described
        self.loads = [{"load": "urn:load:1"}] if described == DESCRIBED else []
        self.sent: list[dict[str, list[str]]] = []

    async def __call__(self, request: Request) -> Response:
        fields = parse_qs((await request.body()).decode())
        if fields["query"] == [load_record.LOADS]:
            return Response(bindings(self.loads), media_type=JSON)
        if load_record.RECORD.value in fields["query"][0]:
            return Response(self.described, media_type=JSON)
        if "#+ summary:" in fields["query"][0]:  # of the server itself, as for its search
            return Response(bindings([]), media_type=JSON)
        self.sent.append({"accept": [request.headers["accept"]], **fields})
        return self.answer

    def app(self) -> FastAPI:
        app = FastAPI()
        app.state.settings = SETTINGS
        app.router.add_route("/sparql", self.__call__, methods=["POST"])
        return app

    @contextmanager
    def served(self) -> Iterator[httpx.Client]:
        """Serve the engine, and a server of ours over it; gives a client of ours."""
        with (
            running(self.app()) as engine,
            serving(f"{engine}/sparql", SETTINGS) as address,
            httpx.Client(base_url=address, headers={"Accept": "*/*"}) as client,
        ):
            yield client
