"""The addresses that are there whatever the library and the data hold, as OpenAPI describes them.

OpenAPI 3.1 knows no method QUERY: it is said in words.
"""

from accordgraph.library.catalogue import Library
from accordgraph.results import formats
from accordgraph.server.openapi.components import (
    QUERIED,
    answer,
    failures,
    format_of,
    get,
    given,
    in_path,
    lang,
    number,
    one_of,
    responses,
)
from accordgraph.server.openapi.linked_data import document_paths, linked_paths
from accordgraph.server.openapi.schemas import GRAPH_NAME, IRI, TEXT, WORDS, Json, listed, ref
from accordgraph.server.routes import search, search_parameters
from accordgraph.server.routes.queries import LISTS, PATH
from accordgraph.settings import Settings


def fixed_paths(library: Library, settings: Settings) -> Json:
    """Return the paths by address; the names of queries are those of a library."""
    return (
        _sparql(settings)
        | _queries(library)
        | linked_paths()
        | document_paths()
        | _searching()
        | _operating()
    )


def _sparql(settings: Settings) -> Json:
    """Describe the query operation of the SPARQL 1.1 Protocol."""
    graphs = listed(GRAPH_NAME)
    query = {"type": "string", "minLength": 1, "contentMediaType": formats.SPARQL.media_type}
    default = "The graphs that are merged as the default graph; without one, the whole dataset"
    named = "The graphs that GRAPH may name; without one, all"
    problems = ("400", "403", "406", "413", *QUERIED)
    found = responses(ref("responses", "Answer"), problems)
    rest = [
        given("default-graph-uri", graphs, default, style="form", explode=True),
        given("named-graph-uri", graphs, named, style="form", explode=True),
        format_of("FormOfAnswer"),
        given("output", ref("schemas", "FormOfAnswer"), "Another name of `format`"),
        lang(),
    ]
    asked = given("query", query, "The query; a long one is better sent by POST", example="ASK {}")
    reading = get(
        "sparql_get",
        "SPARQL",
        "The query operation of the SPARQL 1.1 Protocol; without a query, the service description",
        [asked, *rest],
        found,
        "The method QUERY, which OpenAPI 3.1 has no place for, takes a query as its body too.",
    )
    members = {"query": query, "default-graph-uri": graphs, "named-graph-uri": graphs}
    members |= {"format": ref("schemas", "FormOfAnswer"), "output": ref("schemas", "FormOfAnswer")}
    form = {"type": "object", "properties": members, "required": ["query"]}
    post = {
        "operationId": "sparql_post",
        "tags": ["SPARQL"],
        "summary": "The same by POST, as a form or with the query as the body",
        "description": f"At most {settings.request_bytes:,} bytes, {settings.query_bytes:,} of them query.",
        "parameters": rest,
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {"schema": form, "example": {"query": "ASK {}"}},
                formats.SPARQL.media_type: {"schema": query, "example": "ASK {}"},
            },
        },
        "responses": found | failures(("408", "415")),
    }
    return {"/sparql": reading | {"post": post}}


def _queries(library: Library) -> Json:
    """Describe the list of queries, and a query with the suffix of a form."""
    found = responses(ref("responses", "List"), ("400", "406"))
    rdf = "In RDF, each is a sh:SPARQLExecutable."
    suffix = in_path("suffix", one_of(form.name for form in LISTS), "The form", "csv")
    names = list(library.queries)
    known = list(dict.fromkeys(form.name for form in (*formats.RESULTS, *formats.GRAPHS, formats.SPARQL)))
    one = [
        in_path("name", one_of(names), "The name of the query", names[0]),
        in_path("suffix", one_of(known), "The form; `rq` is the query itself, with the values given", "rq"),
        given(
            "parameters",
            {"type": "object", "additionalProperties": listed(TEXT)},
            f"The parameters that the query has at {PATH}/ and its name",
            style="form",
            explode=True,
        ),
        lang(),
    ]
    problems = ("400", "404", "406", "413", "422", *QUERIED)
    return {
        PATH: get("queries", "Queries", "Every query of the library", [format_of(LISTS), lang()], found, rdf),
        PATH + ".{suffix}": get(
            "queries_in_a_form",
            "Queries",
            "The same in one form",
            [suffix, lang()],
            responses(ref("responses", "List"), ("400", "404")),
        ),
        PATH + "/{name}.{suffix}": get(
            "query_in_a_form",
            "Queries",
            "The answer to a query in one form",
            one,
            responses(ref("responses", "Answer"), problems),
        ),
    }


def _searching() -> Json:
    """Describe search."""
    most = f"Words, of which all are found, {search_parameters.MOST_WORDS} at most; in quotes: a phrase"
    tag = {"type": "string", "pattern": search_parameters.LANGUAGE_TAG}
    class_ = {"type": "string", "pattern": f"{IRI['pattern']}|^$"}
    parameters = [
        given("q", WORDS | {"maxLength": search_parameters.LONGEST}, most, required=True, example="telework"),
        given("language", tag | {"default": search_parameters.DEFAULT_LANGUAGE}, "Language of the labels"),
        given("lang", tag, "Another name of `language`; both with different values are 422"),
        given("class", class_, "Only things of this class, which the graph has; empty for all"),
        number("limit", "Most results", 1, search_parameters.MOST_RESULTS, search_parameters.RESULTS),
        number("offset", "Results to leave out", 0, search_parameters.MOST_OFFSET, 0),
        format_of(search.FORMS),
    ]
    found = responses(answer(search.FORMS, "What was found", "Found"), ("400", "406", "422", "429", "503"))
    summary = "Find things by label, title, number or description"
    return {search.ADDRESS: get("search", "Search", summary, parameters, found)}


def _operating() -> Json:
    """Describe what is for those who run the server."""
    tag = "Operations"
    shown = answer((formats.LIST, formats.HTML), "The settings", "Settings")
    settings = responses(shown, ("406",))
    health = {"200": answer((formats.LIST,), "The server lives", "Health"), **failures(())}
    ready = {"200": answer((formats.LIST,), "A query was answered", "Ready"), **failures(("503",))}
    counts = {"description": "The counts", "content": {"text/plain": {"schema": TEXT}}}
    metrics = {"200": counts, **failures(())}
    page = [format_of((formats.LIST, formats.HTML)), lang()]
    return {
        "/api/settings": get("settings", tag, "The limits of this server", page, settings),
        "/health": get("health", tag, "Whether the server lives, and what it serves", [], health),
        "/ready": get("ready", tag, "Whether a query is answered now", [], ready),
        "/metrics": get("metrics", tag, "What the server does, for Prometheus", [], metrics),
    }
