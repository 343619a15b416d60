"""The catalogue: DCAT-AP 3.0.1 with the terms of StatDCAT-AP's draft, one file that portals harvest as it is.

Every object has its class and every IRI of an authority table its scheme, since harvesters look nothing up.
Nodes have IRIs, never blank labels, so that two harvests of one release are the same.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.export import cube_files, data_cube
from accordgraph.export.cube import MEASURE, STAT, Cube
from accordgraph.export.labels import LANGUAGES
from accordgraph.export.output import GZIP, File
from accordgraph.export.periods import first_day, last_day
from accordgraph.namespaces import (
    BASE,
    COUNTRY,
    DCAT,
    DCTERMS,
    FOAF,
    ID,
    LANGUAGE,
    QB,
    RDF,
    RDFS,
    SKOS,
    VOID,
    XSD,
    Namespace,
)
from accordgraph.results import formats

CATALOGUE = Namespace(BASE + "catalog")
PART = Namespace(BASE + "catalog/")
S1N = Namespace("http://data.europa.eu/s1n/")
AUTHORITY = Namespace("http://publications.europa.eu/resource/authority/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
MEDIA_TYPES = Namespace("http://www.iana.org/assignments/media-types/")
FORMS = (formats.TURTLE, formats.RDF_XML, formats.JSON_LD, formats.N_TRIPLES)
"""The formats of the file of the catalogue."""

_TITLE = {code: "AccordGraph" for code in LANGUAGES}
_FILE_TYPES = {
    "nq": ("RDF_N_QUADS", "N-Quads"),
    "trig": ("RDF_TRIG", "TriG"),
    "nt": ("RDF_N_TRIPLES", "N-Triples"),
    "ttl": ("RDF_TURTLE", "Turtle"),
    "jsonld": ("JSON_LD", "JSON-LD"),
    "rdf": ("RDF_XML", "RDF/XML"),
    "xlsx": ("XLSX", "Excel"),
}
"""The file type of the EU and the name of each suffix."""
_WHOLE = tuple(f"data/accordgraph.{suffix}" for suffix in _FILE_TYPES)
_THEMES = ("SOCI", "GOVE", "TECH")
_Node = NamedNode | Literal


@dataclass(frozen=True)
class Content:
    """What a catalogue describes."""

    files: Mapping[str, File]
    cubes: tuple[Cube, ...]
    schemes: Mapping[str, Mapping[str, str]]
    """The concept schemes by name, with their titles by language."""
    first_day: str
    last_day: str
    version: str
    issued: str = ""
    """The day of the release; nothing before the first one."""
    statdcat: bool = True
    """Whether to use the terms of the draft of StatDCAT-AP."""


def catalogue(content: Content) -> list[Triple]:
    """Return the catalogue."""
    return _Writer(content).write()


class _Writer:
    """Makes the triples of one catalogue."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.triples: set[Triple] = set()
        words = files("accordgraph.export").joinpath("catalogue.toml").read_text("utf-8")
        self.words: dict[str, dict[str, Any]] = tomllib.loads(words)

    def say(self, subject: NamedNode, predicate: NamedNode, *objects: _Node) -> None:
        self.triples.update(Triple(subject, predicate, object_) for object_ in objects)

    def texts(self, subject: NamedNode, predicate: NamedNode, labels: Mapping[str, str]) -> None:
        self.say(subject, predicate, *(Literal(text, language=code) for code, text in labels.items()))

    def typed(self, iri: str, *classes: NamedNode, scheme: str = "") -> NamedNode:
        """Return a node with its classes; a concept of an authority table with its scheme too."""
        node = NamedNode(iri)
        self.say(node, RDF.type, *classes)
        if scheme:
            self.say(node, RDF.type, SKOS.Concept)
            self.say(node, SKOS.inScheme, NamedNode(scheme))
            self.say(NamedNode(scheme), RDF.type, SKOS.ConceptScheme)
            name = scheme.rpartition("/")[2]
            self.texts(NamedNode(scheme), DCTERMS["title"], {"en": name})
            self.texts(node, SKOS.prefLabel, {"en": node.value.rpartition("/")[2]})
        return node

    def authority(self, table: str, code: str, *classes: NamedNode) -> NamedNode:
        return self.typed(f"{AUTHORITY}{table}/{code}", *classes, scheme=f"{AUTHORITY}{table}")

    def write(self) -> list[Triple]:
        """Return everything."""
        content, catalogue_ = self.content, NamedNode(CATALOGUE)
        self._agents()
        self.say(catalogue_, RDF.type, DCAT.Catalog)
        self._common(catalogue_, _TITLE, self.words["about"])
        self.say(catalogue_, DCTERMS.license, self._licence())
        self.say(catalogue_, FOAF.homepage, self.typed(BASE, FOAF.Document))
        themes = self.typed(f"{AUTHORITY}data-theme", SKOS.ConceptScheme)
        self.say(catalogue_, DCAT.themeTaxonomy, themes)
        for dataset in (
            *self._graph(),
            *map(self._cube, content.cubes),
            *map(self._codes, sorted(content.schemes)),
        ):
            self.say(catalogue_, DCAT.dataset, dataset)
            self._record(catalogue_, dataset)
        for service in self._services():
            self.say(catalogue_, DCAT.service, service)
            self._record(catalogue_, service)
        return sorted(self.triples, key=str)

    def _agents(self) -> None:
        self.publisher = self.typed(ID["project/accordgraph"].value, FOAF.Agent, FOAF.Project)
        self.say(self.publisher, FOAF.name, *(Literal("AccordGraph", language=code) for code in LANGUAGES))
        self.contact = self.typed(PART["contact"].value, VCARD.Kind, VCARD.Organization)
        self.say(self.contact, VCARD.fn, Literal("AccordGraph", language="en"))
        self.say(self.contact, VCARD["organization-name"], Literal("AccordGraph", language="en"))
        self.say(self.contact, VCARD.hasURL, NamedNode(BASE))

    def _licence(self) -> NamedNode:
        licence = self.authority("licence", "CC_BY_4_0", DCTERMS.LicenseDocument)
        self.say(licence, SKOS.exactMatch, NamedNode("https://creativecommons.org/licenses/by/4.0/"))
        return licence

    def _common(self, node: NamedNode, titles: Mapping[str, str], about: Mapping[str, str]) -> None:
        """State what catalogues, datasets and services all have."""
        self.say(node, RDF.type, DCAT.Resource)
        self.texts(node, DCTERMS["title"], titles)
        self.texts(node, DCTERMS.description, about)
        self.say(node, DCTERMS.identifier, Literal(node.value))
        self.say(node, DCTERMS.publisher, self.publisher)
        self.say(node, DCTERMS.language, *self._languages())
        self.say(
            node, DCTERMS.spatial, self.typed(COUNTRY.BEL.value, DCTERMS.Location, scheme=COUNTRY.rstrip("/"))
        )
        self._dates(node)

    def _languages(self) -> Iterator[NamedNode]:
        for code in ("ENG", "FRA", "NLD", "DEU"):
            yield self.typed(LANGUAGE[code].value, DCTERMS.LinguisticSystem, scheme=LANGUAGE.rstrip("/"))

    def _dates(self, node: NamedNode) -> None:
        if self.content.issued:
            day = Literal(self.content.issued, datatype=XSD.date)
            self.say(node, DCTERMS.issued, day)
            self.say(node, DCTERMS.modified, day)

    def _record(self, catalogue_: NamedNode, node: NamedNode) -> None:
        record = self.typed(f"{node.value.replace('/catalog/', '/catalog/record/')}", DCAT.CatalogRecord)
        self.say(catalogue_, DCAT.record, record)
        self.say(record, FOAF.primaryTopic, node)
        self.say(record, DCTERMS.identifier, Literal(record.value))
        standard = self.typed("https://semiceu.github.io/DCAT-AP/releases/3.0.1/", DCTERMS.Standard)
        self.say(record, DCTERMS.conformsTo, standard)
        self.say(record, DCTERMS.language, *self._languages())
        self.texts(record, DCTERMS["title"], _TITLE)
        self.say(record, ADMS.status, self.authority("distribution-status", "COMPLETED"))
        day = self.content.issued or self.content.last_day
        self.say(record, DCTERMS.modified, Literal(day, datatype=XSD.date))

    def _dataset(
        self,
        name: str,
        titles: Mapping[str, str],
        about: Mapping[str, str],
        kind: str = "",
        days: tuple[str, str] = ("", ""),
    ) -> NamedNode:
        node = PART[f"dataset/{name}"]
        self.say(node, RDF.type, DCAT.Dataset)
        self._common(node, titles, about)
        self.say(node, DCAT.contactPoint, self.contact)
        self.say(node, DCAT.theme, *(self.authority("data-theme", code) for code in _THEMES))
        for language, words in self.words["keywords"].items():
            self.say(node, DCAT.keyword, *(Literal(word, language=language) for word in words))
        self.say(
            node, DCTERMS.accessRights, self.authority("access-right", "PUBLIC", DCTERMS.RightsStatement)
        )
        self.say(node, DCTERMS.accrualPeriodicity, self.authority("frequency", "IRREG", DCTERMS.Frequency))
        self.say(node, DCAT.landingPage, self.typed(BASE, FOAF.Document))
        self.say(node, DCAT.version, Literal(self.content.version))
        self.say(
            node,
            DCTERMS.temporal,
            self._period(*(days if days[0] else (self.content.first_day, self.content.last_day))),
        )
        if kind:
            self.say(node, DCTERMS.type, self.authority("dataset-type", kind))
        return node

    def _period(self, first: str, last: str) -> NamedNode:
        node = self.typed(PART[f"period/{first}--{last}"].value, DCTERMS.PeriodOfTime)
        self.say(node, DCAT.startDate, Literal(first, datatype=XSD.date))
        self.say(node, DCAT.endDate, Literal(last, datatype=XSD.date))
        return node

    def _graph(self) -> Iterator[NamedNode]:
        graph = self._dataset("graph", _TITLE, self.words["about"])
        self.say(graph, RDF.type, VOID.Dataset)
        for path in _WHOLE:
            kind, title = _FILE_TYPES[path.rpartition(".")[2]]
            self._distribution(graph, path, kind, title)
            if f"{path}.gz" in self.content.files:
                self._distribution(graph, f"{path}.gz", kind, f"{title}, gzip")
                self.say(graph, VOID.dataDump, NamedNode(f"{BASE}{path}.gz"))
        yield graph
        tables = self._dataset(
            "tables",
            {code: f"AccordGraph: {text}" for code, text in self.words["tables"].items()},
            self.words["about"],
        )
        for path in sorted(self.content.files):
            if path.startswith("data/tables/") and path.endswith(".csv"):
                distribution = self._distribution(tables, path, "CSV", path.rpartition("/")[2])
                standard = self.typed("https://www.w3.org/TR/tabular-data-model/", DCTERMS.Standard)
                self.say(distribution, DCTERMS.conformsTo, standard)
        yield tables

    def _codes(self, name: str) -> NamedNode:
        titles = self.content.schemes[name]
        named = {code: self.words["code_list"][code] + text for code, text in titles.items()}
        dataset = self._dataset(f"code-list/{name}", named, named, "CODE_LIST")
        for suffix in ("ttl", "rdf", "jsonld", "nt"):
            path = f"data/graph/ontology/vocabularies/{name}.{suffix}"
            if path in self.content.files:
                self._distribution(dataset, path, *_FILE_TYPES[suffix])
        return dataset

    def _cube(self, cube: Cube) -> NamedNode:
        years = sorted(code.id for code in cube.dimensions[-1].codes)
        days = (first_day(years[0]), last_day(years[-1]))
        dataset = self._dataset(f"cube/{cube.id}", cube.titles, cube.descriptions, "STATISTICAL", days)
        page = self.typed(cube.iri, FOAF.Document)
        self.say(dataset, DCAT.landingPage, page)
        for file in cube_files.FILES:
            path = f"{cube_files.FOLDER}/{cube.id}/{cube.id}.{file.suffix}"
            distribution = self._distribution(dataset, path, file.file_type, file.title)
            if file.specification:
                self.say(distribution, DCTERMS.conformsTo, self.typed(file.specification, DCTERMS.Standard))
        if self.content.statdcat:
            self._statistics(dataset, cube)
        return dataset

    def _statistics(self, dataset: NamedNode, cube: Cube) -> None:
        draft = "https://semiceu.github.io/StatDCAT-AP/drafts/3.0.0/"
        self.say(dataset, DCTERMS.conformsTo, self.typed(draft, DCTERMS.Standard))
        definition = self.typed(f"{cube.iri}/structure", QB.DataStructureDefinition)
        self.say(dataset, S1N.dataStructureDefinition, definition)
        for part in cube.dimensions:
            property_ = self.typed(data_cube.property_of(part.id).value, QB.DimensionProperty)
            self.say(dataset, S1N.dimension, property_)
            if part.id == "unit":
                for code in part.codes:
                    unit = NamedNode(code.iri)
                    self.say(unit, RDF.type, SKOS.Concept)
                    self.texts(unit, SKOS.prefLabel, code.labels)
                    self.say(dataset, S1N.statUnitMeasure, unit)
        for part in cube.attributes:
            property_ = self.typed(data_cube.property_of(part.id).value, QB.AttributeProperty)
            self.say(dataset, S1N.attribute, property_)
        self.say(dataset, S1N.measure, self.typed(data_cube.property_of(MEASURE).value, QB.MeasureProperty))
        self.say(dataset, S1N.numSeries, Literal(str(len(cube.cells)), datatype=XSD.nonNegativeInteger))

    def _distribution(self, dataset: NamedNode, path: str, file_type: str, title: str) -> NamedNode:
        file = self.content.files[path]
        node = PART[f"distribution/{path.removeprefix('data/')}"]
        address = self.typed(f"{BASE}{path}", RDFS.Resource)
        self.say(dataset, DCAT.distribution, node)
        self.say(node, RDF.type, DCAT.Distribution)
        name = path.rpartition("/")[2]
        self.texts(node, DCTERMS["title"], {code: title for code in LANGUAGES})
        self.texts(node, DCTERMS.description, {code: f"{title}: {name}" for code in LANGUAGES})
        self.say(node, DCTERMS.identifier, Literal(node.value))
        self.say(node, DCAT.accessURL, address)
        self.say(node, DCAT.downloadURL, address)
        plain = self.content.files[path.removesuffix(".gz")]
        self.say(node, DCAT.mediaType, self._media_type(plain.media_type))
        if file.media_type == GZIP:
            self.say(node, DCAT.compressFormat, self._media_type(GZIP))
        self.say(node, DCTERMS["format"], self.authority("file-type", file_type, DCTERMS.MediaTypeOrExtent))
        self.say(node, DCAT.byteSize, Literal(str(file.bytes), datatype=XSD.nonNegativeInteger))
        checksum = self.typed(f"{node.value}/checksum", SPDX.Checksum)
        self.say(node, SPDX.checksum, checksum)
        algorithm = self.typed(SPDX.checksumAlgorithm_sha256.value, SPDX.ChecksumAlgorithm)
        self.say(checksum, SPDX.algorithm, algorithm)
        self.say(checksum, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary))
        self.say(node, DCTERMS.license, self._licence())
        self.say(node, DCTERMS.rights, self.authority("access-right", "PUBLIC", DCTERMS.RightsStatement))
        self.say(node, DCTERMS.language, *self._languages())
        self.say(node, ADMS.status, self.authority("distribution-status", "COMPLETED"))
        self.say(node, DCATAP.availability, self.authority("planned-availability", "AVAILABLE"))
        self._dates(node)
        return node

    def _media_type(self, name: str) -> NamedNode:
        return self.typed(f"{MEDIA_TYPES}{name}", DCTERMS.MediaType)

    def _services(self) -> Iterator[NamedNode]:
        protocol = "https://www.w3.org/TR/sparql11-protocol/"
        yield self._service("sparql", f"{BASE}sparql", f"{BASE}void", protocol, ["graph"])
        cubes = [f"cube/{cube.id}" for cube in self.content.cubes]
        api, sdmx = STAT.rstrip("/"), "https://sdmx.org/standards-2/"
        yield self._service("statistics", api, f"{BASE}api/openapi.json", sdmx, cubes)

    def _service(
        self, name: str, endpoint: str, description: str, standard: str, serves: Iterable[str]
    ) -> NamedNode:
        node, titles = PART[f"service/{name}"], self.words[name]
        self.say(node, RDF.type, DCAT.DataService)
        self._common(node, titles, titles)
        for language, words in self.words["keywords"].items():
            self.say(node, DCAT.keyword, *(Literal(word, language=language) for word in words))
        self.say(node, DCTERMS.conformsTo, self.typed(standard, DCTERMS.Standard))
        self.say(node, DCAT.endpointURL, self.typed(endpoint, RDFS.Resource))
        self.say(node, DCAT.endpointDescription, self.typed(description, RDFS.Resource))
        self.say(node, DCAT.servesDataset, *(PART[f"dataset/{dataset}"] for dataset in serves))
        self.say(node, DCAT.contactPoint, self.contact)
        self.say(node, DCAT.theme, *(self.authority("data-theme", code) for code in _THEMES))
        self.say(node, DCTERMS.license, self._licence())
        self.say(
            node, DCTERMS.accessRights, self.authority("access-right", "PUBLIC", DCTERMS.RightsStatement)
        )
        return node
