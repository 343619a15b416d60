"""The model reference: Markdown generated from the ontology, the vocabularies and the shapes alone.

One page for each class, one for each concept scheme, and an index with a class diagram.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.dataset.build import assemble
from accordgraph.namespaces import ACG, OWL, RDF, RDFS, SH, SKOS, shorten
from accordgraph.project import Project
from accordgraph.rdf.turtle import parse_text, read

LANGUAGES = ("en", "fr", "nl", "de")
Terms = Mapping[NamedNode, Mapping[NamedNode, list[object]]]


def write_reference(project: Project, folder: Path) -> list[Path]:
    """Write the pages to a folder and return them; raises what `assemble` raises."""
    terms = _index(assemble(project).triples)
    shapes = _index(
        triple for path in project.turtle_files("shapes") for triple in parse_text(read(path), path)
    )
    pages = dict(_pages(terms, shapes))
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [folder / name for name in pages]


def _index(triples: Iterable[Triple]) -> Terms:
    index: defaultdict[NamedNode, defaultdict[NamedNode, list[object]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for triple in sorted(triples, key=str):
        if isinstance(triple.subject, NamedNode):
            index[triple.subject][triple.predicate].append(triple.object)
    return index


def _of_type(terms: Terms, kind: NamedNode, namespace: str = "") -> list[NamedNode]:
    nodes = (node for node, properties in terms.items() if kind in properties.get(RDF.type, ()))
    return sorted((node for node in nodes if node.value.startswith(namespace)), key=str)


def _pages(terms: Terms, shapes: Terms) -> Iterator[tuple[str, str]]:
    classes = _of_type(terms, OWL.Class, ACG)
    schemes = _of_type(terms, SKOS.ConceptScheme)
    yield "index.md", _index_page(terms, classes, schemes)
    for node in classes:
        yield f"class/{_local(node)}.md", _class_page(terms, shapes, node)
    for node in schemes:
        yield f"scheme/{_local(node)}.md", _scheme_page(terms, node)


def _index_page(terms: Terms, classes: list[NamedNode], schemes: list[NamedNode]) -> str:
    lines = ["# Reference of the model", "", "```mermaid", "classDiagram"]
    for node in classes:
        for above in terms[node].get(RDFS.subClassOf, ()):
            if above in classes:
                lines.append(f"  {_local(above)} <|-- {_local(node)}")
    for node in _of_type(terms, OWL.ObjectProperty, ACG):
        ends = (terms[node].get(end, [None])[0] for end in (RDFS.domain, RDFS.range))
        start, end = ends
        if start in classes and end in classes:
            lines.append(f"  {_local(start)} --> {_local(end)} : {_local(node)}")
    lines += ["```", "", "## Classes", ""]
    lines += [
        f"- [{_local(node)}](class/{_local(node)}.md): {_text(terms, node, SKOS.definition)}"
        for node in classes
    ]
    lines += ["", "## Concept schemes", ""]
    for node in schemes:
        label, definition = (_text(terms, node, predicate) for predicate in (SKOS.prefLabel, SKOS.definition))
        lines.append(f"- [{label}](scheme/{_local(node)}.md): {definition}")
    return "\n".join(lines) + "\n"


def _class_page(terms: Terms, shapes: Terms, node: NamedNode) -> str:
    lines = [f"# {shorten(node.value)}", "", _text(terms, node, SKOS.definition), "", _names(terms, node), ""]
    for title, predicate in (("Kind of", RDFS.subClassOf), ("Never also", OWL.disjointWith)):
        if others := [
            _local(other) for other in terms[node].get(predicate, ()) if isinstance(other, NamedNode)
        ]:
            lines += [f"{title}: {', '.join(others)}.", ""]
    lines += [f"> {_plain(note)}\n" for note in terms[node].get(SKOS.scopeNote, ())]
    lines += [
        "## Example",
        "",
        *(f"- {_plain(example)}" for example in terms[node].get(SKOS.example, ())),
        "",
    ]
    if rows := list(_constraints(shapes, node)):
        lines += [
            "## Constraints",
            "",
            "| property | what is right | else |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    return "\n".join(lines)


def _constraints(shapes: Terms, target: NamedNode) -> Iterator[str]:
    for owner in sorted(shapes, key=str):
        if target in shapes[owner].get(SH.targetClass, ()):
            for shape in shapes[owner].get(SH.property, ()):
                if isinstance(shape, NamedNode):
                    path = shapes[shape].get(SH.path, [""])[0]
                    name = (
                        shorten(path.value) if isinstance(path, NamedNode) else _text(shapes, shape, SH.name)
                    )
                    severity = _local(shapes[shape].get(SH.severity, [SH.Violation])[0])
                    yield f"| {name} | {_text(shapes, shape, SH.message)} | {severity} |"


def _scheme_page(terms: Terms, scheme: NamedNode) -> str:
    concepts = [
        node for node in _of_type(terms, SKOS.Concept) if scheme in terms[node].get(SKOS.inScheme, ())
    ]
    lines = [
        f"# {_text(terms, scheme, SKOS.prefLabel)}",
        "",
        _text(terms, scheme, SKOS.definition),
        "",
        _names(terms, scheme),
        "",
    ]
    lines += [
        f"| code | broader | {' | '.join(LANGUAGES)} | definition |",
        "| --- " * (len(LANGUAGES) + 3) + "|",
    ]
    for node in concepts:
        labels = " | ".join(_text(terms, node, SKOS.prefLabel, language) for language in LANGUAGES)
        broader = ", ".join(_local(up) for up in terms[node].get(SKOS.broader, ()))
        lines.append(f"| `{_local(node)}` | {broader} | {labels} | {_text(terms, node, SKOS.definition)} |")
    return "\n".join(lines) + "\n"


def _names(terms: Terms, node: NamedNode) -> str:
    return " · ".join(
        f"{_text(terms, node, SKOS.prefLabel, language)} ({language})" for language in LANGUAGES
    )


def _text(terms: Terms, node: NamedNode, predicate: NamedNode, language: str = "en") -> str:
    values = [
        v for v in terms[node].get(predicate, ()) if isinstance(v, Literal) and v.language in (language, None)
    ]
    return _plain(values[0]) if values else ""


def _plain(value: object) -> str:
    return value.value.replace("|", "\\|") if isinstance(value, Literal) else ""


def _local(node: object) -> str:
    return str(getattr(node, "value", node)).rpartition("#")[2].rpartition("/")[2]
