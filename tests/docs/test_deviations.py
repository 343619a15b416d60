"""The deviations that docs/deviations.md lists are still so; when the engine mends one, its row has to go."""

import io
import re

import pytest

from accordgraph.errors import EvaluationError, InputError, QueryError
from accordgraph.results import formats, writers
from accordgraph.store.local import MemoryStore
from support.paths import ROOT

PAGE = ROOT / "docs" / "deviations.md"
TEXT = PAGE.read_text(encoding="utf-8")


def rows(header: str) -> list[list[str]]:
    """Return the cells of the tables with a header."""
    tables = re.findall(rf"^\| {re.escape(header)} \|\n\| --- .*\n((?:\| .*\n)+)", TEXT, re.MULTILINE)
    lines = "".join(tables).splitlines()
    return [re.split(r" \| ", line.removeprefix("| ").removesuffix(" |")) for line in lines]


DEVIATIONS = rows("query | by the recommendation | here")
SURPRISES = rows("query | answer | why")
STORE = MemoryStore(b'<urn:s> <urn:p> "o" .')


def answer(query: str, form: formats.Form) -> str:
    output = io.BytesIO()
    writers.write(STORE.query(query), form, output)
    return output.getvalue().decode()


def told(query: str) -> str:
    """Return the answer to the query of a row as the page writes it."""
    try:
        head, value = answer(query.strip("`").replace("\\|", "|"), formats.TSV).split("\n")[:-1]
    except QueryError:
        return "refused"
    assert head == "?x"
    return f"`{value}`" if value else "unbound"


def test_every_row_is_read() -> None:
    assert len(DEVIATIONS) + len(SURPRISES) == TEXT.count("\n| `") > 10


@pytest.mark.parametrize(("query", "standard", "here"), DEVIATIONS)
def test_it_is_still_so(query: str, standard: str, here: str) -> None:
    assert told(query) == here
    assert standard != here, "where there is no difference there is no deviation"


@pytest.mark.parametrize(("query", "here", "why"), SURPRISES)
def test_it_still_surprises(query: str, here: str, why: str) -> None:
    assert told(query) == here and why


def test_a_graph_has_each_triple_once_and_in_order() -> None:
    query = "CONSTRUCT { <urn:s> <urn:p> ?x, 1 } { VALUES ?x { 3 1 2 2 } }"
    lines = answer(query, formats.N_TRIPLES).splitlines()
    assert lines == sorted(set(lines)) and len(lines) == 3


def test_json_ld_cannot_hold_triples_about_triples() -> None:
    with pytest.raises(EvaluationError, match="JSON-LD cannot hold this graph"):
        answer("CONSTRUCT { <urn:s> <urn:p> <<( <urn:s> <urn:p> 1 )>> } {}", formats.JSON_LD)


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT ('a\\u0001b' AS ?x) {}", formats.XML),
        ("CONSTRUCT { <urn:s> <urn:p> 'a\\u0001b' } {}", formats.RDF_XML),
        ("CONSTRUCT { <urn:s> <http://a.example/> 1 } {}", formats.RDF_XML),
    ],
)
def test_what_xml_cannot_hold_is_refused(query: str, form: formats.Form) -> None:
    with pytest.raises(InputError, match="use another format"):
        answer(query, form)
