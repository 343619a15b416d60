"""Dumps: the dataset and each of its named graphs in every format of RDF, the same octets each time.

The N-Quads of the whole are those of the build, so that their checksum is the digest of the dataset.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Triple, parse, serialize

from accordgraph.export.output import Output
from accordgraph.namespaces import GRAPH, PREFIXES
from accordgraph.results import formats
from accordgraph.results.formats import Form

NAME = "accordgraph"
TRIPLES = (formats.N_TRIPLES, formats.TURTLE, formats.JSON_LD, formats.RDF_XML)
"""The formats of one graph."""
QUADS = (formats.N_QUADS, formats.TRIG)
"""The formats of all graphs."""
_PREFIX_LINES = re.compile(rb"\A(?:@prefix [^\n]*\n)+")
_XML_NAMES = re.compile(rb"<rdf:RDF((?: xmlns:[\w-]+=\"[^\"]*\")+)>")


def encode(statements: Sequence[Quad] | Sequence[Triple], form: Form) -> bytes:
    """Return statements in a format of RDF, in the order of their text."""
    assert isinstance(form.format, RdfFormat)
    ordered = sorted(statements, key=_order)
    octets = serialize(ordered, format=form.format, prefixes=PREFIXES) or b""
    return _sorted_prefixes(octets)


def _order(statement: Quad | Triple) -> tuple[str, str]:
    graph = str(statement.graph_name) if isinstance(statement, Quad) else ""
    return graph, str(statement)


def _sorted_prefixes(octets: bytes) -> bytes:
    """Put the prefixes, which the engine writes in no certain order, in order."""
    octets = _PREFIX_LINES.sub(lambda m: b"".join(sorted(m[0].splitlines(True))), octets)
    return _XML_NAMES.sub(lambda m: b"<rdf:RDF" + b" ".join([b"", *sorted(m[1].split())]) + b">", octets, 1)


def by_graph(quads: Iterable[Quad]) -> dict[str, list[Triple]]:
    """Return the triples of each named graph by the path of its IRI; those of the default graph by ''."""
    graphs: defaultdict[str, list[Triple]] = defaultdict(list)
    for quad in quads:
        name = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name.value)
        graphs[name.removeprefix(GRAPH)].append(quad.triple)
    return dict(sorted(graphs.items()))


def write_dumps(dataset: bytes, output: Output) -> None:
    """Write the dataset, whole and by named graph, each file compressed too."""
    quads = list(parse(dataset, RdfFormat.N_QUADS))
    output.write(f"data/{NAME}.nq", dataset, formats.N_QUADS.media_type, compressed=True)
    output.write(f"data/{NAME}.trig", encode(quads, formats.TRIG), formats.TRIG.media_type, compressed=True)
    for name, triples in by_graph(quads).items():
        path = f"data/graph/{name}" if name else f"data/{NAME}"
        for form in TRIPLES:
            output.write(f"{path}.{form.name}", encode(triples, form), form.media_type, compressed=True)
