"""Cubes as SDMX-ML: structure messages in four languages and data messages, in versions 2.1 and 3.0.

The two versions differ in how they refer to things, by elements or by URNs, and in a few names. Data of 2.1
is generic, since its official schema then checks all of it; 3.0 has structure-specific data only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from accordgraph.export.cube import AGENCY, MEASURE, TIME, Component, Cube
from accordgraph.export.cube_tables import number

STRUCTURE_TYPE = "application/vnd.sdmx.structure+xml"
DATA_TYPES = {"2.1": "application/vnd.sdmx.genericdata+xml", "3.0": "application/vnd.sdmx.data+xml"}
PREPARED = "2000-01-01T00:00:00Z"
"""When a message was prepared is not recorded, so that the same dataset gives the same octets."""
_BASE = "http://www.sdmx.org/resources/sdmxml/schemas/"
_INFOMODEL = "urn:sdmx:org.sdmx.infomodel."


def element(name: str, *content: str, **attributes: str) -> str:
    """Return an element of markup; a trailing underscore of an attribute is dropped, and __ is a colon."""
    given = "".join(
        f" {key.rstrip('_').replace('__', ':')}={quoteattr(text)}" for key, text in attributes.items()
    )
    return f"<{name}{given}>{''.join(content)}</{name}>" if content else f"<{name}{given}/>"


def _names(labels: Mapping[str, str]) -> str:
    return "".join(element("com:Name", escape(text), xml__lang=code) for code, text in sorted(labels.items()))


@dataclass(frozen=True)
class _Version:
    """What a version of SDMX-ML writes its own way."""

    name: str
    flags: Mapping[str, str]
    structure: Callable[[str, str], str]
    """The reference of a flow to its structure, by its id and version."""
    concept: Callable[[str, str, str], str]
    """The reference to a concept, by its scheme, its id and the version."""
    code_list: Callable[[str, str], str]

    @property
    def namespaces(self) -> dict[str, str]:
        base = f"{_BASE}v{self.name.replace('.', '_')}/"
        return {"xmlns:mes": f"{base}message", "xmlns:str": f"{base}structure", "xmlns:com": f"{base}common"}


def _reference(**attributes: str) -> str:
    return element("Ref", agencyID=AGENCY, **attributes)


_2_1 = _Version(
    "2.1",
    {"isExternalReference": "false", "isFinal": "false"},
    lambda id_, version: _reference(id=id_, version=version, class_="DataStructure", package="datastructure"),
    lambda scheme, id_, version: _reference(
        id=id_,
        maintainableParentID=scheme,
        maintainableParentVersion=version,
        class_="Concept",
        package="conceptscheme",
    ),
    lambda id_, version: _reference(id=id_, version=version, class_="Codelist", package="codelist"),
)
_3_0 = _Version(
    "3.0",
    {"isExternalReference": "false"},
    lambda id_, version: f"{_INFOMODEL}datastructure.DataStructure={AGENCY}:{id_}({version})",
    lambda scheme, id_, version: f"{_INFOMODEL}conceptscheme.Concept={AGENCY}:{scheme}({version}).{id_}",
    lambda id_, version: f"{_INFOMODEL}codelist.Codelist={AGENCY}:{id_}({version})",
)
VERSIONS = {version.name: version for version in (_2_1, _3_0)}


def structure(cube: Cube, version: str) -> str:
    """Return the structure message of a cube: flow, code lists, concepts and data structure."""
    form = VERSIONS[version]
    own = {"agencyID": AGENCY, "version": cube.version, **form.flags}
    flow = element(
        "str:Dataflow",
        _names(cube.titles),
        element("str:Structure", form.structure(cube.sdmx_id, cube.version)),
        id=cube.sdmx_id,
        **own,
    )
    parts = (*cube.dimensions, *cube.attributes)
    lists = [
        element(
            "str:Codelist",
            _names(part.labels),
            *(element("str:Code", _names(code.labels), id=code.id) for code in part.codes),
            id=code_list_id(cube, part),
            **own,
        )
        for part in parts
        if part.id != TIME
    ]
    concepts = [element("str:Concept", _names(part.labels), id=part.id) for part in parts]
    concepts.append(element("str:Concept", _names(cube.measure), id=MEASURE))
    scheme = element("str:ConceptScheme", _names(cube.titles), *concepts, id=_scheme(cube), **own)
    definition = element(
        "str:DataStructure",
        _names(cube.titles),
        element("str:DataStructureComponents", *_components(cube, form)),
        id=cube.sdmx_id,
        **own,
    )
    groups = {
        "Dataflows": [flow],
        "Codelists": lists,
        "Concepts" if form is _2_1 else "ConceptSchemes": [scheme],
        "DataStructures": [definition],
    }
    body = element("mes:Structures", *(element(f"str:{name}", *items) for name, items in groups.items()))
    return _message("mes:Structure", form.namespaces, _header(cube), body)


def code_list_id(cube: Cube, part: Component) -> str:
    """Return the id of the code list of a dimension or an attribute."""
    return f"CL_{cube.sdmx_id}_{part.id.upper()}"


def _scheme(cube: Cube) -> str:
    return f"CS_{cube.sdmx_id}"


def _components(cube: Cube, form: _Version) -> list[str]:
    def concept(id_: str) -> str:
        return element("str:ConceptIdentity", form.concept(_scheme(cube), id_, cube.version))

    def coded(part: Component) -> str:
        reference = form.code_list(code_list_id(cube, part), cube.version)
        return element("str:LocalRepresentation", element("str:Enumeration", reference))

    def text(kind: str) -> str:
        return element("str:LocalRepresentation", element("str:TextFormat", textType=kind))

    *dimensions, time = cube.dimensions
    listed = [
        element("str:Dimension", concept(part.id), coded(part), id=part.id, position=str(place))
        for place, part in enumerate(dimensions, 1)
    ]
    place = {"position": str(len(cube.dimensions))} if form is _2_1 else {}
    listed.append(
        element("str:TimeDimension", concept(TIME), text("ObservationalTimePeriod"), id=time.id, **place)
    )
    kind = text("Decimal" if cube.decimals else "Integer")
    attributes = [
        element(
            "str:Attribute", concept(part.id), coded(part), *_relation(form), id=part.id, **_optional(form)
        )
        for part in cube.attributes
    ]
    measure = "str:PrimaryMeasure" if form is _2_1 else "str:Measure"
    return [
        element("str:DimensionList", *listed, id="DimensionDescriptor"),
        element("str:AttributeList", *attributes, id="AttributeDescriptor"),
        element(
            "str:MeasureList", element(measure, concept(MEASURE), kind, id=MEASURE), id="MeasureDescriptor"
        ),
    ]


def _optional(form: _Version) -> dict[str, str]:
    return {"assignmentStatus": "Conditional"} if form is _2_1 else {"usage": "optional"}


def _relation(form: _Version) -> tuple[str, ...]:
    if form is _2_1:
        primary = element("str:PrimaryMeasure", element("Ref", id=MEASURE))
        return (element("str:AttributeRelationship", primary),)
    return (element("str:AttributeRelationship", element("str:Observation")),)


def data(cube: Cube, version: str) -> str:
    """Return the data message of a cube."""
    form = VERSIONS[version]
    base = f"{_BASE}v{version.replace('.', '_')}/data/"
    if form is _2_1:
        spaces = form.namespaces | {"xmlns:gen": f"{base}generic"}
        observations = (_generic(cube, row) for row in _rows(cube))
        body = element("mes:DataSet", *observations, structureRef=cube.sdmx_id, action="Information")
        return _message("mes:GenericData", spaces, _header(cube, form), body)
    urn = form.structure(cube.sdmx_id, cube.version)
    spaces = form.namespaces | {
        "xmlns:ss": f"{base}structurespecific",
        "xmlns:ns1": f"{urn}:ObsLevelDim:AllDimensions",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    }
    body = element(
        "mes:DataSet",
        *(element("Obs", **{name: text for name, text in row.items() if text}) for row in _rows(cube)),
        ss__structureRef=cube.sdmx_id,
        xsi__type="ns1:DataSetType",
        action="Information",
    )
    return _message("mes:StructureSpecificData", spaces, _header(cube, form, urn), body)


def _rows(cube: Cube) -> list[dict[str, str]]:
    return [
        dict(zip(cube.names, cell.key, strict=True)) | {MEASURE: number(cell.value)} | dict(cell.attributes)
        for cell in cube.cells
    ]


def _generic(cube: Cube, row: Mapping[str, str]) -> str:
    key = element("gen:ObsKey", *(element("gen:Value", id=name, value=row[name]) for name in cube.names))
    value = element("gen:ObsValue", value=row[MEASURE]) if row[MEASURE] else ""
    flags = [element("gen:Value", id=a.id, value=row[a.id]) for a in cube.attributes if row.get(a.id)]
    return element("gen:Obs", key, value, element("gen:Attributes", *flags) if flags else "")


def _header(cube: Cube, form: _Version | None = None, urn: str = "") -> str:
    """Return the header of a message; that of a data message names the structure."""
    parts = [
        element("mes:ID", cube.sdmx_id),
        element("mes:Test", "false"),
        element("mes:Prepared", PREPARED),
        element("mes:Sender", id=AGENCY),
    ]
    if form:
        reference = urn or element(
            "Ref", agencyID=AGENCY, id=cube.sdmx_id, version=cube.version, class_="DataStructure"
        )
        specific = {"namespace": urn} if urn else {}
        parts.append(
            element(
                "mes:Structure",
                element("com:Structure", reference),
                structureID=cube.sdmx_id,
                **specific,
                dimensionAtObservation="AllDimensions",
            )
        )
    return element("mes:Header", *parts)


def _message(name: str, namespaces: Mapping[str, str], *content: str) -> str:
    spaces = "".join(f" {key}={quoteattr(text)}" for key, text in namespaces.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{spaces}>{"".join(content)}</{name}>\n'
