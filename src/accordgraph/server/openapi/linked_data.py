"""The addresses of things and documents, as OpenAPI describes them.

OpenAPI 3.1 knows no parameter of a path that holds slashes: that is said in words.
"""

from accordgraph.namespaces import GRAPH
from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.server.http.problems import KINDS
from accordgraph.server.openapi.components import (
    QUERIED,
    answer,
    failures,
    format_of,
    get,
    given,
    in_path,
    lang,
    one_of,
    responses,
)
from accordgraph.server.openapi.schemas import GRAPH_NAME, TEXT, Json
from accordgraph.server.pages import urls
from accordgraph.server.routes import site

_LINKED, _DOCUMENTS = "Linked data", "Documents"
_SLASHES = "A path; a slash in it may be sent as it is, or as %2F"
_PAGES = (formats.LIST, formats.HTML)
_GRAPHS = tuple(form for form in formats.GRAPHS if form != formats.HTML)
_CONTEXT = Form("jsonld", formats.JSON_LD.media_type)
_A_GRAPH = GRAPH["data/be/acts"].value
_LED: Json = {
    "description": "It stands elsewhere",
    "headers": {"Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}}},
}


def linked_paths() -> Json:
    """Return the addresses of things, concepts, ontologies and graphs."""
    document, graph_ = (answer(urls.FORMS, what) for what in ("The document", "The graph"))
    form, suffix = format_of(urls.FORMS), _suffix()
    there = {"303": _LED, **failures(("404", "410", *QUERIED))}
    page = given(
        "page",
        {"type": "string", "pattern": "^[0-9]{1,5}$", "default": "1"},
        "Which page of the things that point to this one; one that it does not have is 404",
    )
    store = [
        given("default", TEXT, "The default graph; its value does not matter", allowEmptyValue=True),
        given("graph", GRAPH_NAME, "The IRI of a graph", example=_A_GRAPH),
        format_of(_GRAPHS),
    ]
    found: dict[str, tuple[str, str, list[Json], Json]] = {
        "/id/{path}": ("thing", "A thing: leads to its document", [_path("be/body/nar")], there),
        "/concept/{path}": (
            "concept",
            "A concept or a scheme: leads to its document",
            [_path("theme/telework")],
            there,
        ),
        "/doc/{path}": (
            "document",
            "The document about a thing or a concept; the suffix of a form may end the path",
            [_path("be/body/nar.ttl"), page, form, lang()],
            responses(document, ("400", "404", "406", "410", *QUERIED)),
        ),
        "/ontology": (
            "ontology",
            "The classes and properties",
            [form, lang()],
            responses(document, ("406", *QUERIED)),
        ),
        "/ontology.{suffix}": (
            "ontology_in_a_form",
            "The same in one form",
            [suffix, lang()],
            responses(document, ("404", *QUERIED)),
        ),
        "/ontology/{path}": (
            "ontology_part",
            "The alignments with other ontologies; the IRI of a version leads to where it stands",
            [_path("alignments"), form, lang()],
            {"303": _LED, **responses(document, ("404", "406", *QUERIED))},
        ),
        "/graph/{path}": (
            "graph",
            "A named graph; the suffix of a form may end the path",
            [_path(_A_GRAPH.removeprefix(GRAPH)), form, lang()],
            responses(graph_, ("400", "404", "406", *QUERIED)),
        ),
        "/graph-store": (
            "graph_store",
            "One graph, by the SPARQL 1.1 Graph Store Protocol: `default` or `graph`; writing is 403",
            store,
            responses(answer(_GRAPHS, "The graph"), ("400", "404", "406", *QUERIED)),
        ),
    }
    return {
        address: get(name, _LINKED, summary, parameters, answers)
        for address, (name, summary, parameters, answers) in found.items()
    }


def document_paths() -> Json:
    """Return the addresses of documents about the dataset and the server."""
    document = answer(urls.FORMS, "The document")
    home, kind = answer(_PAGES, "The document", "Home"), answer(_PAGES, "The meaning", "Kind")
    asked, paged = [format_of(urls.FORMS), lang()], [format_of(_PAGES), lang()]
    one, whole = responses(document, ("400", "404", "503")), responses(document, ("400", "406", "503"))
    name = in_path("name", one_of(KINDS), "The name of the kind", "not-found")
    openapi: Json = {"description": "This document", "content": {formats.LIST.media_type: {}}}
    page = responses(answer((formats.HTML,), "The page"), ("503",))
    context = responses(answer((_CONTEXT,), "The context"), ("503",))
    found: dict[str, tuple[str, str, list[Json], Json]] = {
        "/": (
            "home",
            "What this is and where the rest stands; as a graph, that stands at /void",
            [format_of(site.HOME), lang()],
            {"303": _LED, **responses(home, ("406", "503"))},
        ),
        "/shapes": ("shapes", "What a node must carry, in SHACL", asked, whole),
        "/shapes.{suffix}": ("shapes_in_a_form", "The same in one form", [_suffix(), lang()], one),
        "/void": ("void", "The dataset in numbers, and the service", asked, whole),
        "/void.{suffix}": ("void_in_a_form", "The same in one form", [_suffix(), lang()], one),
        "/.well-known/void": ("well_known_void", "The same where clients look for it", asked, whole),
        "/context.jsonld": ("context", "The JSON-LD context", [], context),
        "/problem/{name}": (
            "problem",
            "What a kind of problem means",
            [name, *paged],
            responses(kind, ("404", "406")),
        ),
        "/api/openapi.json": ("openapi", "This document", [], responses(openapi, ("503",))),
        "/api/docs": ("docs", "This document as a page", [lang()], page),
    }
    return {
        address: get(name, _DOCUMENTS, summary, parameters, answers)
        for address, (name, summary, parameters, answers) in found.items()
    }


def _path(example: str) -> Json:
    return in_path("path", TEXT, _SLASHES, example)


def _suffix() -> Json:
    names = [form.name for form in urls.FORMS]
    return in_path("suffix", one_of(names), "The form", names[0])
