"""An engine elsewhere that is slow, broken, cut off or gone: what the endpoint says then."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from accordgraph.engine.remote import load_record
from accordgraph.engine.remote.http import check_address
from accordgraph.engine.remote.remote_engine import RemoteEngine
from accordgraph.errors import EndpointError, InputError
from accordgraph.namespaces import BASE
from accordgraph.server import create_app, running
from support.fake_endpoint import JSON, SETTINGS, Elsewhere, bindings


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


def ask(client: httpx.Client, query: str = "SELECT ?x { ?x ?y ?z }", **more: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **more})


def test_what_is_sent(elsewhere: Elsewhere) -> None:
    with elsewhere.served() as client:
        ask(client, "# one\nSELECT ?x { <be/body/nar> a acg:Body ; ?p ?x }")
        ask(client, "PREFIX a: <urn:a> CONSTRUCT WHERE { ?s a:b skos:c }")
        ask(client, "SELECT ?x FROM <urn:g> { ?x ?y ?z }")
        ask(client, **{"default-graph-uri": "urn:d", "named-graph-uri": "urn:n"})
    first, second, third, fourth = elsewhere.sent
    select = "SELECT ?x { <be/body/nar> a acg:Body ; ?p ?x }"
    assert first["query"] == [f"BASE <{BASE}id/> # one\nPREFIX acg: <{BASE}ontology#> {select}"]
    assert (first["accept"], first["default-graph-uri"]) == ([JSON], [f"{BASE}graph/merged"])
    assert first["named-graph-uri"] == [f"{BASE}graph/a"]
    skos = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
    assert second["query"] == [f"PREFIX a: <urn:a> {skos}CONSTRUCT WHERE {{ ?s a:b skos:c }}"]
    assert second["accept"] == ["application/n-triples, text/turtle;q=0.5"]
    assert third["query"] == ["SELECT ?x              { ?x ?y ?z }"]
    assert (third["default-graph-uri"], third["named-graph-uri"]) == (["urn:g"], [load_record.NOTHING.value])
    assert (fourth["default-graph-uri"], fourth["named-graph-uri"]) == (["urn:d"], ["urn:n"])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "ASK { { " * 200,
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    ],
)
def test_what_is_not_sent(elsewhere: Elsewhere, query: str) -> None:
    with elsewhere.served() as client:
        assert ask(client, query).status_code in (400, 403)
    assert not elsewhere.sent


def test_what_it_holds_is_known(elsewhere: Elsewhere) -> None:
    with elsewhere.served() as client:
        health = client.get("/health").json()
        assert (health["digest"], health["triples"], health["walls"]) == ("abc", 7, [])
        first = ask(client)
        assert first.headers["etag"]
        assert client.get(first.url, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        ask(client)
    assert len(elsewhere.sent) == 1, "the second answer was kept"


def test_what_is_not_known_is_neither_kept_nor_tagged() -> None:
    elsewhere = Elsewhere(described=bindings([]))
    elsewhere.answer = Response(bindings([{"n": "3"}]), media_type=JSON)
    with elsewhere.served() as client:
        health = client.get("/health").json()
        assert (health["digest"], health["triples"]) == ("unknown", 3)
        answers = [ask(client, "SELECT ?n { ?n ?y ?z }") for _ in range(2)]
        home = client.get("/")
    assert (home.headers["cache-control"], home.headers.get("etag")) == ("no-store", None)
    assert all("etag" not in answer.headers for answer in answers)
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 2
    assert len(elsewhere.sent) == 3


def test_an_answer_is_passed_on_when_the_record_is_still_the_same(elsewhere: Elsewhere) -> None:
    with elsewhere.served() as client:
        assert ask(client).status_code == 200
        for loads in ([], [{"load": "urn:load:2"}], [{"load": "urn:load:1"}, {"load": "urn:load:2"}]):
            elsewhere.loads = loads
            replaced = ask(client, f"SELECT ?x {{ ?x ?y {len(loads)} }}")
            assert (replaced.status_code, replaced.headers["retry-after"]) == (503, "1")
            assert "is being replaced" in replaced.json()["detail"]
        elsewhere.loads = [{"load": "urn:load:1"}]
        assert ask(client, "SELECT ?x { ?x ?y 4 }").status_code == 200
        elsewhere.loads = [{"other": "urn:load:1"}]
        assert ask(client, "SELECT ?x { ?x ?y 5 }").status_code == 503


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (
            PlainTextResponse("line 3: no such thing\n\nSPARQL query: SELECT", 400),
            400,
            "line 3: no such thing",
        ),
        (PlainTextResponse("x" * 5000, 500), 400, "xxx ..."),
        (PlainTextResponse("who are you?", 401), 503, "(status 401)"),
        (PlainTextResponse("<html>", 502), 503, "(status 502)"),
        (PlainTextResponse("part of it", 206, media_type=JSON), 503, "(status 206)"),
        (PlainTextResponse("busy", 503, {"Retry-After": "7"}), 503, "busy"),
        (PlainTextResponse("slow", 504), 503, "slow"),
        (Response("<html>", media_type="text/html"), 503, "gave text/html"),
        (Response("@prefix", media_type="text/turtle"), 503, "gave text/turtle"),
        (Response(bindings([{"x": "1"}]) + b"\n# cancelled", media_type=JSON), 503, "cut off"),
        (Response(bindings([{"x": "1"}])[:-3], media_type=JSON), 503, "cut off"),
        (Response(b"", media_type=JSON), 503, "cut off"),
        (
            Response(bindings([{"x": "1"}]), media_type=JSON, headers={"X-SPARQL-MaxRows": "1"}),
            400,
            "more than 1 rows",
        ),
        (Response(bindings([{"x": "1"}] * 51), media_type=JSON), 400, "more than 50 rows"),
    ],
    ids=lambda value: str(value.status_code) if isinstance(value, Response) else None,
)
def test_what_goes_wrong(elsewhere: Elsewhere, answer: Response, status: int, said: str) -> None:
    elsewhere.answer = answer
    with elsewhere.served() as client:
        response = ask(client)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert said in response.json()["detail"]
        assert "SELECT" not in response.json()["detail"]
        assert len(response.text) < 1000
        elsewhere.answer = Response(bindings([{"x": "1"}]), media_type=JSON)
        assert ask(client, "SELECT ?x { ?x ?y 'again' }").status_code == 200


def test_the_time_of_an_engine_that_does_not_answer_is_limited(elsewhere: Elsewhere) -> None:
    left = []

    async def forever() -> AsyncIterator[bytes]:
        try:
            yield b'{"head":{"vars":["x"]},"results":{"bindings":['
            await asyncio.sleep(60)
        finally:
            left.append(time.monotonic())

    elsewhere.answer = StreamingResponse(forever(), media_type=JSON)
    with elsewhere.served() as client:
        began = time.monotonic()
        response = ask(client, format="csv")
        took = time.monotonic() - began
        for _ in range(100):
            if left:
                break
            time.sleep(0.02)
    assert response.status_code == 503
    assert response.json()["limit"] == "query_seconds"
    assert SETTINGS.query_seconds <= took < 60, "the engine itself would take that long"
    assert left, "the connection was closed"


def test_an_answer_that_breaks_off_is_not_ended(elsewhere: Elsewhere) -> None:
    row = json.dumps({"x": {"type": "literal", "value": "y" * 50_000}}).encode()

    async def broken() -> AsyncIterator[bytes]:
        yield b'{"head":{"vars":["x"]},"results":{"bindings":[' + row
        for _ in range(5):
            yield b"," + row
        await asyncio.sleep(0.5)
        yield b",oops"

    elsewhere.answer = StreamingResponse(broken(), media_type=JSON)
    with elsewhere.served() as client, pytest.raises(httpx.RemoteProtocolError):
        ask(client, format="csv")


@pytest.mark.parametrize(("rows", "expected"), [([{"yes": "1"}], True), ([], False)])
def test_ask_that_is_answered_by_rows(
    elsewhere: Elsewhere, rows: list[dict[str, str]], expected: bool
) -> None:
    elsewhere.answer = Response(bindings(rows), media_type=JSON)
    with elsewhere.served() as client:
        assert ask(client, "ASK { ?x ?y ?z }").json()["boolean"] is expected


def test_a_graph_has_each_triple_once_and_in_order(elsewhere: Elsewhere) -> None:
    lines = [f"<urn:{letter}> <urn:p> <urn:o> ." for letter in "cabca"]
    elsewhere.answer = Response("\n".join(lines), media_type="application/n-triples")
    with elsewhere.served() as client:
        response = ask(client, "CONSTRUCT WHERE { ?s ?p ?o }", format="nt")
        assert response.text.splitlines() == sorted(set(lines))
        many = [f"<urn:{number}> <urn:p> <urn:o> ." for number in range(51)]
        elsewhere.answer = Response("\n".join(many), media_type="application/n-triples")
        assert ask(client, "CONSTRUCT WHERE { ?s ?p 1 }", format="nt").status_code == 400


def test_a_page_shows_the_first_rows(elsewhere: Elsewhere) -> None:
    elsewhere.answer = Response(bindings([{"x": f"row {n}"} for n in range(1500)]), media_type=JSON)
    with elsewhere.served() as client:
        page = ask(client, format="html")
    assert page.status_code == 200
    assert "row 999" in page.text and "row 1000" not in page.text


def test_an_engine_that_is_not_there(elsewhere: Elsewhere) -> None:
    async def start(address: str) -> None:
        engine = RemoteEngine(address, SETTINGS)
        await engine.start()

    with pytest.raises(EndpointError, match="does not answer as a SPARQL endpoint"):
        asyncio.run(start("http://127.0.0.1:9/sparql"))


def test_an_engine_that_goes_away(elsewhere: Elsewhere) -> None:
    with running(elsewhere.app()) as engine:
        ours = running(create_app(lambda: RemoteEngine(f"{engine}/sparql", SETTINGS), SETTINGS))
        address = ours.__enter__()
    try:
        response = httpx.get(f"{address}/sparql", params={"query": "ASK { ?a ?b ?c }"})
        assert response.status_code == 503
        assert "cannot be reached" in response.json()["detail"]
        assert httpx.get(f"{address}/health").json()["reachable"] is False
    finally:
        ours.__exit__(None, None, None)


@pytest.mark.parametrize(
    "url", ["", "sparql", "ftp://x/y", "http://", "http://a:b@c/d", "http://x:99999/", "file:///etc/passwd"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InputError):
        check_address(url)
