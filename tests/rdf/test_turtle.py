"""Canonical Turtle: one text for one graph, and the same graph again."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from accordgraph.errors import ReferenceMissing, TurtleError
from accordgraph.namespaces import ACG, CONCEPT, ID, SKOS, XSD
from accordgraph.project import find_project, find_reference
from accordgraph.rdf.canonical_turtle import write
from accordgraph.rdf.turtle import canonical, comments, fingerprint, format_file, parse_text

HERE = Path("here.ttl")
PREFIXES = """
@base <https://w3id.org/accordgraph/id/> .
@prefix acg: <https://w3id.org/accordgraph/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
FILES = list(find_project().turtle_files())

iris = st.one_of(
    st.sampled_from(
        [ID["be/act/law-2022-10-03"], ID["a/b.c"], ACG.Act, CONCEPT["theme/telework"], CONCEPT["theme"]]
    ),
    st.text(st.characters(categories=("L", "N"), include_characters="-._~/:%#"), max_size=8).map(
        lambda text: NamedNode(f"https://w3id.org/accordgraph/id/{text.replace('%', '')}")
    ),
)
literals = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=20).map(Literal),
    st.text(st.characters(codec="utf-8"), max_size=20).map(lambda text: Literal(text, language="nl")),
    st.text("0123456789+-.e", max_size=6).map(lambda text: Literal(text, datatype=XSD.decimal)),
    st.text("0123456789+-", max_size=4).map(lambda text: Literal(text, datatype=XSD.integer)),
    st.sampled_from(["true", "false", "1", "yes"]).map(lambda text: Literal(text, datatype=XSD.boolean)),
    st.dates().map(lambda day: Literal(day.isoformat(), datatype=XSD.date)),
)


@given(st.lists(st.builds(Triple, iris, iris, st.one_of(iris, literals)), max_size=12), st.randoms())
def test_lossless_and_stable(triples: list[Triple], shuffle: random.Random) -> None:
    text = write(triples)
    assert frozenset(parse_text(text, HERE)) == frozenset(triples)
    shuffle.shuffle(triples)
    assert write(triples) == text
    assert canonical(text, HERE) == text


def test_the_form() -> None:
    text = (
        PREFIXES
        + """
        <b> acg:signedOn "2023-01-02"^^xsd:date ; a acg:Act .
        <b> skos:prefLabel "wet"@nl, "law"@en ; acg:minimumWorkers 20 .
        <be/a> acg:isNet true . <be/a> acg:implements <b>, acg:x .
        acg:Act a owl:Class . <https://w3id.org/accordgraph/ontology> a owl:Ontology .
    """
    )
    assert (
        canonical(text, HERE)
        == """\
@base <https://w3id.org/accordgraph/id/> .
@prefix acg: <https://w3id.org/accordgraph/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://w3id.org/accordgraph/ontology>
    a owl:Ontology ;
.

acg:Act
    a owl:Class ;
.

<b>
    a acg:Act ;
    skos:prefLabel
        "law"@en ,
        "wet"@nl ;
    acg:minimumWorkers 20 ;
    acg:signedOn "2023-01-02"^^xsd:date ;
.

<be/a>
    acg:implements
        <b> ,
        acg:x ;
    acg:isNet true ;
.
"""
    )


def test_lists_and_nested_nodes() -> None:
    text = (
        PREFIXES
        + """
        acg:S sh:in ( 1 "two" acg:three ) ; sh:and () .
        acg:S sh:or ( [ sh:minCount 1 ; sh:path [ sh:inversePath acg:p ] ] acg:T ) .
        [] a owl:AllDisjointClasses ; owl:members ( acg:A acg:B ) .
    """
    )
    result = canonical(text, HERE)
    assert fingerprint(parse_text(result, HERE)) == fingerprint(parse_text(text, HERE))
    assert canonical(result, HERE) == result
    assert 'sh:in ( 1 "two" acg:three ) ;' in result
    assert "sh:and () ;" in result
    assert "rdf:first" not in result


def test_the_names_of_blank_nodes_and_the_order_of_triples_do_not_matter() -> None:
    nodes = [BlankNode() for _ in range(6)]
    triples = [Triple(ACG.s, ACG.p, node) for node in nodes]
    triples += [Triple(node, SKOS.notation, Literal(str(number))) for number, node in enumerate(nodes)]
    texts = set()
    for seed in range(20):
        random.Random(seed).shuffle(triples)
        texts.add(write(triples))
    assert len(texts) == 1


@pytest.mark.parametrize(
    "text", ["<a> acg:p _:x . <b> acg:p _:x .", "_:x acg:p _:x .", "_:x acg:p _:y . _:y acg:p _:x ."]
)
def test_a_blank_node_with_no_one_place_is_refused(text: str) -> None:
    with pytest.raises(TurtleError, match="give it an IRI"):
        canonical(PREFIXES + text, HERE)


@pytest.mark.parametrize(
    "text",
    ["<a> rdf:rest _:l . _:l rdf:first 1 ; rdf:rest <b> .", "<a> acg:p [ rdf:first 1, 2 ; rdf:rest () ] ."],
)
def test_what_only_looks_like_a_list_is_kept(text: str) -> None:
    result = canonical(PREFIXES + text, HERE)
    assert canonical(result, HERE) == result


def test_a_comment_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    text = PREFIXES + '<a#b> acg:p "# no comment", """\n# nor this "quoted" """ .\n# but this\n'
    path.write_text(text, encoding="utf-8")
    assert comments(text) == [11]
    with pytest.raises(TurtleError, match=r"a\.ttl:11: a comment"):
        format_file(path)
    assert path.read_text(encoding="utf-8") == text


def test_a_syntax_error_names_line_and_column() -> None:
    with pytest.raises(TurtleError, match=r"here\.ttl:10:\d+: ") as raised:
        parse_text(PREFIXES + "<a> a acg:Act .\n<b> a acx:Act .\n", HERE)
    assert (raised.value.line, "acx" in str(raised.value)) == (10, True)


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes("<a> <b> 'é' .".encode("latin-1"))
    with pytest.raises(TurtleError, match="not UTF-8"):
        format_file(path)


def test_line_ends_are_those_of_unix(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(write([Triple(ACG.a, ACG.b, ACG.c)]).replace("\n", "\r\n").encode())
    assert format_file(path, check=True)
    assert format_file(path)
    assert b"\r" not in path.read_bytes()
    assert not format_file(path)


def test_five_thousand_triples_come_back() -> None:
    triples = [Triple(ID[f"be/{n // 10}"], ACG[f"p{n % 10}"], Literal(f"value {n}")) for n in range(5_000)]
    text = write(triples)
    assert canonical(text, HERE) == text


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_files_of_the_graph_are_canonical(path: Path) -> None:
    assert not format_file(path, check=True), f"`accordgraph format {path}` puts it right"


def test_official_shapes_survive() -> None:
    """Shapes and vocabularies that others wrote, with many blank nodes, come through without a loss."""
    try:
        folder = find_reference() / "standards"
    except ReferenceMissing as reason:
        pytest.skip(str(reason))
    formatted = 0
    for path in sorted(folder.rglob("*.ttl")):
        try:
            result = canonical(path.read_text(encoding="utf-8"), path)
        except TurtleError:
            continue
        formatted += 1
        assert canonical(result, path) == result
    assert formatted >= 20
