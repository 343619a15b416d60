"""The parts that operations of the OpenAPI document are made of: parameters, answers and problems."""

from collections.abc import Iterable, Sequence

from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.server.http.problems import KINDS, MEDIA_TYPE
from accordgraph.server.openapi.schemas import LANGUAGE, TEXT, Json, form_of, ref, schemas
from accordgraph.server.routes.queries import DESCRIPTIONS, LISTS

ERRORS = {
    status: "; ".join(kind.title for kind in KINDS.values() if str(kind.status) == status)
    for status in ("400", "403", "404", "406", "408", "410", "413", "415", "422", "429", "503")
} | {"default": "Another problem: a method that is not supported (405), or an internal error (500)"}
"""The problems of an operation by status."""
QUERIED = ("429", "503")
"""What any answer that needs a query may end in."""
_ANSWER = "The answer; or the query (rq)"
_MODIFIED = {"description": "The client has this answer: If-None-Match names its ETag"}
_TAGGED: Json = {
    "ETag": {"description": "What names this very answer", "schema": TEXT},
    "Link": {"description": "Other forms, other parts, or the query (RFC 8288)", "schema": TEXT},
}
_COUNTED: Json = {
    "X-Total-Count": {"description": "All rows, where a part was asked for", "schema": {"type": "integer"}}
}
_AGAIN: Json = {
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}}
}


def given(name: str, schema: Json, description: str = "", **others: object) -> Json:
    """Return a parameter of the query string."""
    said = {"description": description} if description else {}
    return {"name": name, "in": "query", **said, "schema": schema, **others}


def in_path(name: str, schema: Json, description: str, example: str) -> Json:
    """Return a parameter of the path."""
    said = {"description": description, "schema": schema, "example": example}
    return {"name": name, "in": "path", "required": True, **said}


def get(
    name: str, tag: str, summary: str, parameters: list[Json], found: Json, description: str = ""
) -> Json:
    """Return the item of a path that is for reading."""
    said = {"description": description} if description else {}
    about = {"operationId": name, "tags": [tag], "summary": summary, **said}
    return {"get": {**about, "parameters": parameters, "responses": found}}


def one_of(names: Iterable[str]) -> Json:
    """Return the schema of a closed list."""
    return {"type": "string", "enum": list(names)}


def format_of(found: Iterable[Form] | str) -> Json:
    """Return the parameter that names the form: one of these, or as the component of that name says."""
    schema = ref("schemas", found) if isinstance(found, str) else form_of(found)
    return given("format", schema, "The form of the answer; without it, the header Accept decides")


def lang() -> Json:
    """Return the parameter that names the language of a page."""
    return given("lang", ref("schemas", "Language"), "The language of the answer as a page")


def number(name: str, description: str, lowest: int, highest: int, default: int | None = None) -> Json:
    """Return a parameter that is a whole number between two others."""
    schema: Json = {"type": "integer", "minimum": lowest, "maximum": highest}
    return given(name, schema | ({} if default is None else {"default": default}), description)


def answer(found: Iterable[Form], description: str, schema: str = "Results") -> Json:
    """Return the response with an answer; of its JSON, what the component of that name says."""
    content: Json = {}
    for form in found:
        if form in (formats.JSON, formats.LIST):
            body = ref("schemas", schema)
        else:
            body = {} if form.name in (formats.XLSX.name, formats.JSON_LD.name) else TEXT
        for media_type in (form.media_type, *form.others):
            content.setdefault(media_type, {"schema": body})
    return {"description": description, "headers": _TAGGED, "content": content}


def responses(found: Json, statuses: Sequence[str]) -> Json:
    """Return the responses of an operation: the answer, that the client has it, or one of the problems."""
    return {"200": found, "304": _MODIFIED, **failures(statuses)}


def failures(statuses: Iterable[str]) -> Json:
    """Return the responses for problems of these statuses, and for all others."""
    return {status: ref("responses", f"Problem-{status}") for status in (*statuses, "default")}


def components() -> Json:
    """Return the schemas and the responses that operations refer to."""
    problem = {"content": {MEDIA_TYPE: {"schema": ref("schemas", "Problem")}}}
    everything = (formats.SPARQL, *formats.RESULTS, *formats.GRAPHS)
    answers = {
        "Solutions": answer((*formats.RESULTS, *DESCRIPTIONS, formats.SPARQL), _ANSWER),
        "Graph": answer((*formats.GRAPHS, formats.SPARQL), _ANSWER),
        "Answer": answer((formats.JSON_LD, *everything), "The answer, in a form that fits the query"),
        "List": answer(LISTS, "The list", "Queries"),
    }
    found = {f"Problem-{status}": {"description": text, **problem} for status, text in ERRORS.items()}
    for status in QUERIED:
        found[f"Problem-{status}"]["headers"] = _AGAIN
    answers["Solutions"]["headers"] = _TAGGED | _COUNTED
    named = {
        "FormOfRows": form_of((*formats.RESULTS, *DESCRIPTIONS, formats.SPARQL)),
        "FormOfGraph": form_of((*formats.GRAPHS, formats.SPARQL)),
        "FormOfAnswer": form_of((*formats.RESULTS, *formats.GRAPHS)),
        "Language": LANGUAGE,
    }
    return {"schemas": schemas() | named, "responses": answers | found}
