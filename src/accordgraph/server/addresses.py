"""Addresses of documents: their forms by suffix, and the links between them in the header."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from starlette.requests import Request

from accordgraph import forms
from accordgraph.errors import shown
from accordgraph.forms import Form
from accordgraph.server import problems
from accordgraph.server.negotiation import Choice, choose_form, header_of
from accordgraph.server.pages import HEADERS
from accordgraph.server.problems import Problem

FORMS = (forms.TURTLE, forms.JSON_LD, forms.RDF_XML, forms.N_TRIPLES, forms.HTML)
"""The forms of a document, best liked first."""


def encoded(path: str) -> str:
    """Return a path as an address has it."""
    return quote(path, safe="/:@!$&'()*+,;=~-._")


def resolve(path: str, exists: Callable[[str], bool]) -> tuple[str, str | None]:
    """Return the path of what a path names, and the name of the form where its suffix says it.

    What has the whole path as its name comes first: `315.02` has no suffix, and what is called `x.ttl` is
    found under that name. Raises the 404 `Problem` when there is neither.
    """
    if exists(path):
        return path, None
    stem, dot, suffix = path.rpartition(".")
    if dot and suffix in [form.name for form in FORMS] and exists(stem):
        return stem, suffix
    raise Problem(problems.NOT_FOUND, f"the graph has nothing at {shown(path)}")


def choose(request: Request, suffix: str | None, available: Sequence[Form] = FORMS) -> Choice:
    """Return the form that a request asks for: by suffix, by `format`, or by its Accept header."""
    named = suffix or request.query_params.get("format")
    return choose_form(header_of(request, "accept"), named, available)


def alternates(path: str, query: str = "") -> list[tuple[str, str]]:
    """Return the forms of a document: the media type and the address of each."""
    return [(form.media_type, f"{encoded(path)}.{form.name}{query}") for form in FORMS]


def headers(path: str, choice: Choice, about: str = "", query: str = "") -> dict[str, str]:
    """Return the headers of a document: its forms, its own address, what it is about, and what it depends on.

    `query` is a part of the address that its forms have in common, as `?page=2`.
    """
    links = [f'<{encoded(path)}{query}>; rel="canonical"']
    links += [f'<{about}>; rel="describes"'] if about else []
    links += [f'<{address}>; rel="alternate"; type="{kind}"' for kind, address in alternates(path, query)]
    found = {
        "Link": ", ".join(links),
        "Content-Location": f"{encoded(path)}.{choice.form.name}{query}",
        "Vary": HEADERS["Vary"],
    }
    return found | (HEADERS if choice.form == forms.HTML else {})
