"""The W3C's SPARQL 1.1 Protocol tests, from the reference material: queries are answered, updates refused."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import rdflib
from rdflib import RDF, RDFS, Namespace
from rdflib.collection import Collection

from accordgraph.errors import ReferenceMissing
from accordgraph.project import find_reference
from support.live_server import serving

CNT, HT = Namespace("http://www.w3.org/2011/content#"), Namespace("http://www.w3.org/2011/http#")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
FORMS = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": ("application/sparql-results+json", "application/sparql-results+xml", "text/csv"),
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples"),
}


@pytest.fixture(scope="module")
def manifest() -> tuple[Path, rdflib.Graph]:
    try:
        path = find_reference() / "standards" / "sparql11-protocol" / "manifest.ttl"
    except ReferenceMissing as error:
        pytest.skip(str(error))
    if not path.is_file():
        pytest.skip(f"no protocol tests at {path}")
    return path, rdflib.Graph().parse(path)


def send(http: httpx.Client, graph: rdflib.Graph, request: Any) -> httpx.Response:
    path = str(graph.value(request, HT.absolutePath)).replace("/sparql/", "/sparql")
    header = graph.value(request, HT.headers)
    headers = {
        str(graph.value(field, HT.fieldName)): str(graph.value(field, HT.fieldValue))
        for field in (Collection(graph, header) if header is not None else ())
    }
    body = graph.value(request, HT.body)
    content = None
    if body is not None:
        encoding = str(graph.value(body, CNT.characterEncoding))
        content = str(graph.value(body, CNT.chars)).encode(encoding)
    return http.request(str(graph.value(request, HT.methodName)), path, headers=headers, content=content)


def boolean(response: httpx.Response) -> bool:
    if response.headers["content-type"].endswith("json"):
        return bool(response.json()["boolean"])
    return "".join(ElementTree.fromstring(response.content).itertext()).strip() == "true"


def quads(folder: Path, graph: rdflib.Graph) -> bytes:
    """Return the data of all tests: each in its named graph, and all merged."""
    lines = set()
    for data in graph.objects(None, UT.graphData):
        name = graph.value(data, RDFS.label)
        file = folder / str(graph.value(data, UT.graph)).rpartition("/")[2]
        if file.is_file():
            for line in file.read_text().splitlines():
                lines |= {line, f"{line.rstrip(' .')} <{name}> ."}
    return "\n".join(sorted(lines)).encode()


def fits(response: httpx.Response, graph: rdflib.Graph, expected: Any) -> bool:
    form, truth = graph.value(expected, MF.expectedFormat), graph.value(expected, MF.expectedBoolean)
    content_type = response.headers["content-type"].partition(";")[0]
    return (
        response.status_code == 200
        and (form is None or content_type in FORMS[str(form)])
        and (truth is None or boolean(response) is (str(truth) == "true"))
    )


def test_the_protocol(manifest: tuple[Path, rdflib.Graph], tmp_path: Path) -> None:
    """Of an update test only the update is sent: the queries after it look for what it must not have done."""
    path, graph = manifest
    tests: list[Any] = list(graph.subjects(RDF.type, MF.ProtocolTest))
    assert len(tests) == 34
    wrong = []
    dataset = tmp_path / "dataset.nq"
    dataset.write_bytes(quads(path.parent, graph))
    with serving(dataset) as address, httpx.Client(base_url=address) as http:
        for test in tests:
            name = str(test).rpartition("#")[2]
            connection = graph.value(test, MF.action)
            requests: Any = graph.value(connection, HT.requests)
            for request in Collection(graph, requests):
                response = send(http, graph, request)
                if name.startswith(("bad_", "update_")):
                    right = 400 <= response.status_code < 500
                else:
                    right = fits(response, graph, graph.value(request, HT.resp))
                if not right:
                    wrong.append((name, response.status_code))
                if name.startswith("update_"):
                    break
    assert wrong == []
