"""Every namespace of the graph, once: the only place where the IRIs of vocabularies are written.

`Namespace` makes IRIs for pyoxigraph: `ACG.evidence` and `ID["be/body/nar"]` are `NamedNode`s.
"""

from pyoxigraph import NamedNode

BASE = "https://w3id.org/accordgraph/"
"""Where every IRI of ours starts."""


class Namespace(str):
    """An IRI that other IRIs start with; attributes and items are the IRIs in it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("_"):
            raise AttributeError(name)
        return NamedNode(self + name)

    def __getitem__(self, name: object) -> NamedNode:  # type: ignore[override]
        return NamedNode(f"{self}{name}")


ACG = Namespace(BASE + "ontology#")
SHAPE = Namespace(BASE + "shapes#")
ID = Namespace(BASE + "id/")
CONCEPT = Namespace(BASE + "concept/")
GRAPH = Namespace(BASE + "graph/")

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
EDTF = Namespace("http://id.loc.gov/datatypes/edtf/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
OA = Namespace("http://www.w3.org/ns/oa#")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
QB = Namespace("http://purl.org/linked-data/cube#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
VANN = Namespace("http://purl.org/vocab/vann/")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

LANGUAGE = Namespace("http://publications.europa.eu/resource/authority/language/")
COUNTRY = Namespace("http://publications.europa.eu/resource/authority/country/")
CURRENCY = Namespace("http://publications.europa.eu/resource/authority/currency/")

SCHEMES = (
    "addressee",
    "basis",
    "body-type",
    "clause",
    "confidence",
    "counting-unit",
    "coverage-status",
    "duration",
    "exception",
    "instrument-type",
    "level",
    "local-rule",
    "means",
    "measure-type",
    "objective",
    "outcome",
    "part-of-year",
    "per-unit",
    "qualifier",
    "scale",
    "severity",
    "status",
    "strength",
    "suppletive-limit",
    "target-group",
    "territory",
    "theme",
    "worker-category",
    "worker-criterion",
)
"""The concept schemes, one file each in `ontology/vocabularies/`; each name is also the scheme's prefix."""

PREFIXES: dict[str, str] = {
    "acg": ACG,
    "country": COUNTRY,
    "currency": CURRENCY,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "edtf": EDTF,
    "eli": ELI,
    "foaf": FOAF,
    "formats": FORMATS,
    "language": LANGUAGE,
    "oa": OA,
    "org": ORG,
    "owl": OWL,
    "prov": PROV,
    "qb": QB,
    "rdf": RDF,
    "rdfs": RDFS,
    "sd": SD,
    "sh": SH,
    "shape": SHAPE,
    "skos": SKOS,
    "vann": VANN,
    "void": VOID,
    "xsd": XSD,
} | {scheme: f"{CONCEPT}{scheme}/" for scheme in SCHEMES}
"""The prefix of each namespace, as canonical Turtle and the documentation write it."""


def shorten(iri: str) -> str:
    """Return an IRI as a person reads it: `acg:evidence`, or `<be/body/nar>` for a thing, else `<IRI>`."""
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local and not set("/#?") & set(local):
            return f"{prefix}:{local}"
    return f"<{iri.removeprefix(ID)}>"
