"""The model reference: Markdown generated from the ontology, the vocabularies and the shapes alone.

One page for each class, one for each concept scheme, and an index with a class diagram.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.dataset.build import assemble
from accordgraph.files.whole_file import write_whole
from accordgraph.namespaces import ACG, OWL, RDF, RDFS, SH, SKOS, shorten
from accordgraph.project import Project
from accordgraph.rdf.turtle import parse_text, read

LANGUAGES = ("en", "fr", "nl", "de")
Terms = Mapping[NamedNode, Mapping[NamedNode, list[object]]]
"""The objects of each predicate of each subject."""


def write_reference(project: Project, folder: Path) -> list[Path]:
    """Write the pages to a folder and return them; raises what `assemble` raises."""
    triples = assemble(project).triples
    terms = _index([*triples, *_disjoint_pairs(triples)])
    shapes = _index(
        triple for path in project.turtle_files("shapes") for triple in parse_text(read(path), path)
    )
    pages = {folder / name: text for name, text in _pages(terms, shapes)}
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return list(pages)


def _index(triples: Iterable[Triple]) -> Terms:
    index: dict[NamedNode, dict[NamedNode, list[object]]] = {}
    for triple in sorted(triples, key=str):
        if isinstance(triple.subject, NamedNode):
            index.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(triple.object)
    return index


def _disjoint_pairs(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield each pair of classes that an owl:AllDisjointClasses contains, in both directions."""
    lists: dict[tuple[object, NamedNode], Any] = {
        (t.subject, t.predicate): t.object for t in triples if t.predicate in (RDF.first, RDF.rest)
    }
    for axiom in (t for t in triples if t.predicate == OWL.members):
        members: list[Any] = []
        rest: object = axiom.object
        while rest != RDF.nil:
            members.append(lists[rest, RDF.first])
            rest = lists[rest, RDF.rest]
        yield from (Triple(one, OWL.disjointWith, other) for one, other in permutations(members, 2))


def _of_type(terms: Terms, kind: NamedNode, namespace: str = "") -> list[NamedNode]:
    nodes = (node for node, properties in terms.items() if kind in properties.get(RDF.type, ()))
    return sorted((node for node in nodes if node.value.startswith(namespace)), key=str)


def _pages(terms: Terms, shapes: Terms) -> Iterator[tuple[str, str]]:
    classes, schemes = _of_type(terms, OWL.Class, ACG), _of_type(terms, SKOS.ConceptScheme)
    yield "index.md", "\n".join(_index_page(terms, classes, schemes)) + "\n"
    for node in classes:
        yield f"class/{_local(node)}.md", "\n".join(_class_page(terms, shapes, node))
    for node in schemes:
        yield f"scheme/{_local(node)}.md", "\n".join(_scheme_page(terms, node)) + "\n"


def _index_page(terms: Terms, classes: list[NamedNode], schemes: list[NamedNode]) -> Iterator[str]:
    yield from ("# Reference of the model", "", "```mermaid", "classDiagram")
    for node in classes:
        above = (up for up in terms[node].get(RDFS.subClassOf, ()) if up in classes)
        yield from (f"  {_local(up)} <|-- {_local(node)}" for up in above)
    for node in _of_type(terms, OWL.ObjectProperty, ACG):
        start, end = (terms[node].get(predicate, [None])[0] for predicate in (RDFS.domain, RDFS.range))
        if start in classes and end in classes:
            yield f"  {_local(start)} --> {_local(end)} : {_local(node)}"
    yield from ("```", "", "## Classes", "")
    for node in classes:
        yield f"- [{_local(node)}](class/{_local(node)}.md): {_text(terms, node, SKOS.definition)}"
    yield from ("", "## Concept schemes", "")
    for node in schemes:
        label, definition = (_text(terms, node, predicate) for predicate in (SKOS.prefLabel, SKOS.definition))
        yield f"- [{label}](scheme/{_local(node)}.md): {definition}"


def _class_page(terms: Terms, shapes: Terms, node: NamedNode) -> Iterator[str]:
    properties = terms[node]
    yield from (f"# {shorten(node.value)}", "", _text(terms, node, SKOS.definition), "")
    yield from (_labels(terms, node), "")
    for title, predicate in (("Kind of", RDFS.subClassOf), ("Never also", OWL.disjointWith)):
        others = [_local(other) for other in properties.get(predicate, ()) if isinstance(other, NamedNode)]
        if others:
            yield from (f"{title}: {', '.join(others)}.", "")
    yield from (f"> {_plain(note)}\n" for note in properties.get(SKOS.scopeNote, ()))
    yield from ("## Example", "")
    yield from (f"- {_plain(example)}" for example in properties.get(SKOS.example, ()))
    yield ""
    if rows := list(_constraints(shapes, node)):
        yield from ("## Constraints", "", "| property | what is right | else |", "| --- | --- | --- |")
        yield from (*rows, "")


def _constraints(shapes: Terms, target: NamedNode) -> Iterator[str]:
    owners = (owner for owner in sorted(shapes, key=str) if target in shapes[owner].get(SH.targetClass, ()))
    for shape in (shape for owner in owners for shape in shapes[owner].get(SH.property, ())):
        if isinstance(shape, NamedNode) and shape in shapes:
            path = shapes[shape].get(SH.path, [""])[0]
            name = shorten(path.value) if isinstance(path, NamedNode) else _text(shapes, shape, SH.name)
            severity = _local(shapes[shape].get(SH.severity, [SH.Violation])[0])
            yield f"| {name} | {_text(shapes, shape, SH.message)} | {severity} |"


def _scheme_page(terms: Terms, scheme: NamedNode) -> Iterator[str]:
    yield from (f"# {_text(terms, scheme, SKOS.prefLabel)}", "", _text(terms, scheme, SKOS.definition), "")
    yield from (_labels(terms, scheme), "")
    yield f"| code | broader | {' | '.join(LANGUAGES)} | definition |"
    yield "| --- " * (len(LANGUAGES) + 3) + "|"
    for node in _of_type(terms, SKOS.Concept):
        if scheme in terms[node].get(SKOS.inScheme, ()):
            labels = " | ".join(_text(terms, node, SKOS.prefLabel, language) for language in LANGUAGES)
            broader = ", ".join(_local(up) for up in terms[node].get(SKOS.broader, ()))
            definition = _text(terms, node, SKOS.definition)
            yield f"| `{_local(node)}` | {broader} | {labels} | {definition} |"


def _labels(terms: Terms, node: NamedNode) -> str:
    labels = ((_text(terms, node, SKOS.prefLabel, language), language) for language in LANGUAGES)
    return " · ".join(f"{label} ({language})" for label, language in labels)


def _text(terms: Terms, node: NamedNode, predicate: NamedNode, language: str = "en") -> str:
    literals = (value for value in terms[node].get(predicate, ()) if isinstance(value, Literal))
    return next((_plain(literal) for literal in literals if literal.language in (language, None)), "")


def _plain(value: object) -> str:
    return value.value.replace("|", "\\|") if isinstance(value, Literal) else ""


def _local(node: object) -> str:
    return str(getattr(node, "value", node)).rpartition("#")[2].rpartition("/")[2]
