"""Requests of every address: in every form, with every parameter right and wrong, by every method."""

import gzip
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from behaviour.exchange import Request, send

BASE = "https://w3id.org/accordgraph/"
_SEED = 2023
_METHODS = "GET HEAD OPTIONS POST PUT PATCH DELETE QUERY TRACE".split()
_FORMS = "json xml csv tsv html xlsx ttl nt jsonld rdf trig nq rq table x".split()
_NAMES = (
    "turtle",
    "json-ld",
    "rdf+xml",
    "srj",
    "application/json",
    "text/csv; charset=utf-8",
    "XML",
    "",
    "zip",
)
_ACCEPTS = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "application/json",
    "text/turtle;q=0.3, application/ld+json",
    "text/csv, text/turtle;q=0.1",
    "image/png",
    "nonsense;;q=",
    "*/*;q=0",
    "",
)
_CODINGS = (
    "gzip",
    "zstd",
    "gzip, deflate, br, zstd",
    "gzip;q=0",
    "*;q=0",
    "identity;q=0.5, gzip;q=0.6",
    "nonsense",
)
_LANGUAGES = ("en", "fr-BE", "nl;q=0.3, de", "*", "xx", ",;q", "")
_WRONG = [
    *"""
1_000 +10+ 10.0 %2B1 -1 0 00010 1e2 %D9%A3 %FF %C3%28 %00 %20 999999999999999999999999999999 true TRUE x
a%3E %3Ca%20b%3E theem:x 2023-02-30 0000-01-01 %F0%9F%98%80
""".split(),
    "",
]
_LISTED = ("/queries", "/ontology", "/shapes", "/void")
_FIXED = """
/ /sparql /queries /ontology /ontology/alignments /ontology/0.1.0 /shapes /graph-store /graph-store?default
/void /.well-known/void /context.jsonld /api/openapi.json /api/docs /api/search /api/search?q=telework
/api/settings /health /ready /metrics /none /id/none /doc/none /concept/none /graph/none /problem/none
/ontology/none /queries/none /favicon.ico /sparql/ /queries/ //sparql /api /doc/ /id/ /%FF /doc/%FF
/id/a%20b /robots.txt
""".split()
_NEGOTIATED = """
/ /sparql /queries /ontology /shapes.ttl /graph-store /void /context.jsonld /api/openapi.json
/api/docs /api/search?q=telework /api/settings /problem/refused /none
""".split()
_PROBLEMS = """
missing-query bad-request malformed-query evaluation refused not-found method-not-allowed gone
not-acceptable unsupported-media-type invalid-parameters request-timeout too-long address-too-long
head-too-long limit-exceeded too-many-requests misdirected client-left query-timeout query-memory
overloaded not-ready query-failed internal-error not-implemented http-version
""".split()
_WORDS = """
telework deconnexion d%C3%A9connexion 2289 avis+2289 %22right+to+disconnect%22 315.02 31502 e-inclusion
l%27accord a telew zzz nar be/body/nar https://w3id.org/accordgraph/id/be/body/nar %22 oeuvre 178388
artificial+intelligence
""".split()
_CORS = (
    (("Origin", "https://a.example"),),
    (("Origin", "https://a.example"), ("Access-Control-Request-Method", "POST")),
    (
        ("Origin", "null"),
        ("Access-Control-Request-Method", "DELETE"),
        ("Access-Control-Request-Headers", "x-a"),
    ),
)
_CONDITIONS = ("*", '"x"', 'W/"x", *', "x", "")


class Surface:
    """What a running server has: its document, its queries, its things, of which a seed takes some."""

    def __init__(self, port: int) -> None:
        self._port, self._chance = port, random.Random(_SEED)
        self.paths: dict[str, Any] = json.loads(self._get("/api/openapi.json"))["paths"]
        self.queries: list[dict[str, Any]] = json.loads(self._get("/queries.json"))["queries"]
        rows = self._get("/queries/things.csv").decode().split()[1:]
        self.things = [row.removeprefix(BASE) for row in rows if row.startswith(f"{BASE}id/")]
        self.concepts = [row.removeprefix(BASE) for row in rows if row.startswith(f"{BASE}concept/")]
        graphs = self._get(
            "/sparql?format=csv&query=SELECT%20DISTINCT%20%3Fg%20%7BGRAPH%20%3Fg%20%7B%7D%7D%20ORDER%20BY%20%3Fg"
        )
        self.graphs = [row.removeprefix(BASE) for row in graphs.decode().split()[1:] if row.startswith(BASE)]

    def _get(self, target: str) -> bytes:
        body = send(self._port, Request("GET", target, (("Accept", "application/json, */*;q=0.1"),)), 60).body
        return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body

    def _some(self, values: list[str], number: int) -> list[str]:
        return sorted(self._chance.sample(values, min(number, len(values))))

    def requests(self) -> Iterator[Request]:
        """Yield every request of the addresses."""
        yield from self._methods()
        yield from self._forms()
        yield from self._library()
        yield from self._documents()
        yield from self._searches()
        yield from self._store()

    def _addresses(self) -> list[str]:
        lists = [f"{path}.{form}" for path in _LISTED for form in _FORMS]
        kinds = [f"/problem/{name}" for name in _PROBLEMS]
        documents = ["/doc/" + path.removeprefix("id/") for path in self._some(self.things, 2)]
        rest = [f"/{path}" for path in (*self._some(self.things, 2), *self._some(self.concepts, 2))]
        return [
            *_FIXED,
            *lists,
            *kinds,
            *documents,
            *rest,
            *(f"/{path}" for path in self._some(self.graphs, 2)),
        ]

    def _methods(self) -> Iterator[Request]:
        for target in self._addresses():
            for method in _METHODS if target in _FIXED else _METHODS[:3]:
                yield Request(
                    method, target, body=b"" if method in ("POST", "PUT", "PATCH", "QUERY") else None
                )
        for query in self.queries:
            for method in ("HEAD", "OPTIONS"):
                yield Request(method, query["address"])
        for method in ("POST", "PUT", "DELETE", "QUERY"):
            yield Request(method, self.queries[0]["address"], body=b"x")

    def _forms(self) -> Iterator[Request]:
        for target in self._addresses():
            for accept in _ACCEPTS if target in _FIXED else _ACCEPTS[:2]:
                yield Request("GET", target, (("Accept", accept),))
            if target not in _NEGOTIATED:
                continue
            for name, values in (
                ("Accept-Encoding", _CODINGS),
                ("Accept-Language", _LANGUAGES),
                ("If-None-Match", _CONDITIONS),
            ):
                for value in values:
                    yield Request("GET", target, ((name, value), ("Accept", "text/html, */*;q=0.5")))
            join = "&" if "?" in target else "?"
            for value in (*_FORMS, *_NAMES):
                yield Request("GET", f"{target}{join}format={quote(value)}")
            for value in ("fr", "nl", "de", "xx", "fr-BE", "%FF"):
                yield Request("GET", f"{target}{join}lang={value}", (("Accept", "text/html, */*;q=0.5"),))
            for more in (
                "x=1",
                "page=2",
                "page=0",
                "page=x",
                "format=csv&format=ttl",
                "lang=fr&lang=nl",
                "%FF=%FF",
            ):
                yield Request("GET", f"{target}{join}{more}")
            for headers in _CORS:
                for method in ("GET", "OPTIONS"):
                    yield Request(method, target, headers)

    def _library(self) -> Iterator[Request]:
        for query in self.queries:
            address = query["address"]
            for form in (*query["forms"], "rq", "x"):
                yield Request("GET", f"{address}.{form}")
            yield Request("GET", f"{address}.csv?limit=2&offset=1", (("Accept-Encoding", "gzip"),))
        for query in self.queries[::8]:
            address = query["address"]
            yield Request("GET", address, (("Accept", "text/html"), ("Accept-Language", "fr")))
            yield Request("GET", f"{address}.{'ttl' if 'csv' in query['forms'] else 'csv'}")
            yield Request("GET", f"{address}?limit=2")
            yield Request("GET", f"{address}?none=1")
        for query in self.queries:
            address = str(query["address"])
            for parameter in query["parameters"]:
                yield from self._parameter(address, str(parameter["name"]))
        for query in self.queries[:4]:
            for name in ("limit", "offset"):
                yield from self._parameter(str(query["address"]), name)

    def _parameter(self, address: str, name: str) -> Iterator[Request]:
        right = (
            "be/body/nar",
            "telework",
            "level:federal",
            "2015-01-01",
            "4",
            "1000.5",
            "true",
            "fr",
            "acg:Act",
        )
        for value in (*self._chance.sample(right, 4), *self._chance.sample(_WRONG, 6)):
            yield Request("GET", f"{address}?{name}={value}")
        for pair in ("1|1", "1|2", "telework|training"):
            yield Request("GET", f"{address}?" + "&".join(f"{name}={value}" for value in pair.split("|")))
        yield Request("GET", f"{address}.rq?{name}=level:federal")

    def _documents(self) -> Iterator[Request]:
        for path in (*self._some(self.things, 100), *self._some(self.concepts, 25)):
            document = "/doc/" + path.removeprefix("id/")
            yield Request("GET", f"/{path}", (("Accept", self._chance.choice(_ACCEPTS)),))
            yield Request("GET", f"{document}.{self._chance.choice(_FORMS)}")
            yield Request("GET", document, (("Accept", self._chance.choice(_ACCEPTS)),))
            page = (
                f"page={self._chance.choice((2, 3, 99))}&lang={self._chance.choice(('fr', 'nl', 'de', 'xx'))}"
            )
            yield Request("GET", f"{document}?{page}", (("Accept", "text/html"),))
        for path in self.graphs:
            yield Request("GET", f"/{path}", (("Accept", self._chance.choice(_ACCEPTS)),))
            yield Request("GET", f"/{path}?format={self._chance.choice(_FORMS)}")

    def _searches(self) -> Iterator[Request]:
        for words in _WORDS:
            for rest in (
                "",
                "&language=fr",
                "&lang=nl-BE&limit=3",
                "&class=Opinion",
                "&format=csv&offset=2",
                "&lang=xx",
            ):
                yield Request("GET", f"/api/search?q={words}{rest}")
        for name in ("q", "language", "lang", "class", "limit", "offset", "format", "none"):
            start = "/api/search?" if name == "q" else "/api/search?q=telework&"
            for value in _WRONG:
                yield Request("GET", f"{start}{name}={value}")
            for first, second in (("1", "1"), ("1", "2"), ("en", "fr"), ("Act", "Opinion"), ("csv", "json")):
                yield Request("GET", f"{start}{name}={first}&{name}={second}")
        yield Request("GET", "/api/search?q=" + "a" * 201)
        yield Request("GET", "/api/search?q=" + "+".join("abcdefghijklm"))

    def _store(self) -> Iterator[Request]:
        for path in self._some(self.graphs, 12):
            for form in ("ttl", "nt", "rdf", "jsonld", "trig", "nq", "html", "csv"):
                yield Request("GET", f"/graph-store?graph={BASE}{path}&format={form}")
            for method in ("HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"):
                yield Request(method, f"/graph-store?graph={BASE}{path}", body=b"<a:a> <a:b> <a:c> .")
        for wrong in (
            "default&graph=urn:a",
            "graph=urn:a&graph=urn:a",
            "graph=x",
            "graph=",
            "default=1",
            "x=1",
            "graph=%FF",
        ):
            yield Request("GET", f"/graph-store?{wrong}")
