"""What is written in every form is read as the same terms by readers that are not ours."""

import csv
import io
from xml.etree import ElementTree

import pandas
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as some

from accordgraph.errors import InputError, LimitExceeded
from accordgraph.results import formats
from accordgraph.results.exact_text import XmlOutput
from accordgraph.results.formats import Form
from accordgraph.results.result import Answer
from accordgraph.results.writers import render, write
from accordgraph.store.local import LocalStore
from faults import siblings

NAMESPACE = "{http://www.w3.org/2005/sparql-results#}"
TEXTS = some.text(some.characters(exclude_categories=["Cs"]), max_size=60) | some.text(
    some.sampled_from(",\"'\r\n\t \\\x00\x01\x1b\x85\u2028\ufffe\uffff\U0001f600<>&]"), max_size=20
)
DATATYPES = some.sampled_from(
    [None, "integer", "decimal", "double", "boolean", "date", "dateTime", "duration", "hexBinary", "anyURI"]
)


def answer(text: str) -> Answer:
    return LocalStore(ox.Store(), "digest", 0).query(text)


def written(text: str, form: Form) -> bytes:
    output = io.BytesIO()
    write(answer(text), form, output)
    return output.getvalue()


def term(text: str, datatype: str | None = None) -> str:
    escaped = "".join(f"\\U{ord(letter):08X}" for letter in text)
    return f'"{escaped}"' + (f"^^<http://www.w3.org/2001/XMLSchema#{datatype}>" if datatype else "")


@pytest.mark.parametrize(("value", "field"), siblings("csv"))
def test_a_field_of_csv(value: str, field: str) -> None:
    octets = written(f"SELECT ({value} AS ?a) (3 AS ?b) {{}}", formats.CSV)
    assert list(csv.reader(io.StringIO(octets.decode(), newline=""))) == [["a", "b"], [field, "3"]]


@pytest.mark.parametrize(("text", "result"), siblings("xml"))
def test_a_text_in_xml(text: str, result: str) -> None:
    results = f"SELECT ({term(text)} AS ?x) {{}}"
    graph = f"CONSTRUCT {{ <urn:a> <urn:p#q> {term(text)} }} {{}}"
    if result == "kept":
        document = ElementTree.fromstring(written(results, formats.XML))
        assert document.findtext(f".//{NAMESPACE}literal") == text
        read = rdflib.Graph().parse(data=written(graph, formats.RDF_XML), format="xml")
        assert [str(value) for value in read.objects()] == [text]
        return
    for query, form in ((results, formats.XML), (graph, formats.RDF_XML)):
        output = io.BytesIO()
        with pytest.raises(InputError, match=result.removeprefix("refused: ").replace("+", r"\+")):
            write(answer(query), form, output)
        assert form == formats.XML or output.getvalue() == b"", "RDF/XML is written whole or not at all"
        assert b"</sparql>" not in output.getvalue()


@pytest.mark.parametrize("character", ["\ufffe", "\uffff", "\x01"])
def test_a_character_in_pieces_is_refused(character: str) -> None:
    output = io.BytesIO()
    pieces = XmlOutput(output)
    with pytest.raises(InputError):
        for octet in f"<a>é{character}</a>".encode():
            pieces.write(bytes([octet]))
    assert b"</a>" not in output.getvalue()


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(TEXTS, DATATYPES)
def test_any_literal_in_csv_and_tsv(text: str, datatype: str | None) -> None:
    query = f"SELECT ({term(text, datatype)} AS ?a) (3 AS ?b) {{}}"
    (row,) = answer(query).rows()
    value = row[0]
    assert isinstance(value, ox.Literal)
    octets = written(query, formats.CSV)
    assert list(csv.reader(io.StringIO(octets.decode(), newline=""), strict=True))[1] == [value.value, "3"]
    lines = written(query, formats.TSV).decode().split("\n")
    assert [line.count("\t") for line in lines] == [1, 1, 0], "split at tabs and line ends"
    tsv = ox.parse_query_results(written(query, formats.TSV), ox.QueryResultsFormat.TSV)
    assert isinstance(tsv, ox.QuerySolutions)
    assert next(tsv)["a"] == value


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(TEXTS, DATATYPES)
def test_any_literal_in_json_and_xml(text: str, datatype: str | None) -> None:
    query = f"SELECT ({term(text, datatype)} AS ?a) {{}}"
    (row,) = answer(query).rows()
    value = row[0]
    assert isinstance(value, ox.Literal)
    json = rdflib.query.Result.parse(io.BytesIO(written(query, formats.JSON)), format="json")
    assert [str(binding[rdflib.Variable("a")]) for binding in json.bindings] == [value.value]
    try:
        octets = written(query, formats.XML)
    except InputError:
        return
    assert ElementTree.fromstring(octets).findtext(f".//{NAMESPACE}literal") == value.value


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(TEXTS, DATATYPES)
def test_any_literal_in_a_graph(text: str, datatype: str | None) -> None:
    query = f"CONSTRUCT {{ <urn:a> <urn:p#q> {term(text, datatype)} }} {{}}"
    (triple,) = answer(query).triples()
    value = triple.object
    assert isinstance(value, ox.Literal)
    for form, name in ((formats.N_TRIPLES, "nt"), (formats.RDF_XML, "xml"), (formats.JSON_LD, "json-ld")):
        try:
            octets = written(query, form)
        except InputError:
            assert form == formats.RDF_XML
            continue
        graph = rdflib.Graph()
        with graph_without_normalization():
            graph.parse(data=octets, format=name)
        (read,) = graph.objects()
        assert str(read) == value.value
    for ours in (written(query, formats.TURTLE), render(answer(query), "ttl").encode()):
        assert [quad.triple for quad in ox.parse(ours, ox.RdfFormat.TURTLE)] == [triple]


class graph_without_normalization:
    """rdflib writes some literals anew when it reads them, unless it is told not to."""

    def __enter__(self) -> None:
        self.before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False

    def __exit__(self, *_: object) -> None:
        rdflib.NORMALIZE_LITERALS = self.before


@pytest.mark.parametrize("value", ['""', "?unbound", '"a"', "<urn:a,b>"])
def test_no_row_of_one_column_is_lost(value: str) -> None:
    query = f"SELECT ({value} AS ?x) {{ VALUES ?y {{ 1 2 3 }} }}"
    octets = written(query, formats.CSV)
    assert len(pandas.read_csv(io.BytesIO(octets))) == 3
    assert len(list(csv.DictReader(io.StringIO(octets.decode(), newline="")))) == 3


def test_csv_has_no_more_rows_than_allowed() -> None:
    query = "SELECT ?x { VALUES ?x { 1 2 3 } }"
    assert write(answer(query), formats.CSV, io.BytesIO(), 3) == 3
    with pytest.raises(LimitExceeded):
        write(answer(query), formats.CSV, io.BytesIO(), 2)


@pytest.mark.parametrize("body", ["<urn:a> <urn:b> _:x . <urn:c> <urn:b> _:x", "_:x <urn:b> _:x"])
def test_a_graph_without_canonical_form_is_still_turtle(body: str) -> None:
    text = render(answer(f"CONSTRUCT {{ {body} }} {{}}"), "ttl")
    assert len(list(ox.parse(text, ox.RdfFormat.TURTLE))) == body.count("<urn:b>")
