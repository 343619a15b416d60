"""Whatever cannot be evaluated is a 400 with its reason, or an unbound value; no failure of the server."""

import httpx
import pytest

EXPRESSIONS = """
REGEX('a', '(')
REGEX('a', '[', 'zzz')
REGEX('a', 'a{1000000000}')
REPLACE('a', '(', '$9')
REPLACE('a', '', '$')
xsd:integer('x')
xsd:dateTime('9999999999-01-01T00:00:00Z') + xsd:duration('P99999999999Y')
xsd:decimal('1e400'^^xsd:double)
xsd:integer(1e400)
xsd:boolean('maybe')
xsd:date('2020-02-31')
IRI('not an iri <>')
IRI('\\u0000')
IRI(1)
DATATYPE(<urn:a>)
DATATYPE(?unbound)
LANG(<urn:a>)
1 / 0
1.0 / 0.0
9223372036854775807 + 1
-9223372036854775808 / -1
ABS(-9223372036854775808)
SUBSTR('abc', -9223372036854775808, 9223372036854775807)
SUBSTR('abc', 2, -1)
YEAR('x'^^xsd:dateTime)
STRLANG('a', 'not a tag!')
STRDT('a', 'not an iri')
STRDT('a', <>)
STRLANGDIR('a', 'en', 'sideways')
BNODE('x y')
CONCAT(1, 2)
ENCODE_FOR_URI(1)
STRBEFORE('a'@en, 'a'@fr)
ADJUST(NOW(), 'PT99H'^^xsd:dayTimeDuration)
xsd:date('2020-01-01') - xsd:date('-9999-01-01')
xsd:dayTimeDuration('P99999999999999999999D')
ROUND(1e400)
TRIPLE(1, 2, 3)
SUBJECT(1)
EXISTS { ?s ?p ?o }
?unbound + 1
!'x'
<urn:a> < 1
'a' < 1
NOT EXISTS { ?s <urn:p>* ?o }
""".strip().splitlines()
UNKNOWN = ["<urn:f>(1)", "acg:f(1)", "<http://www.w3.org/2005/xpath-functions#nope>()", "xsd:nope('x')"]
WRONG = [
    "SELECT (IF(1) AS ?x) {}",
    "SELECT (SAMPLE(*) AS ?x) {}",
    "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999",
    "SELECT ?x { VALUES (?x ?y) { (1) } }",
    "SELECT ('\\uD800' AS ?x) {}",
    "SELECT ('a'@averylonglanguagetag AS ?x) {}",
    "SELECT ?x (COUNT(?x) AS ?x) {} GROUP BY ?x",
    "CONSTRUCT { GRAPH <urn:g> { <urn:a> <urn:b> 1 } } {}",
    "SELECT * { ?s <urn:p>{1,2} ?o }",
    "BASE <relative> SELECT * { ?s ?p ?o",
]
STRANGE = [
    "DESCRIBE ?x { BIND(1 AS ?x) }",
    "CONSTRUCT { ?s ?p ?o } { BIND(1 AS ?s) BIND(2 AS ?p) BIND(3 AS ?o) }",
    "CONSTRUCT { <urn:a> <http://a.example/> 1 } {}",
    "CONSTRUCT { <urn:a> <http://a.example/%20> 'a\\u0000b' } {}",
    "CONSTRUCT { <urn:a> <urn:p> <<( <urn:a> <urn:b> <urn:c> )>> } {}",
    "CONSTRUCT { << <urn:a> <urn:b> 1 >> <urn:p> 2 } {}",
    "CONSTRUCT { <urn:a> <urn:p> 'x'@en--ltr } {}",
]


def check(response: httpx.Response, *statuses: int) -> None:
    assert response.status_code in statuses, response.text
    if response.status_code != 200:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_error_of_an_expression_is_no_error_of_the_query(http: httpx.Client, expression: str) -> None:
    patterns = f"BIND({expression} AS ?x)", f"FILTER({expression})", f"OPTIONAL {{ FILTER({expression}) }}"
    for text in (f"SELECT ({expression} AS ?x) {{}}", *(f"SELECT * {{ {pattern} }}" for pattern in patterns)):
        for form in ("json", "xml", "csv", "tsv", "html"):
            check(http.get("/sparql", params={"query": text, "format": form}), 200)


@pytest.mark.parametrize("expression", UNKNOWN)
@pytest.mark.parametrize(
    "query",
    [
        "SELECT ({} AS ?x) {{}}",
        "ASK {{ FILTER({}) }}",
        "SELECT * {{ ?s ?p ?o }} ORDER BY {}",
        "DESCRIBE ?x {{ BIND({} AS ?x) }}",
    ],
)
def test_an_unknown_function_is_named(http: httpx.Client, expression: str, query: str) -> None:
    response = http.get("/sparql", params={"query": query.format(expression)})
    check(response, 400)
    assert response.json()["type"].endswith("/problem/evaluation")
    assert expression.partition("(")[0].strip("<>").rpartition(":")[2] in response.json()["detail"]


@pytest.mark.parametrize("query", WRONG)
def test_what_is_not_sparql(http: httpx.Client, query: str) -> None:
    response = http.get("/sparql", params={"query": query})
    check(response, 400)
    assert response.json()["type"].endswith("/problem/malformed-query")


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld", "rdf", "trig", "nq", "html"])
@pytest.mark.parametrize("query", STRANGE)
def test_strange_graphs(http: httpx.Client, query: str, form: str) -> None:
    check(http.get("/sparql", params={"query": query, "format": form}), 200, 400, 406)


def test_no_process_was_lost(http: httpx.Client) -> None:
    """Each of these questions, asked again, is answered by the same server."""
    assert http.get("/health").json()["recovered"] == 0
    for query in ("ASK {}", "DESCRIBE <urn:a>"):
        check(http.get("/sparql", params={"query": query}), 200)
