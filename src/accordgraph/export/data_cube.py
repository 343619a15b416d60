"""Cubes in RDF: the RDF Data Cube with the proof of each cell, and cube.link with its constraint.

In the Data Cube an observation has a value, so that an empty cell is not there; in cube.link it is there and
`cube:Undefined`.
"""

from collections.abc import Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from accordgraph.export.cube import MEASURE, STAT, TIME, Cell, Component, Cube
from accordgraph.export.cube_tables import number
from accordgraph.namespaces import (
    ACG,
    BASE,
    DCTERMS,
    OWL,
    PROV,
    QB,
    RDF,
    RDFS,
    SCHEMA,
    SH,
    SKOS,
    XSD,
    Namespace,
)

CUBE = Namespace("https://cube.link/")
SDMX_DIMENSION = Namespace("http://purl.org/linked-data/sdmx/2009/dimension#")
SDMX_ATTRIBUTE = Namespace("http://purl.org/linked-data/sdmx/2009/attribute#")
SDMX_MEASURE = Namespace("http://purl.org/linked-data/sdmx/2009/measure#")
XKOS = Namespace("http://rdf-vocabulary.ddialliance.org/xkos#")
_KNOWN = {
    "freq": SDMX_DIMENSION.freq,
    "geo": SDMX_DIMENSION.refArea,
    TIME: SDMX_DIMENSION.timePeriod,
    "unit": SDMX_ATTRIBUTE.unitMeasure,
    "OBS_FLAG": SDMX_ATTRIBUTE.obsStatus,
    MEASURE: SDMX_MEASURE.obsValue,
}
"""The properties of SDMX in RDF that ours are kinds of."""
_PERIODS = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}
_Node = NamedNode | BlankNode


def property_of(id_: str) -> NamedNode:
    """Return the property of a dimension, an attribute or the measure."""
    return NamedNode(f"{STAT}property/{id_}")


def period(text: str) -> Literal:
    """Return a period as a typed literal."""
    return Literal(text, datatype=_PERIODS[len(text)])


def value(cube: Cube, cell: Cell) -> Literal:
    """Return the value of a cell that has one."""
    return Literal(number(cell.value), datatype=XSD.decimal if cube.decimals else XSD.integer)


def scheme_of(cube: Cube, part: Component) -> NamedNode:
    """Return the code list of a component: the codes that this cube uses."""
    return NamedNode(f"{cube.iri}/codes/{part.id}")


def code_lists(cube: Cube) -> Iterator[Triple]:
    """Yield the code lists of a cube, as one level of a classification each."""
    for part in (*cube.dimensions, *cube.attributes):
        if part.id == TIME:
            continue
        scheme, level = scheme_of(cube, part), NamedNode(f"{scheme_of(cube, part).value}/level")
        first = BlankNode(f"levels_{cube.id}_{part.id}".replace("-", "_"))
        yield Triple(scheme, RDF.type, SKOS.ConceptScheme)
        yield from _labelled(scheme, SKOS.prefLabel, part.labels)
        yield Triple(scheme, XKOS.numberOfLevels, Literal("1", datatype=XSD.positiveInteger))
        yield Triple(scheme, XKOS.levels, first)
        yield Triple(first, RDF.first, level)
        yield Triple(first, RDF.rest, RDF.nil)
        yield Triple(level, RDF.type, XKOS.ClassificationLevel)
        yield Triple(level, XKOS.depth, Literal("1", datatype=XSD.positiveInteger))
        for source in part.schemes:
            yield Triple(scheme, DCTERMS.source, NamedNode(source))
        for code in part.codes:
            concept = NamedNode(code.iri)
            yield Triple(concept, RDF.type, SKOS.Concept)
            yield Triple(concept, SKOS.inScheme, scheme)
            yield Triple(scheme, SKOS.hasTopConcept, concept)
            yield Triple(level, SKOS.member, concept)
            yield Triple(concept, SKOS.notation, Literal(code.id))
            yield from _labelled(concept, SKOS.prefLabel, code.labels)


def structure(cube: Cube) -> Iterator[Triple]:
    """Yield the data structure of a cube: its components in order."""
    definition = NamedNode(f"{cube.iri}/structure")
    yield Triple(definition, RDF.type, QB.DataStructureDefinition)
    yield Triple(definition, OWL.versionInfo, Literal(cube.version))
    yield from _labelled(definition, RDFS.label, cube.titles)
    yield from _component(definition, MEASURE, QB.measure)
    for place, dimension in enumerate(cube.dimensions, 1):
        yield from _component(definition, dimension.id, QB.dimension, place)
    for attribute in cube.attributes:
        yield from _component(definition, attribute.id, QB.attribute)
    kinds = [(part, QB.DimensionProperty) for part in cube.dimensions]
    for part, kind in (*kinds, *((part, QB.AttributeProperty) for part in cube.attributes)):
        property_ = property_of(part.id)
        yield Triple(property_, RDF.type, kind)
        yield Triple(property_, RDF.type, RDF.Property)
        yield from _labelled(property_, RDFS.label, part.labels)
        if part.id in _KNOWN:
            yield Triple(property_, RDFS.subPropertyOf, _KNOWN[part.id])
        if part.id == TIME:
            yield Triple(property_, RDFS.range, RDFS.Literal)
        else:
            yield Triple(property_, RDF.type, QB.CodedProperty)
            yield Triple(property_, RDFS.range, SKOS.Concept)
            yield Triple(property_, QB.codeList, scheme_of(cube, part))
    measure = property_of(MEASURE)
    yield Triple(measure, RDF.type, QB.MeasureProperty)
    yield Triple(measure, RDF.type, RDF.Property)
    yield Triple(measure, RDFS.range, XSD.decimal if cube.decimals else XSD.integer)
    yield Triple(measure, RDFS.subPropertyOf, SDMX_MEASURE.obsValue)
    yield from _labelled(measure, RDFS.label, cube.measure)


def _component(definition: NamedNode, id_: str, kind: NamedNode, place: int = 0) -> Iterator[Triple]:
    component = NamedNode(f"{definition.value}/{id_}")
    yield Triple(definition, QB.component, component)
    yield Triple(component, RDF.type, QB.ComponentSpecification)
    yield Triple(component, kind, property_of(id_))
    if place:
        yield Triple(component, QB.order, Literal(str(place), datatype=XSD.integer))
    if kind == QB.attribute:
        yield Triple(component, QB.componentRequired, Literal("false", datatype=XSD.boolean))


def data_cube(cube: Cube) -> Iterator[Triple]:
    """Yield a cube as RDF Data Cube; each observation says what it was derived from, and by which query."""
    data_set, definition = NamedNode(cube.iri), NamedNode(f"{cube.iri}/structure")
    activity = NamedNode(f"{cube.iri}/count")
    yield Triple(data_set, RDF.type, QB.DataSet)
    yield Triple(data_set, QB.structure, definition)
    yield Triple(data_set, OWL.versionInfo, Literal(cube.version))
    yield from _labelled(data_set, RDFS.label, cube.titles)
    yield from _labelled(data_set, DCTERMS["title"], cube.titles)
    yield from _labelled(data_set, DCTERMS.description, cube.descriptions)
    yield Triple(activity, RDF.type, PROV.Activity)
    yield Triple(activity, PROV.used, NamedNode(f"{BASE}queries/{cube.id}"))
    yield Triple(activity, RDF.value, Literal(cube.query))
    yield from structure(cube)
    yield from code_lists(cube)
    for cell in cube.cells:
        if cell.value is not None:
            observation = NamedNode(cube.cell_iri(cell))
            yield Triple(observation, RDF.type, QB.Observation)
            yield Triple(observation, QB.dataSet, data_set)
            yield from _statements(cube, cell, observation)
            yield Triple(observation, PROV.wasGeneratedBy, activity)
            for thing in cell.counted:
                yield Triple(observation, PROV.wasDerivedFrom, NamedNode(thing))
            for passage in cell.passages:
                yield Triple(observation, ACG.evidence, NamedNode(passage))


def _statements(cube: Cube, cell: Cell, observation: NamedNode) -> Iterator[Triple]:
    """Yield the dimensions, the value and the attributes of a cell."""
    parts = {part.id: part for part in (*cube.dimensions, *cube.attributes)}
    for name, code in (*zip(cube.names, cell.key, strict=True), *cell.attributes.items()):
        object_ = period(code) if name == TIME else NamedNode(parts[name].by_id[code].iri)
        yield Triple(observation, property_of(name), object_)
    if cell.value is not None:
        yield Triple(observation, property_of(MEASURE), value(cube, cell))


def cube_link(cube: Cube) -> Iterator[Triple]:
    """Yield a cube in cube.link, with a constraint that is a SHACL shape of its observations."""
    node, observations = NamedNode(f"{cube.iri}/cube"), NamedNode(f"{cube.iri}/cube/observations")
    shape = NamedNode(f"{cube.iri}/cube/shape")
    yield Triple(node, RDF.type, CUBE.Cube)
    yield Triple(node, CUBE.observationSet, observations)
    yield Triple(node, CUBE.observationConstraint, shape)
    yield Triple(node, SCHEMA.version, Literal(cube.version))
    yield from _labelled(node, SCHEMA.name, cube.titles)
    yield from _labelled(node, SCHEMA.description, cube.descriptions)
    yield Triple(observations, RDF.type, CUBE.ObservationSet)
    for cell in cube.cells:
        observation = NamedNode(f"{cube.iri}/cube/{cube.cell_iri(cell).rpartition('/')[2]}")
        yield Triple(observations, CUBE.observation, observation)
        yield Triple(observation, RDF.type, CUBE.Observation)
        yield Triple(observation, CUBE.observedBy, NamedNode(BASE.rstrip("/")))
        yield from _statements(cube, cell, observation)
        if cell.value is None:
            undefined = Literal("", datatype=CUBE.Undefined)
            yield Triple(observation, property_of(MEASURE), undefined)
    yield from constraint(cube, shape)


def constraint(cube: Cube, shape: NamedNode) -> Iterator[Triple]:
    """Yield the SHACL shape of the observations of a cube: each property once, with its codes or datatype."""
    yield Triple(shape, RDF.type, SH.NodeShape)
    yield Triple(shape, RDF.type, CUBE.Constraint)
    yield Triple(shape, SH.closed, Literal("true", datatype=XSD.boolean))
    parts = [(part, 1) for part in cube.dimensions] + [(part, 0) for part in cube.attributes]
    fixed = (
        ("type", RDF.type, [CUBE.Observation]),
        ("observedBy", CUBE.observedBy, [NamedNode(BASE.rstrip("/"))]),
    )
    for name, path, only in fixed:
        yield from _property(shape, name, path, 1)
        yield from _list(NamedNode(f"{shape.value}/{name}"), SH["in"], only, f"{cube.id}_{name}")
    for part, least in parts:
        node = NamedNode(f"{shape.value}/{part.id}")
        yield from _property(shape, part.id, property_of(part.id), least)
        yield from _labelled(node, SCHEMA.name, part.labels)
        if least:
            yield Triple(node, RDF.type, CUBE.KeyDimension)
        if part.id == TIME:
            allowed: list[NamedNode | Literal] = [period(code.id) for code in part.codes]
        else:
            yield Triple(node, SH.nodeKind, SH.IRI)
            allowed = [NamedNode(code.iri) for code in part.codes]
        yield from _list(node, SH["in"], allowed, f"{cube.id}_{part.id}")
    node = NamedNode(f"{shape.value}/{MEASURE}")
    yield from _property(shape, MEASURE, property_of(MEASURE), 1)
    yield from _labelled(node, SCHEMA.name, cube.measure)
    yield Triple(node, RDF.type, CUBE.MeasureDimension)
    kinds = [XSD.decimal if cube.decimals else XSD.integer, CUBE.Undefined]
    heads = []
    for kind in kinds:
        head = BlankNode(f"kind_{cube.id}_{kind.value[-7:]}".replace("-", "_").replace("#", ""))
        heads.append(head)
        yield Triple(head, SH.datatype, kind)
    yield from _list(node, SH["or"], heads, f"{cube.id}_{MEASURE}")


def _property(shape: NamedNode, name: str, path: NamedNode, least: int) -> Iterator[Triple]:
    node = NamedNode(f"{shape.value}/{name}")
    yield Triple(shape, SH.property, node)
    yield Triple(node, SH.path, path)
    yield Triple(node, SH.minCount, Literal(str(least), datatype=XSD.integer))
    yield Triple(node, SH.maxCount, Literal("1", datatype=XSD.integer))


def _list(
    node: NamedNode, predicate: NamedNode, items: Sequence[_Node | Literal], name: str
) -> Iterator[Triple]:
    """Yield a list of terms; its nodes have labels of their own, so that they are the same each time."""
    heads: list[_Node] = [BlankNode(f"list_{name}_{place}".replace("-", "_")) for place in range(len(items))]
    heads.append(RDF.nil)
    yield Triple(node, predicate, heads[0])
    for head, rest, item in zip(heads, heads[1:], items, strict=False):
        yield Triple(head, RDF.first, item)
        yield Triple(head, RDF.rest, rest)


def _labelled(node: NamedNode, predicate: NamedNode, labels: Mapping[str, str]) -> Iterator[Triple]:
    for language, text in sorted(labels.items()):
        yield Triple(node, predicate, Literal(text, language=language))
