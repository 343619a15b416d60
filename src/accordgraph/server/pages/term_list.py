"""The page of a document whose subjects are its parts: an ontology with its terms, or the shapes."""

from collections.abc import Sequence

from accordgraph.namespaces import RDF
from accordgraph.results.json_reader import TermTriple
from accordgraph.server.http.languages import Language
from accordgraph.server.pages import html, urls
from accordgraph.server.pages.resource_view import Portrait, Said
from accordgraph.server.pages.term_labels import Vocabulary


def sections(
    triples: Sequence[TermTriple],
    iri: str,
    address: str,
    language: Language,
    vocabulary: Vocabulary,
    title: str = "",
) -> bytes:
    """Return the page: the document itself, then its parts by their most exact class, each with an anchor."""
    said = Said(triples)
    document = Portrait(said, iri, language, vocabulary)
    parts: dict[str, list[tuple[str, Portrait]]] = {}
    for subject, statements in sorted(said.by_subject.items()):
        if subject == iri or subject.startswith("_:"):
            continue
        kinds = vocabulary.most_exact(cell.value for cell in statements.get(RDF.type.value, ()))
        portrait = Portrait(said, subject, language, vocabulary)
        anchor = subject.removeprefix(f"{iri}#")
        parts.setdefault(kinds[0] if kinds else "", []).append((anchor, portrait))
    named = [
        (
            vocabulary.label(kind, language, said.labels) if kind else "",
            sorted(found, key=lambda part: part[1].label),
        )
        for kind, found in sorted(parts.items())
    ]
    forms = urls.alternates(address, language)
    return html.page(
        "terms.html",
        language,
        address,
        here=address,
        iri=iri,
        title=title or document.label,
        document=document if iri in said.by_subject else None,
        sections=named,
        alternates=forms,
        links=[(form.name, link[1]) for form, link in zip(urls.FORMS, forms, strict=True)][:-1],
    )
