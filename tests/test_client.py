"""The client against the served endpoint, over loopback."""

import asyncio
import builtins
import json
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import rdflib
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from accordgraph.client import Argument, Client, LanguageString
from accordgraph.errors import AccordGraphError, EndpointError, ParameterError, QueryFileError
from accordgraph.namespaces import ACG, CONCEPT, ID, SKOS, XSD
from accordgraph.server import running
from support.live_server import app_over
from support.paths import ROOT

DATASET = f"""\
{ID["one"]} {ACG.publishedOn} "2022-10-03"^^{XSD.date} .
{ID["one"]} {ACG.minimumWorkers} "20"^^{XSD.integer} .
{ID["one"]} {ACG.theme} <{CONCEPT}theme/telework> .
<{CONCEPT}theme/telework> {SKOS.inScheme} <{CONCEPT}theme> .
{ID["two"]} {ACG.publishedOn} "2023-05-30"^^{XSD.date} .
{ID["two"]} {SKOS.prefLabel} "Avis \\"été\\""@fr .
{ID["two"]} {ACG.theme} <{CONCEPT}theme/disconnection> .
"""

QUERY = """\
#+ summary: Which instruments address a theme and were published on a day, and whom do they add?
#+ param: theme iri A theme
#+ param: day date A day
#+ param: workers integer A number of workers
# Addresses and loads: words in which a careless reader finds ADD and LOAD.
PREFIX acg: <https://w3id.org/accordgraph/ontology#>
PREFIX theme: <https://w3id.org/accordgraph/concept/theme/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?thing ?given WHERE {
  VALUES ?theme { theme:telework }
  VALUES ?day { "2022-10-03"^^xsd:date }
  VALUES ?workers { 20 }
  ?thing acg:theme ?theme ; acg:publishedOn ?day .
  OPTIONAL { ?thing acg:minimumWorkers ?given FILTER(?given = ?workers) }
} ORDER BY ?thing
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    dataset = tmp_path_factory.mktemp("client") / "dataset.nq"
    dataset.write_text(DATASET)
    app = app_over(dataset)

    async def page(_: Request) -> PlainTextResponse:
        return PlainTextResponse("<html>not SPARQL</html>")

    async def busy(_: Request) -> PlainTextResponse:
        return PlainTextResponse("come back later", 503)

    async def moved(request: Request) -> Response:
        headers = {"Location": request.query_params.get("to", request.url.path)}
        return Response(None, request.path_params["status"], headers)

    async def document(request: Request) -> Response:
        return Response(request.query_params["body"], media_type="application/sparql-results+json")

    async def drip(_: Request) -> StreamingResponse:
        async def drops() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b" "
                await asyncio.sleep(0.2)

        return StreamingResponse(drops())

    async def short(_: Request) -> StreamingResponse:
        async def start() -> AsyncIterator[bytes]:
            yield b'{"head"'

        return StreamingResponse(start(), headers={"Content-Length": "999"})

    async def status(request: Request) -> Response:
        return Response(None, request.path_params["status"])

    async def host(_: Request) -> PlainTextResponse:
        return PlainTextResponse("<html>hello</html>")

    app.router.routes.insert(0, Route("/", host, methods=["POST"]))
    app.router.add_route("/moved/{status:int}", moved, methods=["POST"])
    app.router.add_route("/json", document, methods=["POST"])
    app.router.add_route("/drip", drip, methods=["POST"])
    app.router.add_route("/short", short, methods=["POST"])
    app.router.add_route("/status/{status:int}", status, methods=["POST"])
    app.router.add_route("/page", page, methods=["POST"])
    app.router.add_route("/busy", busy, methods=["POST"])
    with running(app) as address:
        yield f"{address}/sparql"


@pytest.fixture
def foreign(endpoint: str) -> str:
    """The address of a server with endpoints that are not as they should be."""
    return endpoint.removesuffix("/sparql")


@pytest.fixture
def client(endpoint: str, tmp_path: Path) -> Client:
    folder = tmp_path / "queries" / "competency"
    folder.mkdir(parents=True)
    (folder / "by-theme.rq").write_text(QUERY)
    return Client(endpoint, queries=tmp_path / "queries")


def test_rows_are_python_values(client: Client) -> None:
    rows = client.rows(
        """SELECT ?s ?day ?workers ?label ?none { ?s acg:publishedOn ?day
           OPTIONAL { ?s acg:minimumWorkers ?workers } OPTIONAL { ?s skos:prefLabel ?label } } ORDER BY ?s"""
    )
    one, two = ID["one"].value, ID["two"].value
    assert rows == [
        {"s": one, "day": date(2022, 10, 3), "workers": 20, "label": None, "none": None},
        {"s": two, "day": date(2023, 5, 30), "workers": None, "label": 'Avis "été"', "none": None},
    ]


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("1", 1),
        ('"7"^^xsd:nonNegativeInteger', 7),
        ("144.31", Decimal("144.31")),
        ("1e3", 1000.0),
        ("true", True),
        ('"0"^^xsd:boolean', False),
        ('"2022-10-03T10:00:00Z"^^xsd:dateTime', datetime(2022, 10, 3, 10, tzinfo=UTC)),
        ('"2022-10"^^xsd:gYearMonth', "2022-10"),
        ('"2022-10-03T10:00:00.123456"^^xsd:dateTime', datetime(2022, 10, 3, 10, 0, 0, 123456)),
        ('"2022-13-03"^^xsd:date', "2022-13-03"),
        ('"many"^^xsd:integer', "many"),
        ('"1_000"^^xsd:integer', "1_000"),
        ('" 20 "^^xsd:integer', " 20 "),
        ('"٣"^^xsd:integer', "٣"),
        ('"1_0.5"^^xsd:decimal', "1_0.5"),
        ('"NaN"^^xsd:decimal', "NaN"),
        ('"1E5"^^xsd:decimal', "1E5"),
        ('"INF"^^xsd:double', float("inf")),
        ('"2023-W01-1"^^xsd:date', "2023-W01-1"),
        ('"20230101"^^xsd:date', "20230101"),
        ('"2023-02-29"^^xsd:date', "2023-02-29"),
        ('"2023-01-01Z"^^xsd:date', "2023-01-01Z"),
        ('"12023-01-01"^^xsd:date', "12023-01-01"),
        ('"2023-01-01"^^xsd:dateTime', "2023-01-01"),
        ('"2023-01-01T10:00:00.1234567"^^xsd:dateTime', "2023-01-01T10:00:00.1234567"),
        ('"TRUE"^^xsd:boolean', "TRUE"),
        ("acg:level", ACG.level.value),
    ],
)
def test_values(client: Client, term: str, value: object) -> None:
    (row,) = client.rows(f"SELECT ?value {{ VALUES ?value {{ {term} }} }}")
    assert row["value"] == value
    assert type(row["value"]) is type(value)


@pytest.mark.parametrize(
    ("datatype", "text"),
    [
        ("byte", "300"),
        ("double", "infinity"),
        ("float", "nan"),
        ("dateTime", "2023-01-01T24:00:00"),
        ("integer", "1_000"),
    ],
)
def test_what_another_engine_does_not_normalise_stays_text(foreign: str, datatype: str, text: str) -> None:
    term = {"type": "literal", "value": text, "datatype": XSD[datatype].value}
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": term}]}})
    assert Client(f"{foreign}/json?body={quote(body)}").rows("SELECT ?x {}") == [{"x": text}]


def test_text_keeps_its_language(client: Client) -> None:
    (row,) = client.rows('SELECT ?value { VALUES ?value { "x"@nl } }')
    assert isinstance(row["value"], LanguageString)
    assert (row["value"], row["value"].language) == ("x", "nl")


def test_a_blank_node_is_a_label(client: Client) -> None:
    (row,) = client.rows("SELECT (BNODE() AS ?node) {}")
    assert str(row["node"]).startswith("_:")


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [("one", 20)]),
        ({"theme": "theme:disconnection", "day": date(2023, 5, 30)}, [("two", None)]),
        ({"workers": 21}, [("one", None)]),
        ({"theme": f"{CONCEPT}theme/telework", "day": ["2022-10-03", "2023-05-30"]}, [("one", 20)]),
        (
            {
                "theme": ["theme:telework", "theme:disconnection"],
                "day": (date(2022, 10, 3), date(2023, 5, 30)),
            },
            [("one", 20), ("two", None)],
        ),
    ],
)
def test_named_queries(
    client: Client, parameters: dict[str, Argument], expected: list[tuple[str, int | None]]
) -> None:
    rows = client.rows("by-theme", **parameters)
    assert [(row["thing"], row["given"]) for row in rows] == [(ID[name].value, n) for name, n in expected]
    assert client.rows("competency/by-theme", **parameters) == rows


def test_wrong_parameters(client: Client) -> None:
    with pytest.raises(ParameterError, match="nobody"):
        client.rows("by-theme", nobody="x")
    with pytest.raises(ParameterError):
        client.rows("by-theme", day="} SERVICE <urn:x> {")
    with pytest.raises(QueryFileError, match="by-thme"):
        client.rows("by-thme")
    with pytest.raises(AccordGraphError, match="named"):
        client.rows("SELECT * { ?s ?p ?o }", s="x")


def test_dataframe(client: Client) -> None:
    both: dict[str, Argument] = {
        "theme": ["theme:telework", "theme:disconnection"],
        "day": ["2022-10-03", "2023-05-30"],
    }
    frame = client.dataframe("by-theme", **both)
    assert list(frame.columns) == ["thing", "given"]
    assert str(frame["given"].dtype) == "Int64"
    assert frame["given"].sum() == 20
    frame = client.dataframe(
        "SELECT ?day ?label { ?s acg:publishedOn ?day OPTIONAL { ?s skos:prefLabel ?label } } ORDER BY ?s"
    )
    assert list(frame.columns) == ["day", "label", "label_language"]
    assert str(frame["day"].dtype).startswith("datetime64")
    assert frame["label_language"].fillna("").to_list() == ["", "fr"]
    empty = client.dataframe("SELECT ?a ?b { ?a acg:absent ?b }")
    assert (list(empty.columns), len(empty)) == (["a", "b"], 0)


def test_without_pandas_the_extra_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(AccordGraphError, match=r"accordgraph\[pandas\]"):
        client.dataframe("by-theme")


def test_ask(client: Client) -> None:
    assert client.ask("ASK { ?s acg:minimumWorkers 20 }") is True
    assert client.ask("# ask if one may add\nASK { ?s acg:minimumWorkers 21 }") is False


def test_graph(client: Client) -> None:
    graph = client.graph("CONSTRUCT { ?s acg:publishedOn ?d } WHERE { ?s acg:publishedOn ?d }")
    assert len(graph) == 2
    day = rdflib.Literal("2022-10-03", datatype=rdflib.XSD.date)
    assert (rdflib.URIRef(ID["one"].value), rdflib.URIRef(ACG.publishedOn.value), day) in graph
    assert len(client.graph("DESCRIBE <two>")) == 3


def test_the_wrong_kind_of_query(client: Client) -> None:
    with pytest.raises(EndpointError, match="SELECT"):
        client.rows("ASK {}")
    with pytest.raises(EndpointError, match="ASK"):
        client.ask("SELECT * { ?s ?p ?o }")
    with pytest.raises(EndpointError) as caught:
        client.graph("ASK {}")
    assert caught.value.status == 406


def test_the_reason_of_the_server_is_told(client: Client, endpoint: str) -> None:
    with pytest.raises(EndpointError, match="prefix nope: of nope:x is not declared") as caught:
        client.rows("SELECT *\nWHERE { ?s nope:x ?o }")
    assert str(caught.value).startswith(endpoint)
    assert caught.value.status == 400
    assert (caught.value.problem["line"], caught.value.problem["column"]) == (2, 12)
    with pytest.raises(EndpointError, match="SERVICE") as caught:
        client.rows("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")
    assert caught.value.status == 403


def test_what_is_no_endpoint(endpoint: str) -> None:
    base = endpoint.removesuffix("/sparql")
    with pytest.raises(EndpointError, match="no resource at /nowhere"):
        Client(f"{base}/nowhere").rows("SELECT * { ?s ?p ?o }")
    with pytest.raises(EndpointError, match="not SPARQL results"):
        Client(f"{base}/page").rows("SELECT * { ?s ?p ?o }")
    with pytest.raises(EndpointError, match="no graph in N-Triples or Turtle"):
        Client(f"{base}/page").graph("DESCRIBE <one>")
    with pytest.raises(EndpointError, match="come back later") as caught:
        Client(f"{base}/busy").ask("ASK {}")
    assert caught.value.status == 503


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_query_goes_where_a_redirect_leads(foreign: str, endpoint: str, status: int) -> None:
    client = Client(f"{foreign}/moved/{status}?to={endpoint}")
    assert len(client.graph("CONSTRUCT { <urn:a> <urn:b> <urn:c> } {}")) == 1
    assert client.rows("SELECT (1 AS ?x) {}") == [{"x": 1}]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/moved/303?to=/elsewhere", "names http://.*/elsewhere"),
        ("/moved/302?to=/moved/302", "redirects more than 5 times"),
        ("/moved/302?to=ftp://host/", "cannot be reached"),
        ("/json?body={}", "holds no solutions"),
        ("/json?body=[]", "not SPARQL results in JSON"),
        ("/json?body=", "not SPARQL results in JSON"),
        ('/json?body={"head":{},"results":{"bindings":[{"x":{"type":"literal","value":"v"}}]}}', "in JSON"),
        ('/json?body={"results":{"bindings":[]}}', "not SPARQL results in JSON"),
        ('/json?body={"head":{"vars":["x"]},"results":{"bindings":[{"x":{"value":"v"}}]}}', "in JSON"),
        ('/json?body={"head":{"vars":["x"]},"results":{"bindings":[1]}}', "not SPARQL results in JSON"),
        ("/drip", "timed out"),
        ("/short", "stopped answering"),
        ("/status/401", "status 401, no reason given"),
        ("/", "add /sparql to the address"),
    ],
)
def test_every_fault_of_an_endpoint_is_an_error_of_the_endpoint(foreign: str, path: str, reason: str) -> None:
    client = Client(foreign + path, timeout=2)
    with pytest.raises(EndpointError, match=reason):
        client.rows("SELECT ?x {}")


def test_results_with_a_byte_order_mark_are_read(foreign: str) -> None:
    body = '\ufeff{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"v"}}]}}'
    assert Client(f"{foreign}/json?body={quote(body)}").rows("SELECT ?x {}") == [{"x": "v"}]


@pytest.mark.parametrize(
    "address",
    ["", "host/sparql", "ftp://host/sparql", "http://", "http://[::1/sparql", "http://u:secret@host/"],
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(EndpointError) as caught:
        Client(address)
    assert "secret" not in str(caught.value)


def test_an_address_with_other_letters(foreign: str) -> None:
    with pytest.raises(EndpointError, match="no resource at /é"):
        Client(f"{foreign}/é").rows("SELECT ?x {}")


def test_names_with_a_dot_at_the_end(client: Client) -> None:
    assert len(client.graph("CONSTRUCT { <urn:a> <urn:p#q> acg:h\\. } {}")) == 1


def test_a_code_of_no_concept_is_refused(endpoint: str) -> None:
    client = Client(endpoint, queries=ROOT / "queries")
    with pytest.raises(ParameterError, match="'telewrok' is not a concept of the scheme theme: telework$"):
        client.rows("levels-of-a-theme", theme="telewrok")


def test_what_there_is_to_ask(client: Client, endpoint: str) -> None:
    assert client.queries() == [
        {
            "name": "by-theme",
            "summary": "Which instruments address a theme and were published on a day, and whom do they add?",
            "parameters": "theme day workers",
        }
    ]
    assert repr(client) == f"Client({endpoint!r})"


def test_what_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/sparql"
        with pytest.raises(EndpointError, match="timed out"):
            Client(address, timeout=1).ask("ASK {}")
    with pytest.raises(EndpointError, match="cannot be reached"):
        Client(address, timeout=1).ask("ASK {}")
