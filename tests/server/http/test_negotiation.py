from collections.abc import Sequence

import pytest

from accordgraph.results.formats import GRAPHS, RESULTS, Form
from accordgraph.server.http.negotiation import choose, choose_form
from accordgraph.server.http.problems import Problem

JSON, XML, CSV, TSV, HTML = (form.media_type for form in RESULTS[:5])
TURTLE, NTRIPLES, JSONLD, RDFXML = (form.media_type for form in GRAPHS[:4])


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("nonsense", JSON),
        ("text/*", CSV),
        ("application/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;charset=utf-8", CSV),
        ("text/csv, */*", CSV),
        ("text/csv;q=0.5, */*;q=0.5", CSV),
        ("text/csv;q=0.1, */*;q=0.5", JSON),
        ("text/csv; q=0.5 , text/tab-separated-values ;q=0.6", TSV),
        ("text/*;q=0.9, text/csv;q=0.1", TSV),
        ("*/*, application/sparql-results+json;q=0", XML),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", HTML),
        ("application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/xml"),
        ("application/json", "application/json"),
        ('image/png;title="a, text/csv", text/tab-separated-values;q=0.2', TSV),
        ("text/csv;q=2, application/sparql-results+xml;q=0.1", XML),
        ("text/csv;q=.2, text/tab-separated-values; q=.3", TSV),
        ("text/csv;q=0.12345", CSV),
        ("text/turtle, *; q=.2", JSON),
    ],
)
def test_results(accept: str | None, media_type: str) -> None:
    choice = choose(accept, RESULTS)
    assert choice is not None
    assert choice.content_type.partition(";")[0] == media_type


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, TURTLE),
        ("application/*", NTRIPLES),
        ("application/ld+json, text/turtle;q=0.9", JSONLD),
        ("application/json", "application/json"),
        ("application/rdf+xml;q=0.3, application/n-triples;q=0.4", NTRIPLES),
        ("application/rdf+xml, text/html", RDFXML),
        ('application/ld+json;profile="a;q=0.1;b", text/turtle;q=0.5', JSONLD),
        ('application/ld+json;profile="a;q=0;b"', JSONLD),
        ('application/ld+json;profile="a\\";q=0;b";q=0.4, text/turtle;q=0.5', TURTLE),
        ("application/x-trig", "application/x-trig"),
        ("text/x-nquads", "text/x-nquads"),
        ("text/nquads", "text/nquads"),
        ("application/turtle", "application/turtle"),
        ("text/plain", "text/plain"),
        ("text/*", TURTLE),
        ("text/html, application/rdf+xml;q=0.9", HTML),
        ("image/gif, image/jpeg, *; q=.2, */*; q=.2", TURTLE),
        ("text/rdf+n3", "text/rdf+n3"),
    ],
)
def test_graphs(accept: str | None, media_type: str) -> None:
    choice = choose(accept, GRAPHS)
    assert choice is not None
    assert choice.content_type.partition(";")[0] == media_type


@pytest.mark.parametrize("accept", ["image/*", "*/*;q=0", "text/csv;q=0", "text/turtle"])
def test_nothing_fits(accept: str) -> None:
    assert choose(accept, RESULTS) is None


@pytest.mark.parametrize(
    ("name", "forms", "content_type"),
    [
        ("turtle", GRAPHS, "text/turtle; charset=utf-8"),
        ("N3", GRAPHS, "text/turtle; charset=utf-8"),
        ("ntriples", GRAPHS, NTRIPLES),
        ("json-ld", GRAPHS, JSONLD),
        ("application/json", GRAPHS, "application/json"),
        ("application/json", RESULTS, "application/json"),
        ("xml", GRAPHS, RDFXML),
        ("xml", RESULTS, XML),
        ("rdf+xml", GRAPHS, RDFXML),
        ("rdf xml", GRAPHS, RDFXML),
        ("rdfxml", GRAPHS, RDFXML),
        ("application/xml; charset=utf-8", RESULTS, "application/xml"),
        ("srj", RESULTS, JSON),
        ("srx", RESULTS, XML),
        ("zip", RESULTS, "text/tab-separated-values; charset=utf-8"),
        ("", RESULTS, "text/tab-separated-values; charset=utf-8"),
        (None, RESULTS, "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_names(name: str | None, forms: Sequence[Form], content_type: str) -> None:
    accept = TSV if forms is RESULTS else "image/png"
    assert choose_form(accept, name, forms).content_type == content_type


@pytest.mark.parametrize(("name", "forms"), [("turtle", RESULTS), ("csv", GRAPHS), ("rq", RESULTS)])
def test_a_form_that_the_answer_does_not_have(name: str, forms: Sequence[Form]) -> None:
    with pytest.raises(Problem, match="the available formats are"):
        choose_form("*/*", name, forms)
