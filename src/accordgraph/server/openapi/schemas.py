"""The schemas of the OpenAPI document: of values, and of the JSON of responses and problems."""

from collections.abc import Iterable
from typing import Any

from accordgraph.library.parameters import DECIMAL, INTEGERS, LANGUAGES
from accordgraph.server.http.problems import KINDS
from accordgraph.server.routes.parameters import IRI

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
GRAPH_NAME: Json = {
    "type": "string",
    "format": "iri",
    "minLength": 1,
    "pattern": r'^[^\x00-\x20<>"{}|\\^`]+$',
}
"""What the name of a graph matches: an absolute IRI and nothing else."""
VALUES: dict[str, Json] = {
    "iri": IRI,
    "string": TEXT,
    "integer": {"type": "integer", "minimum": INTEGERS[0], "maximum": INTEGERS[1]},
    "decimal": {"type": "string", "pattern": f"^{DECIMAL}$"},  # JSON would have an exponent
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date", "not": {"pattern": "^0000"}},  # there is no year 0
    "language": {"type": "string", "enum": list(LANGUAGES)},
}
"""The values of the types of parameters; those of concepts depend on the dataset."""


def ref(kind: str, name: str) -> Json:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def listed(item: Json) -> Json:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


def record(required: Json, others: Json | None = None, description: str = "") -> Json:
    """Return the schema of an object: the members that it always has, and those that it may have."""
    schema: Json = {"type": "object"} | ({"description": description} if description else {})
    return schema | {"required": list(required), "properties": required | (others or {})}


def concept_of(scheme: str, codes: Iterable[str], space: str) -> Json:
    """Return the schema of a concept of a scheme whose IRIs begin with `space`: its code, or its IRI."""
    found = list(codes)
    if not found:
        return {"description": f"A concept of the scheme {scheme}, of which the data has none", "not": {}}
    either = "|".join(code.replace(".", r"\.") for code in found)
    begins = "|".join(text.replace(".", r"\.") for text in (f"{scheme}:", space))
    return {
        "description": f"A concept of the scheme {scheme}: its code, its prefixed name or its IRI",
        "anyOf": [
            {"type": "string", "enum": found},
            {"type": "string", "pattern": f"^(?:(?:{begins})(?:{either})|<(?:{begins})(?:{either})>)$"},
        ],
    }


_NUMBER: Json = {"type": "integer", "minimum": 0}
_ADDRESS: Json = {"type": "string", "format": "uri"}
_HOME = ("name", "version", "about", "sparql", "ontology", "shapes", "void", "context", "health")


def schemas() -> Json:
    """Return the schemas of responses and problems, by name."""
    setting = record({"name": TEXT, "value": {}, "unit": TEXT, "help": TEXT})
    return {
        "Problem": _problem(),
        "Results": _results(),
        "Queries": record({"queries": listed(_query())}),
        "Home": record({name: TEXT for name in _HOME} | {"triples": _NUMBER}),
        "Kind": record({"type": _ADDRESS, "title": TEXT, "status": {"type": "integer"}, "meaning": TEXT}),
        "Found": _search(),
        "Settings": record({"settings": listed(setting)}),
        "Health": _health(),
        "Ready": record({"status": {"enum": ["ready"]}, "seconds": {"type": "number", "minimum": 0}}),
    }


def _problem() -> Json:
    fault = record({"parameter": TEXT, "value": TEXT, "detail": TEXT})
    title = {"type": "string", "examples": sorted({kind.title for kind in KINDS.values()})}
    status = {"type": "integer", "minimum": 400, "maximum": 599}
    return record(
        {"type": _ADDRESS, "title": title, "status": status, "detail": TEXT},
        {
            "line": {"type": "integer", "description": "The line of a syntax error"},
            "column": {"type": "integer"},
            "limit": {"type": "string", "description": "The setting that was exceeded"},
            "available": listed(TEXT) | {"description": "The media types that are available"},
            "errors": listed(fault) | {"description": "Each invalid parameter"},
            "replacedBy": listed(TEXT) | {"description": "The successors of what was withdrawn"},
            "request": {"type": "string", "description": "The id of the request in the log"},
        },
        "What went wrong (RFC 9457)",
    )


def _results() -> Json:
    kind = {"enum": ["uri", "literal", "bnode", "triple"]}
    term = record({"type": kind, "value": {}}, {"xml:lang": TEXT, "datatype": TEXT})
    bindings = {"bindings": listed({"type": "object", "additionalProperties": term})}
    others = {"boolean": {"type": "boolean"}, "results": record(bindings)}
    head = {"head": {"type": "object", "properties": {"vars": listed(TEXT)}}}
    schema = record(head, others, "The JSON of SPARQL 1.1 results")
    return schema | {"oneOf": [{"required": ["boolean"]}, {"required": ["results"]}]}


def _query() -> Json:
    texts = dict.fromkeys(("name", "kind", "summary", "iri", "address"), TEXT)
    parameter = dict.fromkeys(("name", "type", "description"), TEXT) | {"default": listed(TEXT)}
    gives = {"gives": {"enum": ["solutions", "boolean", "graph"]}}
    return record(texts | gives | {"forms": listed(TEXT), "parameters": listed(record(parameter))})


def _search() -> Json:
    named = {"anyOf": [record({"iri": TEXT, "label": TEXT}), {"type": "null"}]}
    language = {"type": ["string", "null"]}
    marks = listed({"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2})
    match = record({"field": TEXT, "language": language, "text": TEXT, "marks": marks})
    texts: Json = {"iri": TEXT, "address": TEXT, "label": TEXT, "language": language}
    hit = record(texts | {"class": named, "level": named, "match": match})
    numbers = dict.fromkeys(("total", "limit", "offset"), _NUMBER)
    return record({"query": TEXT, "language": TEXT} | numbers | {"results": listed(hit)})


def _health() -> Json:
    texts = {"status": {"enum": ["ok"]}, "version": TEXT, "digest": TEXT}
    since, uptime = {"type": "string", "format": "date-time"}, {"type": "number"}
    return record(
        texts | {"triples": _NUMBER, "since": since, "uptime": uptime},
        description="The state of the server; further members depend on the engine",
    )
