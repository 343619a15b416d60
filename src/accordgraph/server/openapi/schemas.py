"""The schemas of the OpenAPI document: of values, and of the JSON of answers and problems."""

from collections.abc import Iterable
from typing import Any

from accordgraph.library.parameters import DECIMAL as DECIMALS
from accordgraph.library.parameters import INTEGERS, IRI_SCHEMES
from accordgraph.namespaces import PREFIXES
from accordgraph.results.formats import Form
from accordgraph.server.http.languages import LANGUAGES
from accordgraph.server.http.problems import KINDS

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
_LETTER, _PATH = r'[^\x00-\x20<>"{}|\\^`]', r'[^\x00-\x20<>"{}|\\^`:]'
_BEGINS = "|".join((*IRI_SCHEMES, *PREFIXES))
IRI: Json = {
    "type": "string",
    "minLength": 1,
    "pattern": f"^(?:(?:{_BEGINS}):{_LETTER}*|{_PATH}+|<{_LETTER}+>)$",
}
"""What every IRI that a person writes fits; that it is one, no pattern of this length says."""
GRAPH_NAME: Json = {"type": "string", "format": "iri", "minLength": 1, "pattern": f"^{_LETTER}+$"}
"""What the name of a graph fits: an absolute IRI and nothing else."""
INTEGER: Json = {"type": "integer", "minimum": INTEGERS[0], "maximum": INTEGERS[1]}
DECIMAL: Json = {"type": "string", "pattern": f"^{DECIMALS}$"}
"""A number as SPARQL writes it, without an exponent: JSON would have one."""
DAY: Json = {"type": "string", "format": "date", "not": {"pattern": "^0000"}}
"""A day: there is no year 0."""
WORDS: Json = {"type": "string", "minLength": 1, "pattern": r'[^\s"]'}
"""What every text with a word in it fits, in every dialect of patterns: not all know classes of letters."""
LANGUAGE: Json = {
    "description": "A language of pages; another word is passed over, and Accept-Language decides",
    "anyOf": [{"type": "string", "enum": list(LANGUAGES)}, TEXT],
}


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


def form_of(found: Iterable[Form]) -> Json:
    """Return the schema of `format`: all that means one of these forms, and any other word."""
    ordered = list(dict.fromkeys(found))
    names = [form.name for form in ordered]
    names += [form.media_type for form in ordered]
    names += [other for form in ordered for other in (*form.others, *form.aliases)]
    return {
        "description": (
            "A name or a media type. That of a form which this answer does not have is 406; a word that "
            "means no form is passed over, and Accept decides."
        ),
        "anyOf": [{"type": "string", "enum": list(dict.fromkeys(names))}, TEXT],
    }


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


def schemas() -> Json:
    """Return the schemas of answers and problems, by name."""
    return {
        "Problem": _problem(),
        "Results": _results(),
        "Queries": record({"queries": listed(_query())}),
        "Home": record({name: TEXT for name in _HOME} | {"triples": _NUMBER}),
        "Kind": record({"type": _ADDRESS, "title": TEXT, "status": {"type": "integer"}, "meaning": TEXT}),
        "Found": _found(),
        "Settings": record(
            {"settings": listed(record({"name": TEXT, "value": {}, "unit": TEXT, "help": TEXT}))}
        ),
        "Health": _health(),
        "Ready": record({"status": {"enum": ["ready"]}, "seconds": {"type": "number", "minimum": 0}}),
    }


_NUMBER: Json = {"type": "integer", "minimum": 0}
_ADDRESS: Json = {"type": "string", "format": "uri"}
_HOME = ("name", "version", "about", "sparql", "ontology", "shapes", "void", "context", "health")


def _problem() -> Json:
    fault = record({"parameter": TEXT, "value": TEXT, "detail": TEXT})
    types = sorted({kind.title for kind in KINDS.values()})
    return record(
        {
            "type": _ADDRESS,
            "title": {"type": "string", "examples": types},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
        },
        {
            "line": {"type": "integer", "description": "Where the query cannot be read"},
            "column": {"type": "integer"},
            "limit": {"type": "string", "description": "The setting that was passed"},
            "available": listed(TEXT) | {"description": "The media types that there are"},
            "errors": listed(fault) | {"description": "Each parameter that does not fit"},
            "replacedBy": listed(TEXT) | {"description": "What to use instead of what was withdrawn"},
            "request": {"type": "string", "description": "The id by which the log knows the request"},
        },
        "What went wrong (RFC 9457)",
    )


def _results() -> Json:
    kinds_ = ["uri", "literal", "bnode", "triple"]
    term = record({"type": {"enum": kinds_}, "value": {}}, {"xml:lang": TEXT, "datatype": TEXT})
    bindings = {"bindings": listed({"type": "object", "additionalProperties": term})}
    others = {"boolean": {"type": "boolean"}, "results": record(bindings)}
    head = {"head": {"type": "object", "properties": {"vars": listed(TEXT)}}}
    schema = record(head, others, "The JSON of SPARQL 1.1 results")
    return schema | {"oneOf": [{"required": ["boolean"]}, {"required": ["results"]}]}


def _query() -> Json:
    texts = {name: TEXT for name in ("name", "kind", "summary", "iri", "address")}
    parameter = {name: TEXT for name in ("name", "type", "description")} | {"default": listed(TEXT)}
    gives = {"gives": {"enum": ["solutions", "boolean", "graph"]}}
    return record(texts | gives | {"forms": listed(TEXT), "parameters": listed(record(parameter))})


def _found() -> Json:
    nothing: Json = {"type": "null"}
    named = {"anyOf": [record({"iri": TEXT, "label": TEXT}), nothing]}
    spoken = {"type": ["string", "null"]}
    marks = listed({"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2})
    match = record({"field": TEXT, "language": spoken, "text": TEXT, "marks": marks})
    texts: Json = {"iri": TEXT, "address": TEXT, "label": TEXT, "language": spoken}
    hit = record(texts | {"class": named, "level": named, "match": match})
    numbers = {name: _NUMBER for name in ("total", "limit", "offset")}
    return record({"query": TEXT, "language": TEXT} | numbers | {"results": listed(hit)})


def _health() -> Json:
    texts = {"status": {"enum": ["ok"]}, "version": TEXT, "digest": TEXT}
    since = {"type": "string", "format": "date-time"}
    return record(
        texts | {"triples": _NUMBER, "since": since, "uptime": {"type": "number"}},
        description="What the server is; members beyond these depend on where queries are answered",
    )
