"""SPARQLWrapper, which sends the form by Accept and by names of its own, gets the form that it asks for."""

from http.client import HTTPResponse

import pytest
from rdflib import Graph
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, RDFXML, TSV, TURTLE, XML, SPARQLWrapper

GRAPH = "CONSTRUCT WHERE { ?s ?p ?o }"
ROWS = "SELECT * { ?s ?p ?o }"


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize(
    ("query", "form", "media_type"),
    [
        (GRAPH, TURTLE, "text/turtle"),
        (GRAPH, N3, "text/turtle"),
        (GRAPH, JSONLD, "application/ld+json"),
        (GRAPH, XML, "application/rdf+xml"),
        (GRAPH, RDFXML, "application/rdf+xml"),
        (ROWS, JSON, "application/sparql-results+json"),
        (ROWS, XML, "application/sparql-results+xml"),
        (ROWS, CSV, "text/csv"),
        (ROWS, TSV, "text/tab-separated-values"),
    ],
)
def test_the_form_is_the_one_asked_for(
    address: str, method: str, query: str, form: str, media_type: str
) -> None:
    wrapper = SPARQLWrapper(f"{address}/sparql")
    wrapper.setMethod(method)
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    response: HTTPResponse = wrapper.query().response
    assert response.headers.get_content_type() == media_type
    body = response.read()
    if query == GRAPH:
        assert len(Graph().parse(data=body, format=media_type)) == 4
    else:
        assert b"2022-10-03" in body
