"""The page of a document whose subjects are its parts: an ontology with its terms, or the shapes."""

from collections.abc import Sequence

from accordgraph.namespaces import RDF
from accordgraph.results.json_reader import TermTriple
from accordgraph.server.http.languages import Language
from accordgraph.server.pages import html, urls
from accordgraph.server.pages.resource_view import ResourceView, StatementIndex
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
    statements = StatementIndex(triples)
    document = ResourceView(statements, iri, language, vocabulary)
    parts: dict[str, list[tuple[str, ResourceView]]] = {}
    for subject, properties in sorted(statements.by_subject.items()):
        if subject == iri or subject.startswith("_:"):
            continue
        kinds = vocabulary.most_exact(cell.value for cell in properties.get(RDF.type.value, ()))
        view = ResourceView(statements, subject, language, vocabulary)
        anchor = subject.removeprefix(f"{iri}#")
        parts.setdefault(kinds[0] if kinds else "", []).append((anchor, view))
    named = [
        (
            vocabulary.label(kind, language, statements.labels) if kind else "",
            sorted(views, key=lambda part: part[1].label),
        )
        for kind, views in sorted(parts.items())
    ]
    return html.page(
        "terms.html",
        language,
        address,
        here=address,
        iri=iri,
        title=title or document.label,
        document=document if iri in statements.by_subject else None,
        sections=named,
        **urls.links(address, language),
    )
