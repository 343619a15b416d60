"""The export over HTTP: what the catalogue says is true of each address, and clients get their statistics."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from rdflib import DCAT, RDF, Graph, Namespace, URIRef

from accordgraph.dataset.build import NQUADS
from accordgraph.export import cube_json
from accordgraph.export.cube import Cube
from accordgraph.export.data_cube import property_of
from accordgraph.namespaces import BASE
from accordgraph.project import Project
from support.foreign import FOLDER, python_of
from support.live_server import FREE, serving

pytestmark = pytest.mark.exports

SPDX = Namespace("http://spdx.org/rdf/terms#")
IANA = "http://www.iana.org/assignments/media-types/"
CELL = "/stat/agreements-by-month/cell/M.entersIntoForceOn.disconnection.collective-agreement.NR.BE.2023-03"


@pytest.fixture(scope="module")
def client(dist: Path, built: Project) -> Iterator[httpx.Client]:
    settings = replace(FREE, exports=dist, query_seconds=60.0, workers=4, spare_workers=2)
    with (
        serving(built.build / NQUADS, settings) as address,
        httpx.Client(base_url=address, timeout=60) as asks,
    ):
        yield asks


@pytest.mark.exports
def test_every_distribution_is_as_the_catalogue_says(client: httpx.Client) -> None:
    catalogue = Graph().parse(data=client.get("/catalog.ttl").text)
    seen = set()
    for node in catalogue.subjects(RDF.type, DCAT.Distribution):
        for predicate in (DCAT.accessURL, DCAT.downloadURL):
            path = str(catalogue.value(node, predicate)).replace(BASE, "/")
            if path in seen:
                continue
            seen.add(path)
            answer = client.get(path, headers={"Accept-Encoding": "identity"})
            assert answer.status_code == 200, path
            kind = catalogue.value(node, DCAT.compressFormat) or catalogue.value(node, DCAT.mediaType)
            assert IANA + answer.headers["content-type"].partition(";")[0] == str(kind), path
            assert len(answer.content) == int(str(catalogue.value(node, DCAT.byteSize)))
            checksum = catalogue.value(catalogue.value(node, SPDX.checksum), SPDX.checksumValue)
            assert hashlib.sha256(answer.content).hexdigest() == str(checksum)
            assert client.head(path).status_code == 200
    assert len(seen) > 200


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("*/*", "text/turtle"),
    ],
)
def test_the_catalogue_by_negotiation(client: httpx.Client, accept: str, kind: str) -> None:
    answer = client.get("/catalog", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert "Accept" in answer.headers["vary"] and 'rel="alternate"' in answer.headers["link"]
    form = {"text/turtle": "turtle", "application/rdf+xml": "xml", "application/ld+json": "json-ld"}
    graph = Graph().parse(data=answer.text, format=form.get(kind, "nt"))
    assert (URIRef(BASE + "catalog"), RDF.type, DCAT.Catalog) in graph


def test_the_overview_leads_to_the_catalogue(client: httpx.Client) -> None:
    assert "</catalog>" in client.get("/").headers["link"]
    assert client.get("/", headers={"Accept": "application/json"}).json()["catalog"] == "/catalog"
    assert 'href="/catalog"' in client.get("/", headers={"Accept": "text/html"}).text
    assert f"<{BASE}catalog>" in client.get("/void.ttl").text.replace(
        "accordgraph:catalog", f"<{BASE}catalog>"
    )


def test_a_file_in_parts_and_only_if_it_changed(client: httpx.Client) -> None:
    path = "/data/cubes/stated-figures/stated-figures.csv"
    whole = client.get(path)
    assert "last-modified" in whole.headers and whole.headers["accept-ranges"] == "bytes"
    part = client.get(path, headers={"Range": "bytes=4-19"})
    assert (part.status_code, part.content) == (206, whole.content[4:20])
    assert part.headers["content-range"] == f"bytes 4-19/{len(whole.content)}"
    assert client.get(path, headers={"Range": f"bytes={len(whole.content)}-"}).status_code == 416
    same = client.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    other = client.get(path, headers={"Range": "bytes=4-19", "If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, whole.content)


def test_the_list_of_files(client: httpx.Client, dist: Path) -> None:
    listed = client.get("/data").json()
    assert len(listed) == len(json.loads((dist / "manifest.json").read_text())["files"])
    missing = client.get("/data/nothing.csv")
    assert missing.status_code == 404 and "/data lists its files" in missing.json()["detail"]
    assert client.get("/data/..%2fmanifest.json").status_code == 404


def test_the_list_of_cubes(client: httpx.Client, cubes: dict[str, Cube]) -> None:
    assert {cube["id"] for cube in client.get("/stat").json()} == set(cubes)
    for language, cube in (("en", "Figures that the sources state"), ("nl", "Cijfers die de bronnen geven")):
        page = client.get("/stat", headers={"Accept": "text/html"}, params={"lang": language})
        assert cube in page.text
    missing = client.get("/stat/nothing")
    assert missing.status_code == 404 and "stated-figures" in missing.json()["detail"]


def test_a_cube_is_read_as_it_was_written(client: httpx.Client, cubes: dict[str, Cube]) -> None:
    for name, cube in cubes.items():
        assert cube_json.read(client.get(f"/stat/{name}").content) == cube
        page = client.get(f"/stat/{name}", headers={"Accept": "text/html"})
        assert page.status_code == 200 and cube.titles["en"] in page.text


def test_from_a_cell_to_its_agreements_and_passages(client: httpx.Client) -> None:
    cell = client.get(CELL).json()
    assert cell["value"] == "11" and len(cell["counted"]) == 11 and len(cell["passages"]) >= 11
    assert "acg:entersIntoForceOn" in cell["query"]
    graph = Graph().parse(data=client.get(CELL, headers={"Accept": "text/turtle"}).text)
    node, prov = URIRef(BASE + CELL[1:]), Namespace("http://www.w3.org/ns/prov#")
    assert {str(one) for one in graph.objects(node, prov.wasDerivedFrom)} == set(cell["counted"])
    acg = Namespace(BASE + "ontology#")
    assert {str(one) for one in graph.objects(node, acg.evidence)} == set(cell["passages"])
    assert str(graph.value(node, URIRef(property_of("OBS_VALUE").value))) == "11"
    page = client.get(CELL, headers={"Accept": "text/html"}).text
    for iri in (*cell["counted"], *cell["passages"]):
        assert f'href="/{iri.removeprefix(BASE)}"' in page
    for iri in (cell["counted"][0], cell["passages"][0]):
        found = client.get("/" + iri.removeprefix(BASE), follow_redirects=True)
        assert found.status_code == 200


def test_a_cell_that_is_not_there(client: httpx.Client) -> None:
    absent = client.get(CELL.replace("2023-03", "2021-02"))
    assert absent.status_code == 422 and "2023-03" in absent.json()["detail"]
    assert (
        client.get(CELL.replace("entersIntoForceOn", "signedOn").replace("2023-03", "2022-07")).status_code
        == 404
    )
    wrong = client.get("/stat/agreements-by-month/cell/x")
    assert wrong.status_code == 404 and "freq.event.topic" in wrong.json()["detail"]


@pytest.mark.parametrize(
    ("path", "parameter", "allowed"),
    [
        ("/stat/data/AGREEMENTS_BY_MONTH/M.entry....", "event", "entersIntoForceOn"),
        ("/stat/data/AGREEMENTS_BY_MONTH/M.x", "key", "freq.event.topic"),
        ("/stat/data/AGREEMENTS_BY_MONTH/all?startPeriod=soon", "startPeriod", "2023-03"),
        ("/stat/data/AGREEMENTS_BY_MONTH/all?format=pdf", "format", "sdmx2.csv"),
        ("/stat/agreements-by-month/data?topic=tele", "topic", "telework"),
        ("/stat/agreements-by-month/data?theme=telework", "theme", "topic"),
        ("/stat/agreements-by-month/data?lang=es", "lang", "en"),
    ],
)
def test_a_wrong_choice_is_told_what_is_right(
    client: httpx.Client, path: str, parameter: str, allowed: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["parameter"] == parameter and allowed in error["detail"]


def test_an_empty_choice_is_not_a_wrong_one(client: httpx.Client) -> None:
    answer = client.get("/stat/agreements-by-month/data?topic=telework&untilTimePeriod=1999")
    assert answer.status_code == 200 and answer.json()["value"] == {}
    csv = client.get("/stat/data/AGREEMENTS_BY_MONTH/all?endPeriod=1999&format=csv")
    assert csv.status_code == 200 and csv.text.count("\n") == 1


def test_a_choice_of_codes_and_periods(client: httpx.Client) -> None:
    address = "/stat/agreements-by-month/data?event=entersIntoForceOn&topic=disconnection"
    assert sorted(client.get(address).json()["value"].values()) == [1, 1, 9, 9, 11]
    part = client.get(address + "&sinceTimePeriod=2023-02&untilTimePeriod=2023-03-15&lang=nl").json()
    assert list(part["value"].values()) == [11] and part["label"].startswith("Sectorale overeenkomsten")


@pytest.mark.parametrize(
    ("accept", "start"),
    [
        ("*/*", "<?xml"),
        ("application/vnd.sdmx.genericdata+xml", "<?xml"),
        ("application/vnd.sdmx.data+xml", "<?xml"),
        ("application/vnd.sdmx.data+csv", "STRUCTURE,"),
        ("application/vnd.sdmx.data+csv;version=1.0.0", "DATAFLOW,"),
        ("application/vnd.sdmx.data+json", '{"meta"'),
        ("text/tab-separated-values", "freq,"),
        ("text/csv", "freq,"),
        ("text/turtle", "@prefix"),
    ],
)
def test_data_in_the_format_of_the_client(client: httpx.Client, accept: str, start: str) -> None:
    answer = client.get("/stat/data/STATED_FIGURES", headers={"Accept": accept})
    assert answer.status_code == 200 and answer.text.startswith(start)


def test_structures(client: httpx.Client) -> None:
    for kind in ("dataflow", "datastructure"):
        answer = client.get(f"/stat/{kind}/ACCORDGRAPH/TOPIC_COVERAGE/latest?references=all")
        assert answer.status_code == 200 and "CL_TOPIC_COVERAGE_LEVEL" in answer.text
    assert client.get("/stat/dataflow/ESTAT/TOPIC_COVERAGE").status_code == 404
    assert client.get("/stat/dataflow/ACCORDGRAPH/TOPIC_COVERAGE/9.9").status_code == 404


@pytest.mark.exports
def test_clients_of_others_read_the_statistics(client: httpx.Client, cubes: dict[str, Cube]) -> None:
    command: list[str | Path] = [
        python_of("exports"),
        FOLDER / "read_served.py",
        f"{client.base_url}/stat".replace("//stat", "/stat"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    read = json.loads(done.stdout)
    assert read.pop("labels") == ["de", "en", "fr", "nl"]
    ours = {
        key: float(cell.value or 0)
        for key, cell in cubes["agreements-by-month"].by_key.items()
        if key.startswith("M.entersIntoForceOn.disconnection.")
    }
    assert set(read) == {"sdmx1", "pysdmx, sdmx2.1.xml", "pysdmx, sdmx2.csv", "pandas"}
    for reader, cells in read.items():
        assert cells == ours, reader


def test_without_an_export_the_server_says_so(built: Project, tmp_path: Path) -> None:
    settings = replace(FREE, exports=tmp_path, workers=4, spare_workers=2)
    with serving(built.build / NQUADS, settings) as address:
        for path in ("/catalog", "/data", "/stat", "/stat/stated-figures"):
            answer = httpx.get(address + path)
            assert answer.status_code == 404 and "accordgraph export" in answer.json()["detail"]
