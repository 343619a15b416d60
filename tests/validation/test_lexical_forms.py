"""Every literal has a text that its datatype has: the patterns of XSD 1.1, one table row a datatype."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from accordgraph.namespaces import RDF, XSD
from accordgraph.project import Project
from accordgraph.rdf.xsd import fault, is_lexical
from accordgraph.validation.lexical_forms import check_lexical_forms
from faults import kinds, siblings

Run = Callable[..., Result]
ROWS = kinds()["lexical-forms"].rows
EVERY = [XSD[row[0]] for row in ROWS]


def texts(cell: str) -> list[str]:
    escaped = re.sub(r"\\u(....)", lambda match: chr(int(match[1], 16)), cell)
    return [t.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r") for t in escaped.split("|")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_a_datatype(row: list[str]) -> None:
    datatype = XSD[row[0]]
    exists = row[0] not in ("int3ger", "datetime", "anyType")
    for text in texts(row[1]) if exists else ():
        assert fault(Literal(text, datatype=datatype)) == "", text
    for text in texts(row[2]):
        message = fault(Literal(text, datatype=datatype))
        assert message, text
        assert row[0] in message
        example = message.rpartition("for example, ")[2]
        assert not exists or is_lexical(example, datatype), "the example is right"


def test_the_datatypes_of_rdf() -> None:
    for datatype, right, wrong in (
        (RDF.JSON, '{"a": [1, null]}', '{"a": NaN}'),
        (RDF.JSON, '"a"', "{'a': 1}"),
        (RDF.XMLLiteral, "a <b>c</b>", "a <b>c"),
        (RDF.HTML, "a <br> b", None),
    ):
        assert is_lexical(right, datatype)
        assert wrong is None or not is_lexical(wrong, datatype)
    assert fault(Literal("a\x01", language="en"))
    assert not fault(Literal("a", language="en"))
    assert not fault(Literal("whatever", datatype=NamedNode("urn:a:datatype")))


@settings(deadline=None, database=None, derandomize=True)
@given(some.sampled_from(EVERY), some.text(max_size=40))
def test_any_text_is_judged(datatype: NamedNode, text: str) -> None:
    assert bool(fault(Literal(text, datatype=datatype))) is not is_lexical(text, datatype)


@settings(deadline=None, database=None, derandomize=True)
@given(some.integers())
def test_every_integer_is_right(number: int) -> None:
    assert is_lexical(str(number), XSD.integer)
    assert is_lexical(str(number), XSD.byte) == (-128 <= number <= 127)


@settings(deadline=None, database=None, derandomize=True)
@given(some.dates())
def test_every_day_is_right(day: object) -> None:
    assert is_lexical(str(day), XSD.date)
    assert not is_lexical(str(day), XSD.dateTime)


@settings(deadline=None, database=None, derandomize=True)
@given(some.floats())
def test_every_double_is_right_as_xsd_writes_it(number: float) -> None:
    text = {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(str(number), str(number))
    assert is_lexical(text, XSD.double)


def test_long_texts_are_judged_soon() -> None:
    for name in ("integer", "byte", "decimal", "duration", "base64Binary", "token", "dateTime", "NMTOKENS"):
        for text in ("1" * 100_000, "A " * 100_000, "P" + "1Y" * 100_000, " " * 100_000):
            is_lexical(text, XSD[name])
    assert is_lexical("1" * 100_000, XSD.integer)
    assert not is_lexical("1" * 100_000, XSD.byte)


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        ("acg:depositedOn", '"2023-W12-4"^^xsd:date'),
        ("acg:depositedOn", '"2023-02-30"^^xsd:date'),
        ("acg:recursEvery", '"P1Y1W"^^xsd:duration'),
        ("acg:minimumWorkers", '"2_0"^^xsd:integer'),
        ("acg:minimumWorkers", '" 20 "^^xsd:integer'),
        ("dcterms:issued", '"2023"^^xsd:datetime'),
    ],
)
def test_an_ill_typed_value_does_not_conform(
    mini: Project, accordgraph: Run, property_: str, value: str
) -> None:
    path = mini.data / "be" / "instruments.ttl"
    text = path.read_text(encoding="utf-8")
    text += f"<be/collective-agreement/178388> {property_} {value} .\n"
    if "dcterms:" in property_:
        text = "@prefix dcterms: <http://purl.org/dc/terms/> .\n" + text
    path.write_text(text, encoding="utf-8")
    result = accordgraph("validate")
    assert result.exit_code == 1
    assert f"[{property_} {value}]" in result.stdout
    node = "  <be/collective-agreement/178388>"
    assert result.stdout.startswith(f"Violation in data/be/instruments.ttl\n{node}")


def test_a_day_that_python_does_not_know_conforms(mini: Project, accordgraph: Run) -> None:
    path = mini.data / "be" / "instruments.ttl"
    text = path.read_text(encoding="utf-8")
    assert '"2023-02-17"^^xsd:date' in text
    path.write_text(text.replace('"2023-02-17"^^xsd:date', '"-0044-03-15"^^xsd:date'), encoding="utf-8")
    assert "acg:depositedOn" not in accordgraph("validate").stdout


def test_a_fault_of_a_blank_node_is_one_of_its_owner() -> None:
    node, owner, wrong = BlankNode("x"), NamedNode("urn:a"), Literal("x", datatype=XSD.integer)
    (found,) = check_lexical_forms([Triple(owner, RDF.value, node), Triple(node, RDF.value, wrong)])
    assert found.node == "urn:a"
    circle = Triple(node, RDF.value, node)
    assert check_lexical_forms([circle, Triple(node, RDF.value, wrong)])


def test_an_ill_typed_value_in_shapes_is_refused(mini: Project, accordgraph: Run, tmp_path: Path) -> None:
    path = next(mini.shapes.glob("*.ttl"))
    text = path.read_text(encoding="utf-8")
    assert "sh:minCount 1 ;" in text
    wrong = f'sh:minCount "1_0"^^{XSD.integer} ;'
    path.write_text(text.replace("sh:minCount 1 ;", wrong, 1), encoding="utf-8")
    result = accordgraph("validate")
    assert result.exit_code == 2
    assert "sh:minCount of shape:" in result.stderr
    assert "'1_0' is no xsd:integer; right is, for example, 20" in result.stderr


def test_the_table_is_complete() -> None:
    assert len(siblings("lexical-forms")) == len({row[0] for row in ROWS})
