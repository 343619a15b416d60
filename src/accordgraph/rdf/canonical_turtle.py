"""Canonical Turtle: one text for one graph, so that a change in a file is a change in what it says.

A file is its `@base` and `@prefix` lines, as far as they are used, then one block a subject: the ontology
header first, then classes, properties, schemes and all else, each by IRI. Blank nodes are written inside the
one node that refers to them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from accordgraph.namespaces import ACG, DCTERMS, ID, OWL, PREFIXES, RDF, RDFS, SH, SKOS, XSD

type_ = RDF.type
RANKS = {
    OWL.Ontology: 0,
    OWL.Class: 1,
    RDFS.Class: 1,
    RDF.Property: 2,
    OWL.ObjectProperty: 2,
    OWL.DatatypeProperty: 2,
    OWL.AnnotationProperty: 2,
    SKOS.ConceptScheme: 3,
}
"""The order of subjects: by the first of these types that they have, then by IRI."""

FIRST: tuple[NamedNode, ...] = (
    type_,
    SKOS.prefLabel,
    SKOS.altLabel,
    SKOS.hiddenLabel,
    RDFS.label,
    DCTERMS["title"],
    SKOS.definition,
    DCTERMS.description,
    SKOS.scopeNote,
    SKOS.example,
    SKOS.notation,
    SH.targetClass,
    SH.path,
    RDF.subject,
    RDF.predicate,
    RDF.object,
    ACG.firstLine,
    ACG.lastLine,
)
"""The predicates that come first, in this order; all others follow by their short name."""

WIDTH = 110
INDENT = "    "
_ORDER = {predicate: index for index, predicate in enumerate(FIRST)}
_NAMESPACES = sorted(((str(iri), prefix) for prefix, iri in PREFIXES.items()), key=lambda pair: -len(pair[0]))
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_RELATIVE = re.compile(r"(?!\.)[A-Za-z0-9_.~-]+(?:/(?!\.)[A-Za-z0-9_.~-]+)*")
_SHORTHAND = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.boolean: re.compile(r"true|false"),
}
_ESCAPES = {chr(code): f"\\u{code:04X}" for code in (*range(32), 127) if chr(code) != "\n"}
_ESCAPES |= {"\\": "\\\\", '"': '\\"', "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_NO_ONE_PLACE = "a blank node that several nodes (or only itself) refer to; give it an IRI"

Resource = NamedNode | BlankNode


def write(triples: Iterable[Triple]) -> str:
    """Return triples as canonical Turtle; raises `ValueError` for a blank node that has no one place."""
    return _Writer(triples).text()


class _Writer:
    """Writes one graph; notes on the way which prefixes it used."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.objects: defaultdict[Resource, defaultdict[NamedNode, list[object]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.referrers: defaultdict[BlankNode, int] = defaultdict(int)
        self.used: set[str] = set()
        self.names: dict[str, str] = {}
        for triple in frozenset(triples):
            self.objects[triple.subject][triple.predicate].append(triple.object)  # type: ignore[index]
            if isinstance(triple.object, BlankNode):
                self.referrers[triple.object] += 1

    def text(self) -> str:
        """Return the whole file."""
        self.written: set[BlankNode] = set()
        everywhere = self.referrers.keys() | {node for node in self.objects if isinstance(node, BlankNode)}
        named = [node for node in self.objects if isinstance(node, NamedNode)]
        blank = [node for node in self.objects if isinstance(node, BlankNode)]
        blocks = [self.block(node) for node in sorted(named, key=self.rank)]
        blocks += sorted(self.node(node, 0) + "\n.\n" for node in blank if not self.referrers[node])
        if len(self.written) != len(everywhere) or any(count > 1 for count in self.referrers.values()):
            raise ValueError(_NO_ONE_PLACE)
        head = [f"@base <{ID}> .\n"] if "" in self.used else []
        head += [f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in sorted(self.used - {""})]
        return "\n".join(["".join(head), *blocks] if head else blocks)

    def rank(self, node: NamedNode) -> tuple[int, str]:
        """Return where a subject stands in the file."""
        kinds = self.objects[node].get(type_, ())
        return min((RANKS.get(kind, 9) for kind in kinds), default=9), node.value  # type: ignore[call-overload]

    def block(self, node: NamedNode) -> str:
        """Return the block of a subject."""
        return f"{self.iri(node)}\n{self.properties(node, 1)}.\n"

    def properties(self, node: Resource, depth: int) -> str:
        """Return the lines of a subject's predicates and objects."""
        pad = INDENT * depth
        lines = []
        for predicate in sorted(self.objects[node], key=self.predicate_rank):
            values = self.objects[node][predicate]
            name = "a" if predicate == type_ else self.iri(predicate)
            if len(values) == 1:
                lines.append(f"{pad}{name} {self.term(values[0], depth)} ;\n")
            else:
                inner = sorted(self.value_rank(value, depth + 1) for value in values)
                separator = f" ,\n{pad}{INDENT}"
                lines.append(f"{pad}{name}\n{pad}{INDENT}{separator.join(v[-1] for v in inner)} ;\n")
        return "".join(lines)

    def predicate_rank(self, predicate: NamedNode) -> tuple[int, str]:
        """Return where a predicate stands in its block."""
        if predicate in _ORDER:
            return _ORDER[predicate], ""
        return len(_ORDER), self.iri(predicate)

    def value_rank(self, value: object, depth: int) -> tuple[str, str, str]:
        """Return where a value stands among those of its predicate, and its text."""
        text = self.term(value, depth)
        if isinstance(value, NamedNode):
            return "0", "", text
        if isinstance(value, Literal):
            return "1" + (value.language or ""), value.value, text
        return "2", "", text

    def term(self, term: object, depth: int) -> str:
        """Return a term; a blank node with all that it says, indented for `depth`."""
        if isinstance(term, NamedNode):
            return "()" if term == RDF.nil else self.iri(term)
        if isinstance(term, Literal):
            return self.literal(term)
        if isinstance(term, BlankNode):
            return self.node(term, depth)
        raise ValueError("a triple inside a triple; state it as a claim")

    def node(self, node: BlankNode, depth: int) -> str:
        """Return a blank node as a list or as its properties in square brackets."""
        if node in self.written:
            raise ValueError(_NO_ONE_PLACE)
        items = self.list_items(node)
        if items is None:
            self.written.add(node)
            lines = self.properties(node, depth + 1)
            return f"[\n{lines}{INDENT * depth}]" if lines else "[]"
        texts = [self.term(item, depth + 1) for item in items]
        line = f"( {' '.join(texts)} )"
        if "\n" not in line and len(line) + len(INDENT) * (depth + 2) <= WIDTH:
            return line
        pad = "\n" + INDENT * (depth + 1)
        return f"({pad}{pad.join(texts)}\n{INDENT * depth})"

    def list_items(self, node: BlankNode) -> list[object] | None:
        """Return the members when the node is the head of a list that can be written as one, else None."""
        items: list[object] = []
        seen: list[BlankNode] = []
        rest: object = node
        while isinstance(rest, BlankNode):
            properties = self.objects[rest]
            shared = rest in seen or (seen and self.referrers[rest] != 1)
            if (
                shared
                or set(properties) != {RDF.first, RDF.rest}
                or any(len(v) > 1 for v in properties.values())
            ):
                return None
            seen.append(rest)
            items += properties[RDF.first]
            (rest,) = properties[RDF.rest]
        if rest != RDF.nil:
            return None
        self.written.update(seen)
        return items

    def iri(self, node: NamedNode) -> str:
        """Return an IRI as short as the prefixes allow."""
        iri = node.value
        if iri not in self.names:
            self.names[iri] = self._iri(iri)
        return self.names[iri]

    def _iri(self, iri: str) -> str:
        for namespace, prefix in _NAMESPACES:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        if iri.startswith(ID) and _RELATIVE.fullmatch(iri, len(ID)):
            self.used.add("")
            return f"<{iri[len(ID) :]}>"
        return str(NamedNode(iri))

    def literal(self, literal: Literal) -> str:
        """Return a literal; whole numbers, decimals and booleans without their datatype."""
        value, datatype = literal.value, literal.datatype
        if datatype in _SHORTHAND and _SHORTHAND[datatype].fullmatch(value):
            return value
        text = "".join(_ESCAPES.get(character, character) for character in value)
        text = f'"""{text}"""' if "\n" in text else f'"{text}"'
        if literal.language:
            direction = f"--{literal.direction.value}" if literal.direction else ""
            return f"{text}@{literal.language}{direction}"
        return text if datatype == XSD.string else f"{text}^^{self.iri(datatype)}"
