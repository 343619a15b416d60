"""The responses of the OpenAPI document: every format that can be negotiated, 304, and the problems."""

from collections.abc import Iterable

from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.server.http.problems import KINDS, MEDIA_TYPE
from accordgraph.server.openapi.schemas import TEXT, ref, schemas
from accordgraph.server.routes.parameters import LANGUAGE, Json, format_schema
from accordgraph.server.routes.queries import DESCRIPTIONS, LISTS

ROWS = (*formats.RESULTS, *DESCRIPTIONS, formats.SPARQL)
GRAPH = (*formats.GRAPHS, formats.SPARQL)
_STATUSES = (400, 403, 404, 406, 408, 410, 413, 415, 422, 429, 503)
_HEADERS: Json = {
    "ETag": {"description": "The entity tag of this representation", "schema": TEXT},
    "Link": {"description": "Other formats, other parts, or the query (RFC 8288)", "schema": TEXT},
}
_TOTAL: Json = {
    "X-Total-Count": {"description": "All rows, where a part was requested", "schema": {"type": "integer"}}
}
_RETRY: Json = {
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}}
}
_NOT_MODIFIED = {"description": "Not modified: If-None-Match has the current entity tag"}
_REDIRECT: Json = {
    "description": "The document is at another URL",
    "headers": {"Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}}},
}


def content(forms: Iterable[Form], description: str, schema: str = "Results") -> Json:
    """Return a response in one of several formats; its JSON is of the component of that name."""
    by_type: Json = {}
    for form in forms:
        if form in (formats.JSON, formats.LIST):
            body = ref("schemas", schema)
        else:
            body = {} if form.name in (formats.XLSX.name, formats.JSON_LD.name) else TEXT
        for media_type in (form.media_type, *form.others):
            by_type.setdefault(media_type, {"schema": body})
    return {"description": description, "headers": _HEADERS, "content": by_type}


def responses(success: Json | None, statuses: str) -> Json:
    """Return the responses of an operation: 200 with 304, and those of these statuses, 303 or problems."""
    named = {"200": success} if success else {}
    if success and success.keys() & {"headers", "$ref"}:
        named["304"] = _NOT_MODIFIED
    for status in (*statuses.split(), "default"):
        named[status] = _REDIRECT if status == "303" else ref("responses", f"Problem-{status}")
    return named


def components() -> Json:
    """Return the schemas and the responses that operations refer to."""
    every = (formats.JSON_LD, formats.SPARQL, *formats.RESULTS, *formats.GRAPHS)
    named = {
        "Solutions": content(ROWS, "The result; or the query (rq)"),
        "Graph": content(GRAPH, "The result; or the query (rq)"),
        "Answer": content(every, "The result, in a format that suits the query"),
        "List": content(LISTS, "The list", "Queries"),
    }
    named["Solutions"]["headers"] = _HEADERS | _TOTAL
    titles: dict[str, str] = {
        str(status): "; ".join(kind.title for kind in KINDS.values() if kind.status == status)
        for status in _STATUSES
    }
    titles["default"] = "Another problem: a method that is not supported (405), or an internal error (500)"
    for status, title in titles.items():
        headers = {"headers": _RETRY} if status in ("429", "503") else {}
        problem = {MEDIA_TYPE: {"schema": ref("schemas", "Problem")}}
        named[f"Problem-{status}"] = {"description": title, "content": problem, **headers}
    words = {
        "FormOfRows": format_schema(ROWS),
        "FormOfGraph": format_schema(GRAPH),
        "FormOfAnswer": format_schema((*formats.RESULTS, *formats.GRAPHS)),
        "Language": LANGUAGE,
    }
    return {"schemas": schemas() | words, "responses": named}
