"""The web servers that `deploy/` puts in front of ours: nginx, and Apache at the permanent addresses."""

import http.client
import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from accordgraph.namespaces import BASE
from accordgraph.settings import Settings
from support.live_server import FREE, serving
from support.paths import TESTS
from support.programs import background, free_port, program

pytestmark = pytest.mark.engines

DEPLOY = TESTS.parent / "deploy"
DATASET = TESTS / "server" / "dataset.nq"
ROWS = "SELECT * { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9)) + " }"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    key, chain = folder / "privkey.pem", folder / "fullchain.pem"
    command = f"{program('openssl')} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=graph.example.org"
    subprocess.run(
        [*command.split(), "-keyout", str(key), "-out", str(chain)], check=True, capture_output=True
    )
    return folder


@contextmanager
def nginx(folder: Path, certificate: Path, upstream: str, **changes: str) -> Iterator[httpx.Client]:
    """Run nginx with the site of `deploy/`, in front of a server; only addresses and paths are changed."""
    port, plain = free_port(), free_port()
    site = (DEPLOY / "nginx" / "accordgraph.conf").read_text(encoding="utf-8")
    site = re.sub(r"\n *listen \[::\].*", "", site)
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace(
        "listen 80", f"listen 127.0.0.1:{plain}"
    )
    site = site.replace("127.0.0.1:8000", upstream.removeprefix("http://"))
    site = site.replace("/etc/ssl/graph.example.org", str(certificate))
    for old, new in changes.items():
        assert old in site
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/errors; events {{}} "
        f"http {{ access_log off; {temporary} include {folder}/site.conf; }}",
        encoding="utf-8",
    )
    command = [
        program("nginx"),
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "errors"),
    ]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with (
        background(command, port),
        httpx.Client(
            base_url=f"https://127.0.0.1:{port}", verify=False, headers={"Host": "graph.example.org"}
        ) as client,
    ):
        yield client


def test_nginx_in_front(tmp_path: Path, certificate: Path) -> None:
    settings = replace(FREE, client_errors=1, answer_rows=20_000)
    with serving(DATASET, settings) as address, nginx(tmp_path, certificate, address) as client:
        response = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"})
        assert response.status_code == 200 and "server" in response.headers
        assert response.headers["strict-transport-security"]
        assert not response.headers["etag"].startswith("W/")
        again = client.get(response.url, headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304
        long = client.post("/sparql", data={"query": "#" + "x" * 2**21})
        assert (long.status_code, long.json()["limit"]) == (413, "request_bytes")
        assert client.get("/id//a%2Fb").json()["detail"].endswith("/id//a/b")
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/sparql", params={"query": ROWS}, headers={"Accept": "text/csv"})
        assert "accordgraph_queries_total" in client.get("/metrics").text
        for claimed in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
            client.get("/sparql", params={"query": "ASK {"}, headers={"X-Forwarded-For": claimed})
        spent = client.get("/sparql", params={"query": "ASK {}"}, headers={"X-Forwarded-For": "192.0.2.4"})
        assert spent.status_code == 429, "nginx says who the client is, not the client"
        assert spent.json()["type"] == f"{BASE}problem/too-many-requests"


def test_nginx_takes_bodies_as_long_as_the_server() -> None:
    site = (DEPLOY / "nginx" / "accordgraph.conf").read_text(encoding="utf-8")
    limits = re.findall(r"client_max_body_size (\d+)m;|body is longer than ([\d,]+) bytes", site)
    assert limits == [(str(Settings.request_bytes // 2**20), ""), ("", f"{Settings.request_bytes:,}")]


def test_nginx_refuses_in_our_form(tmp_path: Path, certificate: Path) -> None:
    with (
        serving(DATASET) as address,
        nginx(tmp_path, certificate, address, **{"rate=20r/s": "rate=1r/s", "burst=60": "burst=2"}) as client,
    ):
        answers = [client.get("/health") for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) in (2, 3)
    for answer in refused:
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["status"], answer.headers["retry-after"]) == (429, 429, "1")


@pytest.mark.parametrize(
    ("address_bytes", "headers", "status"),
    [
        (60_000, 0, 200),
        (65_400, 0, 431),
        (66_000, 0, 414),
        (1, 1, 200),
        (1, 3, 431),
        (1, 6, 431),
    ],
)
def test_nginx_takes_heads_as_long_as_the_server(
    tmp_path: Path, certificate: Path, address_bytes: int, headers: int, status: int
) -> None:
    """What it refuses and what the server refuses look the same; httpx has no such long addresses."""
    path = "/sparql?query=ASK%7B%7D%23" + "a" * address_bytes
    given = {"Host": "graph.example.org"} | {f"X-{number}": "a" * 60_000 for number in range(headers)}
    with serving(DATASET) as server, nginx(tmp_path, certificate, server) as client:
        place = client.base_url
        connection = http.client.HTTPSConnection(
            place.host, place.port, context=ssl._create_unverified_context()
        )
        with closing(connection):
            connection.request("GET", path, headers=given)
            response = connection.getresponse()
            body = json.loads(response.read())
    assert response.status == status
    if status != 200:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["access-control-allow-origin"] == "*"
        assert (body["status"], body["limit"]) == (status, "head_bytes")
        assert f"{Settings.head_bytes:,}" in body["detail"]


def test_nginx_tells_that_the_server_is_away(tmp_path: Path, certificate: Path) -> None:
    with nginx(tmp_path, certificate, f"http://127.0.0.1:{free_port()}") as client:
        response = client.get("/sparql", params={"query": "ASK {}"})
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json()["type"] == f"{BASE}problem/not-ready"


def test_the_permanent_addresses_lead_to_the_server(tmp_path: Path) -> None:
    apache = program("apache2")
    modules = Path("/usr/lib/apache2/modules")
    port = free_port()
    folder = tmp_path / "site" / "accordgraph"
    folder.mkdir(parents=True)
    shutil.copy(DEPLOY / "w3id" / ".htaccess", folder)
    lines = [
        *(
            f"LoadModule {name}_module {modules}/mod_{name}.so"
            for name in ("mpm_event", "authz_core", "rewrite")
        ),
        f"Listen 127.0.0.1:{port}",
        f"PidFile {tmp_path}/pid",
        f"ErrorLog {tmp_path}/errors",
        f"DocumentRoot {tmp_path}/site",
        "ServerName w3id.org",
        f"<Directory {tmp_path}/site>\nAllowOverride All\nRequire all granted\n</Directory>",
    ]
    (tmp_path / "apache.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [apache, "-d", str(tmp_path), "-f", str(tmp_path / "apache.conf"), "-D", "FOREGROUND"]
    with background(command, port), httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for path in (
            "",
            "ontology",
            "shapes",
            "id/be/joint-committee/315.02",
            "id/be/act/law-2022-10-03.ttl",
            "concept/theme/telework",
            "graph/be/acts",
            "problem/too-long",
            ".well-known/void",
            "queries/levels-of-a-theme?theme=x%26y",
        ):
            response = client.get(f"/accordgraph/{path}")
            assert (response.status_code, response.headers["location"]) == (
                303,
                f"https://graph.example.org/{path}",
            )
        assert client.get("/accordgraph/other").status_code == 404
