"""A character that a form cannot hold is refused, or cuts the connection: no wrong answer ends cleanly."""

from contextlib import suppress

import httpx
import pytest

WORDS = " ".join(f'"a word of some length {number}"' for number in range(2_000))


@pytest.mark.parametrize("form", ["xml", "xlsx"])
def test_a_short_answer_is_refused(http: httpx.Client, form: str) -> None:
    response = http.get("/sparql", params={"query": 'SELECT ("\\u0001" AS ?x) {}', "format": form})
    assert response.status_code == 406
    assert "hold" in response.json()["detail"]


@pytest.mark.parametrize("form", ["rdf", "xlsx"])
def test_a_long_answer_that_is_written_whole_is_refused(http: httpx.Client, form: str) -> None:
    clause = "CONSTRUCT { <urn:a> <urn:p#q> ?x }" if form == "rdf" else "SELECT ?x"
    query = f'{clause} {{ VALUES ?x {{ {WORDS} "z\\u0001" }} }}'
    response = http.post("/sparql", params={"format": form}, data={"query": query})
    assert response.status_code == 406


def test_a_long_answer_does_not_end_cleanly(http: httpx.Client) -> None:
    query = f'SELECT ?x {{ VALUES ?x {{ {WORDS} "z\\u0001" }} }}'
    with suppress(httpx.RemoteProtocolError):  # the connection is cut if something has been sent
        response = http.post("/sparql", params={"format": "xml"}, data={"query": query})
        assert response.status_code == 406
    response = http.post("/sparql", params={"format": "json"}, data={"query": query})
    assert response.json()["results"]["bindings"][-1]["x"]["value"] == "z\x01"
