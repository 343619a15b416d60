"""The canonical form says all that the file says, or the reason why it cannot is the true one."""

from pathlib import Path

import pytest
from pyoxigraph import BaseDirection as Direction
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from accordgraph.errors import TurtleError
from accordgraph.rdf.canonical_turtle import write
from accordgraph.rdf.turtle import canonical, fingerprint, parse_text
from accordgraph.validation.shacl import load_shapes
from faults import siblings

PATH = Path("x.ttl")


@pytest.mark.parametrize(("turtle", "result"), siblings("formatter"))
def test_a_file(tmp_path: Path, turtle: str, result: str) -> None:
    if result == "written":
        text = canonical(turtle, PATH)
        assert canonical(text, PATH) == text
        assert fingerprint(parse_text(text, PATH)) == fingerprint(parse_text(turtle, PATH))
        return
    with pytest.raises(TurtleError) as refused:
        canonical(turtle, PATH)
    assert refused.value.message.startswith(result)
    if "RDF 1.2" in result:
        (tmp_path / "x.ttl").write_text(turtle, encoding="utf-8")
        with pytest.raises(TurtleError, match=r"RDF 1\.2"):
            load_shapes([tmp_path / "x.ttl"])


@pytest.mark.parametrize("direction", [Direction.RTL, Direction.LTR])
def test_the_direction_of_an_answer_is_kept(direction: Direction) -> None:
    text = Literal("x", language="ar", direction=direction)
    triple = Triple(NamedNode("urn:a"), NamedNode("urn:b"), text)
    assert [quad.triple for quad in parse(write([triple]), RdfFormat.TURTLE)] == [triple]
