"""The Graph Store Protocol, for reading: every graph in every form, by both ways; nothing is written."""

import re
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from accordgraph.namespaces import BASE, GRAPH
from accordgraph.settings import Settings
from support.live_server import serving

FORMS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
NAMED = GRAPH + "data/acts"


@pytest.fixture(scope="module")
def held(linked: Path) -> dict[str, set[ox.Triple]]:
    """The triples of each graph, the default graph under an empty name."""
    found: dict[str, set[ox.Triple]] = {}
    for quad in ox.parse(linked.read_bytes(), ox.RdfFormat.N_QUADS):
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        found.setdefault(name, set()).add(quad.triple)
    return found


@pytest.mark.parametrize("accept", FORMS)
@pytest.mark.parametrize("name", ["", NAMED])
def test_a_graph_in_every_form(
    small: httpx.Client, held: dict[str, set[ox.Triple]], name: str, accept: str
) -> None:
    address = f"/graph-store?graph={name}" if name else "/graph-store?default"
    response = small.get(address, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == accept
    assert {quad.triple for quad in ox.parse(response.content, FORMS[accept])} == held[name]
    tag = {"Accept": accept, "If-None-Match": response.headers["etag"]}
    assert small.get(address, headers=tag).status_code == 304
    head = small.head(address, headers={"Accept": accept})
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", response.headers["etag"])


def test_every_named_graph_answers_to_its_name(small: httpx.Client, held: dict[str, set[ox.Triple]]) -> None:
    for name in set(held) - {""}:
        for address in ("/" + name.removeprefix(BASE), f"/graph-store?graph={name}"):
            response = small.get(address, headers={"Accept": "application/n-triples"})
            assert {q.triple for q in ox.parse(response.content, ox.RdfFormat.N_TRIPLES)} == held[name]


def test_a_named_graph_has_a_page(small: httpx.Client) -> None:
    response = small.get("/graph/data/acts", headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert response.status_code == 200
    assert "Acte un" in response.text and 'href="/id/be/act/one"' in response.text
    assert "Graphe nommé" in response.text


@pytest.mark.parametrize(
    ("parameters", "status", "kind"),
    [
        ("", 400, "bad-request"),
        (f"?default&graph={NAMED}", 400, "bad-request"),
        (f"?graph={NAMED}&graph={NAMED}", 400, "bad-request"),
        ("?graph=data/acts", 400, "bad-request"),
        ("?graph=", 400, "bad-request"),
        (f"?graph={GRAPH}none", 404, "not-found"),
        ("?graph=http://127.0.0.1:9/x", 404, "not-found"),
    ],
)
def test_wrong_requests(small: httpx.Client, parameters: str, status: int, kind: str) -> None:
    response = small.get(f"/graph-store{parameters}")
    assert response.status_code == status
    assert response.json()["type"] == f"{BASE}problem/{kind}"


def test_no_form_fits(small: httpx.Client) -> None:
    response = small.get("/graph-store?default", headers={"Accept": "text/html"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["available"]


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "address", ["/graph-store?default", f"/graph-store?graph={NAMED}", "/graph-store", "/graph/data/acts"]
)
def test_nothing_can_be_written(
    small: httpx.Client, held: dict[str, set[ox.Triple]], method: str, address: str
) -> None:
    headers = {"Content-Type": "text/turtle"}
    response = small.request(method, address, content="<urn:a> <urn:b> <urn:c> .", headers=headers)
    assert response.status_code == 403
    assert response.json()["type"] == f"{BASE}problem/refused"
    assert "read" in response.json()["detail"]
    everything = small.get("/graph-store?default", headers={"Accept": "application/n-triples"})
    assert len(everything.text.splitlines()) == len(held[""])


@pytest.mark.parametrize("address", ["/graph-store", "/graph/data/acts"])
def test_options(small: httpx.Client, address: str) -> None:
    response = small.options(address)
    assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("limit", "settings"),
    [("answer_rows", Settings(answer_rows=100)), ("answer_bytes", Settings(answer_bytes=5000))],
)
@pytest.mark.parametrize("address", ["/graph-store?default", "/graph/data/many"])
def test_a_graph_that_is_too_large_is_had_in_parts(
    linked: Path, limit: str, settings: Settings, address: str
) -> None:
    """The problem names a query for a part, and that query gives one."""
    with serving(linked, settings) as server, httpx.Client(base_url=server) as client:
        response = client.get(address, headers={"Accept": "application/n-triples"})
        assert (response.status_code, response.json()["limit"]) == (400, limit)
        detail = response.json()["detail"]
        assert "/void" in detail and "default-graph-uri" in detail
        query = re.sub("LIMIT 1000$", "LIMIT 1", detail[detail.index("CONSTRUCT") :])
        parameters = {"query": query, "default-graph-uri": GRAPH + "data/many"}
        part = client.get("/sparql", params=parameters, headers={"Accept": "application/n-triples"})
        assert (part.status_code, len(part.text.splitlines())) == (200, 1)
