"""Addresses of documents: their forms by suffix, and the links between them in the header."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from starlette.requests import Request

from accordgraph.errors import shown
from accordgraph.results import formats
from accordgraph.results.formats import Form
from accordgraph.server.http import problems
from accordgraph.server.http.languages import Language
from accordgraph.server.http.negotiation import Choice, choose_form, header_of
from accordgraph.server.http.problems import Problem
from accordgraph.server.pages.html import HEADERS, address_of, linker

FORMS = (formats.TURTLE, formats.JSON_LD, formats.RDF_XML, formats.N_TRIPLES, formats.HTML)
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


def alternates(path: str, language: Language, page: int = 1) -> list[tuple[str, str]]:
    """Return the forms of a document, or of one of its pages: the media type and the address of each."""
    return [(form.media_type, _address(f"{path}.{form.name}", form, language, page)) for form in FORMS]


def links(path: str, language: Language, page: int = 1) -> dict[str, list[tuple[str, str]]]:
    """Return what a page says of the other forms: `alternates` in its head, and `links` for its readers."""
    forms = alternates(path, language, page)
    shown_as = [(form.name, address) for form, (_, address) in zip(FORMS, forms, strict=True)]
    return {"alternates": forms, "links": shown_as[:-1]}


def headers(path: str, choice: Choice, language: Language, about: str = "", page: int = 1) -> dict[str, str]:
    """Return the headers of a document: its forms, its own address, what it is about, and what it depends on.

    Where the address asks for a language, those of what people read do too. JSON-LD names its page only: PyLD
    cannot read a document with several links of the relation `alternate`.
    """
    targets = [f'<{_address(path, choice.form, language, page)}>; rel="canonical"']
    targets += [f'<{about}>; rel="describes"'] if about else []
    targets += [
        f'<{address}>; rel="alternate"; type="{kind}"'
        for kind, address in alternates(path, language, page)
        if choice.form != formats.JSON_LD or kind == formats.HTML.media_type
    ]
    own = {
        "Link": ", ".join(targets),
        "Content-Location": _address(f"{path}.{choice.form.name}", choice.form, language, page),
        "Vary": HEADERS["Vary"],
    }
    return own | (HEADERS if choice.form == formats.HTML else {})


def _address(path: str, form: Form, language: Language, page: int) -> str:
    """Return the address of a page of a document; RDF is the same in every language."""
    address = address_of(path, page=page if page > 1 else None)
    return linker(language)(address) if form == formats.HTML else address
