"""What the OpenAPI document states of the plain Starlette routes: a row of plain_routes.toml for each.

OpenAPI 3.1 has no method QUERY and no path parameter with slashes: both are described in words.
"""

import tomllib
from collections.abc import Iterable
from importlib.resources import files

from accordgraph.export.catalogue import FORMS
from accordgraph.export.cube import AGENCY
from accordgraph.export.sdmx_ml import STRUCTURE_TYPE
from accordgraph.namespaces import GRAPH
from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.server.http.problems import KINDS
from accordgraph.server.openapi.responses import content, responses
from accordgraph.server.openapi.schemas import GRAPH_NAME, TEXT, listed, ref
from accordgraph.server.pages import urls
from accordgraph.server.routes import site, statistics
from accordgraph.server.routes.parameters import FORMAT_HELP, LANGUAGE_HELP, Json, format_schema
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
    "list": content(_PAGES, "The list"),
    "data": content(tuple(statistics.DATA), "The data"),
    "structure": content((Form("xml", STRUCTURE_TYPE),), "The structure"),
    "file": content((Form("csv", "text/csv"),), "The file, in its media type"),
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
_ANSWER_FORMAT = ref("schemas", "FormOfAnswer")
_LISTS: Json = {"style": "form", "explode": True}
_QUERY = {"type": "string", "minLength": 1, "contentMediaType": formats.SPARQL.media_type}
_PARAMETERS: Json = {
    "query": query("query", _QUERY, "The query; a long one is better sent by POST", example="ASK {}"),
    "default-graph-uri": query(
        "default-graph-uri",
        listed(GRAPH_NAME),
        "The graphs that are merged as the default graph; without one, the whole dataset",
        **_LISTS,
    ),
    "named-graph-uri": query(
        "named-graph-uri", listed(GRAPH_NAME), "The graphs that GRAPH may name; without one, all", **_LISTS
    ),
    "result-format": query("format", _ANSWER_FORMAT, FORMAT_HELP),
    "output": query("output", _ANSWER_FORMAT, "Another name of `format`"),
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
        **_LISTS,
    ),
    "cube": _path("cube", "The name of a cube", "agreements-by-month"),
    "flow": _path("flow", "The name of a flow", "AGREEMENTS_BY_MONTH"),
    "key": _path("key", "Codes with dots between, those of a dimension with +", "M.entersIntoForceOn....."),
    "agency": _path("agency", "The agency", AGENCY),
    "id": _path("id", "The name of a flow", "AGREEMENTS_BY_MONTH"),
    "version": _path("version", "The version, or latest", "latest"),
    "codes": query(
        "codes",
        {"type": "object", "additionalProperties": listed(TEXT)},
        "The codes of each dimension; sinceTimePeriod and untilTimePeriod are periods",
        **_LISTS,
    ),
    "period": query("startPeriod", TEXT, "The first period; endPeriod is the last one", example="2023-03"),
    "catalogue-format": format_of(FORMS),
    "catalogue-suffix": _path("suffix", "The format", "ttl", [form.name for form in FORMS]),
    "problem": _path("name", "The name of the problem type", "not-found", KINDS),
    "page": query("page", _NUMBER, "The page of the list of resources that refer to this one"),
    "default": query("default", TEXT, "The default graph; its value is ignored", allowEmptyValue=True),
    "graph": query("graph", GRAPH_NAME, "The IRI of a graph", example=GRAPH["data/be/acts"].value),
}


def plain_paths(names: list[str], settings: Settings) -> Json:
    """Return the paths by URL; `names` are those of the queries."""
    parameters = _PARAMETERS | {"name": _path("name", "The name of the query", names[0], names)}
    table = tomllib.loads(
        files("accordgraph.server.openapi").joinpath("plain_routes.toml").read_text("utf-8")
    )
    paths: Json = {}
    for tag, rows in table.items():
        for url, row in rows.items():
            operation = {"operationId": row["id"], "tags": [tag], "summary": row["summary"]}
            operation["parameters"] = [
                _path("path", "A path; a slash may be sent as it is, or as %2F", key.removeprefix("path="))
                if key.startswith("path=")
                else parameters[key]
                for key in row["parameters"].split()
            ]
            paths[url] = {"get": operation | {"responses": _responses(row["responses"])}}
    paths["/sparql"]["post"] = _sparql_post(paths["/sparql"]["get"], settings)
    return paths


def _responses(text: str) -> Json:
    success, _, statuses = text.partition(" ")
    return responses(_CONTENTS[success], statuses) if success in _CONTENTS else responses(None, text)


def _sparql_post(get: Json, settings: Settings) -> Json:
    """Describe the query operation of the SPARQL 1.1 Protocol by POST; what GET has are fields too."""
    query_, *others = get["parameters"]
    members = {one["name"]: one["schema"] for one in get["parameters"] if one["name"] != "lang"}
    fields = {"type": "object", "properties": members, "required": ["query"]}
    contents = {
        "application/x-www-form-urlencoded": {"schema": fields, "example": {"query": "ASK {}"}},
        formats.SPARQL.media_type: {"schema": query_["schema"], "example": "ASK {}"},
    }
    return get | {
        "operationId": "sparql_post",
        "summary": "The same by POST, as a form or with the query as the body",
        "description": f"At most {settings.request_bytes:,} bytes, {settings.query_bytes:,} of them query.",
        "parameters": others,
        "requestBody": {"required": True, "content": contents},
        "responses": _responses("result 400 403 406 408 413 415 429 503"),
    }
