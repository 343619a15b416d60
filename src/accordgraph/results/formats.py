"""The forms that an answer can have: their names, media types and the formats of the engine.

The name is what people write (`--format csv`, `?format=csv`) and the suffix of an address (`.ttl`).
"""

from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat

from accordgraph.sparql.query import SparqlQuery

_UTF8 = "; charset=utf-8"


@dataclass(frozen=True)
class Form:
    """A form: its name, its media type and other names of both, and the engine's format where it has one."""

    name: str
    media_type: str
    format: QueryResultsFormat | RdfFormat | None = None
    others: tuple[str, ...] = ()
    """Other media types."""
    aliases: tuple[str, ...] = ()
    """Other names that clients have for it in `?format=`."""

    @property
    def content_type(self) -> str:
        """The media type as a Content-Type header says it."""
        return with_charset(self.media_type)


def with_charset(media_type: str) -> str:
    """Return a media type with the charset where it has one that would otherwise not be UTF-8."""
    return media_type + _UTF8 if media_type.startswith("text/") else media_type


JSON = Form(
    "json", "application/sparql-results+json", QueryResultsFormat.JSON, ("application/json",), ("srj",)
)
XML = Form(
    "xml",
    "application/sparql-results+xml",
    QueryResultsFormat.XML,
    ("application/xml", "text/xml"),
    ("srx",),
)
CSV = Form("csv", "text/csv", QueryResultsFormat.CSV)
TSV = Form("tsv", "text/tab-separated-values", QueryResultsFormat.TSV)

TURTLE = Form(
    "ttl",
    "text/turtle",
    RdfFormat.TURTLE,
    ("text/n3", "text/rdf+n3", "application/x-turtle", "application/turtle"),
    ("turtle", "n3"),
)
N_TRIPLES = Form(
    "nt", "application/n-triples", RdfFormat.N_TRIPLES, ("text/plain",), ("ntriples", "n-triples")
)
JSON_LD = Form(
    "jsonld", "application/ld+json", RdfFormat.JSON_LD, ("application/json",), ("json-ld", "ld+json", "json")
)
RDF_XML = Form(
    "rdf",
    "application/rdf+xml",
    RdfFormat.RDF_XML,
    ("application/xml", "text/xml"),
    ("rdf+xml", "rdfxml", "rdf-xml", "xml"),
)
TRIG = Form("trig", "application/trig", RdfFormat.TRIG, ("application/x-trig",))
N_QUADS = Form(
    "nq", "application/n-quads", RdfFormat.N_QUADS, ("text/x-nquads", "text/nquads"), ("nquads", "n-quads")
)

HTML = Form("html", "text/html")
"""A page. The server makes it from the form `TABLE`; the engine has no such format."""
XLSX = Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
LIST = Form("json", "application/json")
"""JSON of our own: lists and descriptions."""
SPARQL = Form("rq", "application/sparql-query")
"""The text of a query."""
TABLE = Form("table", "application/vnd.accordgraph.table+json")
"""What a page is made from: columns, the first rows as SPARQL JSON has them, and whether there are more."""

RESULTS = (JSON, XML, CSV, TSV, HTML, XLSX)
"""The forms of solutions and of booleans, best liked first."""

GRAPHS = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML, TRIG, N_QUADS, HTML)
"""The forms of graphs, best liked first."""

ALL = {form.name: form for form in (*RESULTS, *GRAPHS, TABLE)}
"""Every form by its name."""

NAMES = frozenset(
    name
    for form in (*ALL.values(), LIST, SPARQL)
    for name in (form.name, form.media_type, *form.others, *form.aliases)
)
"""Everything that `?format=` may say and that means a form, though perhaps not one of the answer."""


def forms_of(query: SparqlQuery) -> tuple[Form, ...]:
    """Return the formats that the result of a query can have."""
    return GRAPHS if query.is_graph else RESULTS
