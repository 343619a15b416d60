"""Pages: what people see in a browser, made from templates; they ask for nothing from elsewhere."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader

from accordgraph.namespaces import BASE, shorten
from accordgraph.results.json_reader import URI, Table
from accordgraph.server.http.languages import LANGUAGES, PARAMETER, Language
from accordgraph.sparql.query import Graphs

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Vary": "Accept, Accept-Encoding, Accept-Language",
}
"""What goes with every page: it may load nothing, and it depends on the language."""

Labels = Mapping[str, Mapping[str, str]]
"""The labels of things, by IRI and language."""
FindLabels = Callable[[Iterable[str]], Awaitable[Labels]]

_LINKED = ("http://", "https://", "mailto:")
_OTHER_FORMS = ("json", "csv", "tsv", "xml")


@cache
def environment() -> Environment:
    """Return the environment of the templates, which escapes everything."""
    templates = Environment(
        loader=PackageLoader("accordgraph.server"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["short"] = shorten
    return templates


def local(iri: str) -> str:
    """Return where a link to an IRI leads: IRIs of the graph are shown by this server, under any host.

    Empty for an IRI that a browser should not follow.
    """
    if iri.startswith(BASE):
        return "/" + iri.removeprefix(BASE)
    return iri if iri.startswith(_LINKED) else ""


def linker(language: Language) -> Callable[[str], str]:
    """Return what makes links in a page: those to pages of ours keep the language that was chosen."""

    def link(iri: str) -> str:
        address = iri if iri.startswith("/") else local(iri)
        if not language.chosen or not address.startswith("/"):
            return address
        path, hash_, fragment = address.partition("#")
        return f"{path}{'&' if '?' in path else '?'}{PARAMETER}={language.code}{hash_}{fragment}"

    return link


def address_of(path: str, **parameters: object) -> str:
    """Return a path of ours, with parameters where they have a value, as a link has it."""
    given = {name: value for name, value in parameters.items() if value}
    return quote(path, safe="/:@!$&'()*+,;=~-._") + (f"?{urlencode(given, doseq=True)}" if given else "")


def page(template: str, language: Language, path: str, **content: Any) -> bytes:
    """Return a page; `path` is its address without the language, for the switch between languages."""
    mark = "&" if "?" in path else "?"
    switch = [(code, name, f"{path}{mark}{PARAMETER}={code}") for code, name in LANGUAGES.items()]
    made = environment().get_template(template)
    words, link = language.words, linker(language)
    spoken = {"language": language.code, "chosen": language.chosen, "switch": switch}
    return made.render(words=words, link=link, **spoken, **content).encode()


def variant(language: Language) -> str:
    """Return what a page in a language depends on beside its content."""
    return f"{language.code}{' chosen' if language.chosen else ''}"


def best_text(texts: Mapping[str, str], language: Language) -> tuple[str, str]:
    """Return the text for a language, or for the next best, and the language that it is in."""
    for code in (language.code, *language.others):
        if code in texts:
            return texts[code], code
    return next(((text, code) for code, text in sorted(texts.items())), ("", ""))


async def names_in(content: Table, language: Language, find_labels: FindLabels) -> dict[str, str]:
    """Return the labels of the IRIs in a `TABLE` that have one, in the language of the page."""
    cells = (cell for row in content.rows for cell in row if cell and cell.kind == URI)
    labels = await find_labels(dict.fromkeys(cell.value for cell in cells))
    return {iri: best_text(texts, language)[0] for iri, texts in labels.items()}


def table(
    text: str, graphs: Graphs, language: Language, find_labels: FindLabels, most_rows: int
) -> Callable[[Table], Awaitable[bytes]]:
    """Return what makes a page of the answer to a query; `find_labels` finds labels for IRIs of the graph.

    `most_rows` is how many rows or triples the other forms may have.
    """
    parameters = {"query": text, "default-graph-uri": graphs.default, "named-graph-uri": graphs.named}

    async def render(content: Table) -> bytes:
        names = await names_in(content, language, find_labels)
        is_graph = content.columns == ["subject", "predicate", "object"]
        others = ("ttl", "nt", "jsonld", "rdf") if is_graph else _OTHER_FORMS
        links = [(form, address_of("/sparql", **parameters, format=form)) for form in others]
        here = address_of("/sparql", **parameters, format="html")
        return page(
            "table.html",
            language,
            here,
            query=text,
            graphs=graphs,
            content=content,
            names=names,
            links=links,
            here=here,
            most_rows=most_rows,
        )

    return render
