"""What the OpenAPI document states of the plain Starlette routes: plain_routes.toml, and SPARQL.

OpenAPI 3.1 has no method QUERY and no path parameter with slashes: both are described in words.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from accordgraph.namespaces import GRAPH
from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.server.http.problems import KINDS
from accordgraph.server.openapi.responses import content, responses
from accordgraph.server.openapi.schemas import GRAPH_NAME, TEXT, Json, listed, ref
from accordgraph.server.pages import urls
from accordgraph.server.routes import site
from accordgraph.server.routes.parameters import FORMAT_HELP, LANGUAGE_HELP, format_schema
from accordgraph.server.routes.queries import PATH
from accordgraph.settings import Settings

_PAGES = (formats.LIST, formats.HTML)
_GRAPHS = tuple(form for form in formats.GRAPHS if form != formats.HTML)
_EVERY = (*formats.RESULTS, *formats.GRAPHS, formats.SPARQL)
_CONTENTS: Json = {
    "result": ref("responses", "Answer"),
    "document": content(urls.FORMS, "The document"),
    "graph": content(_GRAPHS, "The graph"),
    "home": content(_PAGES, "The overview", "Home"),
    "kind": content(_PAGES, "The meaning", "Kind"),
    "context": content((Form("jsonld", formats.JSON_LD.media_type),), "The context"),
    "openapi": content((), "This document") | {"content": {formats.LIST.media_type: {}}},
    "docs": content((formats.HTML,), "The page"),
    "metrics": {"description": "The metrics", "content": {"text/plain": {"schema": TEXT}}},
}


def query(name: str, schema: Json, description: str, **members: object) -> Json:
    """Return a parameter of the query string."""
    return {"name": name, "in": "query", "description": description, "schema": schema, **members}


def format_of(forms: Iterable[Form]) -> Json:
    """Return the parameter that names one of these formats."""
    return query("format", format_schema(forms), FORMAT_HELP)


def _path(name: str, description: str, example: str, values: Iterable[str] = ()) -> Json:
    """Return a parameter of the path, which is one of some values or any text."""
    schema = TEXT | ({"enum": list(dict.fromkeys(values))} if values else {})
    stated = {"description": description, "schema": schema, "example": example}
    return {"name": name, "in": "path", "required": True, **stated}


LANGUAGE = query("lang", ref("schemas", "Language"), LANGUAGE_HELP)
_NUMBER = {"type": "string", "pattern": "^[0-9]{1,5}$", "default": "1"}
_PARAMETERS: Json = {
    "lang": LANGUAGE,
    "format": format_of(urls.FORMS),
    "home-format": format_of(site.HOME),
    "page-format": format_of(_PAGES),
    "graph-format": format_of(_GRAPHS),
    "suffix": _path("suffix", "The format", "ttl", [form.name for form in urls.FORMS]),
    "query-suffix": _path("suffix", "The format; `rq` is the query itself", "rq", [f.name for f in _EVERY]),
    "values": query(
        "parameters",
        {"type": "object", "additionalProperties": listed(TEXT)},
        f"The parameters that the query has at {PATH}/ and its name",
        style="form",
        explode=True,
    ),
    "problem": _path("name", "The name of the problem type", "not-found", KINDS),
    "page": query("page", _NUMBER, "The page of the list of resources that refer to this one"),
    "default": query("default", TEXT, "The default graph; its value is ignored", allowEmptyValue=True),
    "graph": query("graph", GRAPH_NAME, "The IRI of a graph", example=GRAPH["data/be/acts"].value),
}


def plain_paths(names: list[str], settings: Settings) -> Json:
    """Return the paths by URL; `names` are those of the queries."""
    parameters = _PARAMETERS | {"name": _path("name", "The name of the query", names[0], names)}
    paths = {"/sparql": _sparql(settings)}
    for tag, rows in _table().items():
        for url, row in rows.items():
            keys = [key.partition("=") for key in row["parameters"].split()]
            paths[url] = {
                "get": {
                    "operationId": row["id"],
                    "tags": [tag],
                    "summary": row["summary"],
                    "parameters": [
                        _path("path", "A path; a slash may be sent as it is, or as %2F", example)
                        if example
                        else parameters[key]
                        for key, _, example in keys
                    ],
                    "responses": _responses(row["responses"]),
                }
            }
    return paths


@cache
def _table() -> Json:
    return tomllib.loads(files(__package__).joinpath("plain_routes.toml").read_text(encoding="utf-8"))


def _responses(text: str) -> Json:
    success, _, statuses = text.partition(" ")
    if success in _CONTENTS:
        return responses(_CONTENTS[success], statuses)
    return responses(None, text)


def _sparql(settings: Settings) -> Json:
    """Describe the query operation of the SPARQL 1.1 Protocol."""
    text = {"type": "string", "minLength": 1, "contentMediaType": formats.SPARQL.media_type}
    graphs, form = listed(GRAPH_NAME), ref("schemas", "FormOfAnswer")
    dataset = {
        "default-graph-uri": "The graphs that are merged as the default graph; default: the whole dataset",
        "named-graph-uri": "The graphs that GRAPH may name; without one, all",
    }
    rest = [query(name, graphs, help_, style="form", explode=True) for name, help_ in dataset.items()]
    rest += [
        query("format", form, FORMAT_HELP),
        query("output", form, "Another name of `format`"),
        LANGUAGE,
    ]
    first = query("query", text, "The query; a long one is better sent by POST", example="ASK {}")
    members = {"query": text, **dict.fromkeys(dataset, graphs), "format": form, "output": form}
    fields = {"type": "object", "properties": members, "required": ["query"]}
    get = {
        "operationId": "sparql_get",
        "tags": ["SPARQL"],
        "summary": "The query operation of the SPARQL 1.1 Protocol; without a query, the service description",
        "description": "The method QUERY, which OpenAPI 3.1 lacks, takes a query as its body too.",
        "parameters": [first, *rest],
        "responses": _responses("result 400 403 406 413 429 503"),
    }
    post = {
        "operationId": "sparql_post",
        "summary": "The same by POST, as a form or with the query as the body",
        "description": f"At most {settings.request_bytes:,} bytes, {settings.query_bytes:,} of them query.",
        "parameters": rest,
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {"schema": fields, "example": {"query": "ASK {}"}},
                formats.SPARQL.media_type: {"schema": text, "example": "ASK {}"},
            },
        },
        "responses": _responses("result 400 403 406 408 413 415 429 503"),
    }
    return {"get": get, "post": get | post}
