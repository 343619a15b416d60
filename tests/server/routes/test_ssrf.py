"""No query makes the server call another one: not by SERVICE, LOAD or FROM, in whatever disguise."""

from collections.abc import Iterator

import httpx
import pytest

from support.port_listener import listening

PATTERN = "{ ?s ?p ?o }"
SERVICE = {
    "plain": "SELECT * { SERVICE <U> P }",
    "case": "SELECT * { sErVicE sIlEnT <U> P }",
    "no spaces": "SELECT*{SERVICE<U>P}",
    "comment": "SELECT * { SERVICE # {\n # } \r\n <U> P }",
    "comment with a quote": "SELECT * { SERVICE #'''\n <U> P #'''\n }",
    "comment with an IRI": "SELECT * { # <\nSERVICE <U> P # >\n }",
    "prefixed": "PREFIX x: <U> SELECT * { SERVICE x: P }",
    "prefix of the graph": "PREFIX acg: <U> SELECT * { SERVICE acg:x P }",
    "relative": "BASE <U> SELECT * { SERVICE <x> P }",
    "variable": "SELECT * { VALUES ?u { <U> } SERVICE ?u P }",
    "bound": "SELECT * { BIND(IRI('U') AS ?u) SERVICE $u P }",
    "glued": "PREFIX x: <U> SELECT * { SERVICEx:a P }",
    "EXISTS": "ASK { FILTER EXISTS { SERVICE <U> P } }",
    "NOT EXISTS": "ASK { FILTER (1 = 1 && NOT EXISTS { SERVICE <U> P }) }",
    "MINUS": "ASK { ?s ?p ?o MINUS { SERVICE <U> P } }",
    "OPTIONAL": "ASK { OPTIONAL { SERVICE <U> P } }",
    "UNION": "ASK { {} UNION { SERVICE <U> P } }",
    "GRAPH": "ASK { GRAPH ?g { SERVICE <U> P } }",
    "subquery": "SELECT * { { SELECT * { SERVICE <U> P } } }",
    "service in service": "SELECT * { SERVICE <urn:x> { SERVICE <U> P } }",
    "CONSTRUCT": "CONSTRUCT { ?s ?p ?o } { SERVICE <U> P }",
    "DESCRIBE": "DESCRIBE ?s { SERVICE <U> P }",
    "after a string": "SELECT * { ?s ?p 'x'SERVICE<U>P }",
    "after a number": "SELECT * { ?s ?p 1SERVICE<U>P }",
    "between quotes": "SELECT * { FILTER(?a<'>') SERVICE <U> P FILTER(\"'\"=\"'\") }",
    "between comparisons": "SELECT * { FILTER(1<2) SERVICE <U> P FILTER(2>1) }",
    "aggregate": "SELECT (COUNT(*) AS ?n) { SERVICE <U> P } GROUP BY ?s HAVING (COUNT(*) > 0)",
    "white space": "SELECT * { SERVICE\t\r\n\f <U> P }",
    "glued and silent": "PREFIX x: <U> SELECT * { SERVICESILENTx:a{ ?s ?p ?o } }",
    "glued like a prefix": "PREFIX x: <U>\nPREFIX SERVICEx: <urn:x> SELECT * { SERVICEx:a{ ?s ?p ?o } }",
    "comment on both sides": "SELECT * { SERVICE # { \n <U> #'''\n P }",
    "between quotes of values": "SELECT * { BIND('a' AS ?a) FILTER(?a<'>') SERVICE<U>P FILTER(\"'\"=\"'\") }",
    "after a quote in an IRI": "SELECT * { OPTIONAL { ?s <urn:x'> 1 } FILTER('a'<'>') SERVICE <U> P "
    'FILTER("\'"="\'") }',
    "after a hash in a name": "PREFIX e: <urn:> SELECT * { OPTIONAL { ?s e:a\\#b 1 } SERVICE <U> P }",
    "between quotes in names": "PREFIX e: <urn:> SELECT * { OPTIONAL { ?s e:a\\'b 1 } "
    "SERVICE <U> { ?s ?p e:a\\'b } }",
    "after a comment like an IRI": "PREFIX e: <urn:> SELECT * { FILTER(1<e:b#>'''\n) SERVICE <U> P #'''\n }",
}
NO_SERVICE = [
    "ASK { ?service <http://publications.europa.eu/resource/authority/service#x> 'SERVICE <urn:x> {}' }",
    "ASK { ?service <urn:service> ?o # SERVICE <urn:x> { ?s ?p ?o }\n }",
    "PREFIX service: <urn:> ASK { ?s service:service ?service . { ?s service:x 'its' } }",
    'ASK { ?s ?p """ SERVICE <urn:x> { " } """ . OPTIONAL { ?s <urn:it\'s> ?o } }',
]
ESCAPED = {
    "escaped keyword": "SELECT * { \\u0053ERVICE <U> P }",
    "escaped in part": "SELECT * { SERV\\u0049CE <U> P }",
    "long escape": "SELECT * { \\U00000053ERVICE <U> P }",
    "full width": "SELECT * { ＳＥＲＶＩＣＥ <U> P }",
    "zero width": "SELECT * { SER\u200bVICE <U> P }",
    "dotless": "SELECT * { SERVıCE <U> P }",
    "long s": "SELECT * { ſERVICE <U> P }",
}
OTHER = {
    "FROM": "SELECT * FROM <U> P",
    "FROM NAMED": "SELECT * FROM NAMED <U> { GRAPH ?g P }",
    "FROM several": "SELECT * FROM <U> FROM <Ux> FROM NAMED <Uy> P",
    "FROM prefixed": "PREFIX x: <U> ASK FROM x:a P",
    "GRAPH": "SELECT * { GRAPH <U> P }",
    "DESCRIBE": "DESCRIBE <U>",
    "function": "SELECT (<U>(1) AS ?x) {}",
    "string": "SELECT ('SERVICE <U> {}' AS ?x) {}",
}
UPDATES = ["LOAD <U>", "LOAD SILENT <U> INTO GRAPH <urn:g>", "load # \n <U>", "INSERT DATA { <U> <U> <U> }"]


@pytest.fixture(scope="module")
def call() -> Iterator[tuple[str, list[object]]]:
    with listening() as (address, calls):
        yield address, calls


def ask(http: httpx.Client, query: str, address: str) -> httpx.Response:
    text = query.replace("<U", f"<{address}").replace("'U'", f"'{address}'")
    assert address in text
    return http.get(
        "/sparql", params={"query": text.replace(" P", f" {PATTERN}").replace(">P", f">{PATTERN}")}
    )


@pytest.mark.parametrize("name", SERVICE)
def test_service_is_refused(http: httpx.Client, call: tuple[str, list[object]], name: str) -> None:
    response = ask(http, SERVICE[name], call[0])
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (403, "refused")
    assert "SERVICE" in response.json()["detail"]
    assert call[1] == []


@pytest.mark.parametrize("query", NO_SERVICE)
def test_the_word_service_is_not_refused(http: httpx.Client, query: str) -> None:
    assert http.get("/sparql", params={"query": query}).status_code == 200


@pytest.mark.parametrize("name", ESCAPED)
def test_what_only_looks_like_it_is_no_sparql(
    http: httpx.Client, call: tuple[str, list[object]], name: str
) -> None:
    assert ask(http, ESCAPED[name], call[0]).status_code in (400, 403)
    assert call[1] == []


@pytest.mark.parametrize("name", OTHER)
def test_an_address_is_only_a_name(http: httpx.Client, call: tuple[str, list[object]], name: str) -> None:
    assert ask(http, OTHER[name], call[0]).status_code == (400 if name == "function" else 200)
    assert call[1] == []


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("way", ["query", "update", "direct"])
def test_updates_are_refused(
    http: httpx.Client, call: tuple[str, list[object]], update: str, way: str
) -> None:
    text = update.replace("<U>", f"<{call[0]}>")
    if way == "direct":
        headers = {"Content-Type": "application/sparql-update"}
        response = http.post("/sparql", content=text, headers=headers)
    else:
        response = http.post("/sparql", data={way: text})
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (403, "refused")
    assert call[1] == []


@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri", "using-graph-uri"])
def test_graphs_of_the_protocol_are_only_names(
    http: httpx.Client, call: tuple[str, list[object]], parameter: str
) -> None:
    parameters = {"query": "SELECT * { ?s ?p ?o }", parameter: call[0]}
    assert http.get("/sparql", params=parameters).status_code == 200
    assert call[1] == []
