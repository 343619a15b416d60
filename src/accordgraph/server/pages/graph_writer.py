"""Graphs that are not in the dataset, written in the forms of documents: descriptions and shapes."""

import io
import json
from collections.abc import Sequence
from typing import Any, cast

from pyoxigraph import RdfFormat, Triple

from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.results.result import Answer
from accordgraph.results.writers import json_term
from accordgraph.server.pages.jsonld import Context


def rows_of(triples: Sequence[Triple]) -> list[list[Any]]:
    """Return triples, each once and in order, as the rows of a `TABLE`."""
    ordered = sorted(set(triples), key=str)
    return [
        [json_term(part) for part in (triple.subject, triple.predicate, triple.object)] for triple in ordered
    ]


def write_graph(triples: Sequence[Triple], form: Form, context: Context, first: str = "") -> bytes:
    """Return triples in an RDF form; JSON-LD with our context, the subject `first` first."""
    if form == formats.JSON_LD:
        return json.dumps(context.write(rows_of(triples), first), ensure_ascii=False, indent=1).encode()
    output = io.BytesIO()
    Answer.write_triples(sorted(set(triples), key=str), output, cast(RdfFormat, form.format))
    return output.getvalue()
