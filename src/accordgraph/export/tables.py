"""Tables for people without RDF: one for each class of things and one of the concepts, a row a thing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from accordgraph.export.output import Output
from accordgraph.export.tabular import CSV_TYPE, CSVW_TYPE, Column, Table, csvw, joined, table_csv
from accordgraph.namespaces import ACG, CONCEPT, ID, OWL, RDF, RDFS, SKOS, XSD, shorten

FOLDER = "data/tables"
_TYPES = {XSD.date: "date", XSD.integer: "integer", XSD.decimal: "decimal", XSD.boolean: "boolean"}
_Values = Mapping[NamedNode, list[NamedNode | Literal]]


def tables_of(triples: Iterable[Triple]) -> list[Table]:
    """Return a table for every class of the ontology that has things, and one of the concepts."""
    things: dict[str, defaultdict[NamedNode, list[NamedNode | Literal]]] = {}
    members: defaultdict[NamedNode, set[str]] = defaultdict(set)
    classes = set()
    for triple in triples:
        subject, predicate, object_ = triple
        if not isinstance(subject, NamedNode) or not isinstance(object_, NamedNode | Literal):
            continue
        things.setdefault(subject.value, defaultdict(list))[predicate].append(object_)
        if predicate == RDF.type and isinstance(object_, NamedNode):
            members[object_].add(subject.value)
            if object_ == OWL.Class and subject.value.startswith(ACG):
                classes.add(subject)
    labels = {iri: texts for iri, values in things.items() if (texts := _texts(values))}
    tables = []
    for class_ in sorted({*classes, SKOS.Concept}, key=str):
        rows = {iri: things[iri] for iri in members[class_] if iri.startswith((ID, CONCEPT))}
        if rows:
            titles = labels.get(class_.value, {"en": "Concept"})
            tables.append(_table(_name(class_), titles, rows, labels))
    return tables


def _texts(values: _Values) -> dict[str, str]:
    found = (*values.get(SKOS.prefLabel, ()), *values.get(RDFS.label, ()))
    return {text.language: text.value for text in found if isinstance(text, Literal) and text.language}


def _name(term: NamedNode) -> str:
    """Return the name of a class or a property as that of a table or a column."""
    return shorten(term.value).removeprefix("acg:").replace(":", "_").strip("<>")


def _table(
    name: str, titles: Mapping[str, str], rows: Mapping[str, _Values], labels: Mapping[str, Mapping[str, str]]
) -> Table:
    columns, contents = [Column("id", {"en": "IRI"}, "anyURI", required=True)], [sorted(rows)]
    predicates = {predicate for values in rows.values() for predicate in values if predicate != RDF.type}
    for predicate in sorted(predicates, key=lambda node: (node != SKOS.prefLabel, _name(node))):
        found = {iri: values[predicate] for iri, values in rows.items() if predicate in values}
        texts = labels.get(predicate.value, {})
        terms = [term for some in found.values() for term in some]
        languages = sorted({term.language for term in terms if isinstance(term, Literal) and term.language})
        for language in [*languages, ""]:
            chosen = {iri: [t.value for t in some if _language(t) == language] for iri, some in found.items()}
            if not any(chosen.values()):
                continue
            several = any(len(values) > 1 for values in chosen.values())
            column = Column(
                _name(predicate) + (f"_{language}" if language else ""),
                texts,
                "string" if language else _datatype(terms),
                predicate.value,
                language,
                several,
            )
            columns.append(column)
            contents.append([joined(chosen.get(iri, ())) for iri in sorted(rows)])
            if column.datatype == "anyURI" and any(term.value in labels for term in terms):
                columns.append(Column(f"{column.name}_label", texts, is_list=several, virtual=True))
                named = {
                    iri: [labels[v].get("en", v) for v in chosen.get(iri, ()) if v in labels] for iri in rows
                }
                contents.append([joined(_plain(named[iri])) for iri in sorted(rows)])
    return Table(name, titles, tuple(columns), ("id",), tuple(zip(*contents, strict=True)))


def _plain(texts: Iterable[str]) -> list[str]:
    return [text.replace("|", "/") for text in texts]


def _language(term: NamedNode | Literal) -> str:
    return (term.language or "") if isinstance(term, Literal) else ""


def _datatype(terms: Iterable[NamedNode | Literal]) -> str:
    """Return the type of a column, if all its values without a language have the same."""
    kinds = {
        "anyURI" if isinstance(term, NamedNode) else _TYPES.get(term.datatype, "string")
        for term in terms
        if not _language(term)
    }
    return kinds.pop() if len(kinds) == 1 else "string"


def write_tables(tables: list[Table], output: Output) -> None:
    """Write each table as CSV, and one file that describes them all."""
    for table in tables:
        output.write(f"{FOLDER}/{table.name}.csv", table_csv(table), CSV_TYPE)
    output.write(f"{FOLDER}/csv-metadata.json", csvw(tables), CSVW_TYPE)
