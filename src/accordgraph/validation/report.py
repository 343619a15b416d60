"""What the checks find: one form for shapes, quality queries and the verification of passages."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from accordgraph.namespaces import BASE, RDF, SH, shorten
from accordgraph.rdf.canonical_turtle import write

SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    `severity` is one of `SEVERITIES`; `rule` is the IRI of a shape or the name of a query or check; `node`
    and `path` are IRIs; `value` is a term as N-Triples writes it. `path`, `value` and `file` may be empty:
    `file` is so when the node stands in no file.
    """

    severity: str
    rule: str
    node: str
    path: str
    value: str
    message: str
    file: str
    component: str = ""
    """The SHACL constraint component that is broken (an IRI), for a shape."""

    @property
    def order(self) -> tuple[object, ...]:
        """The order of a report: the worst first, then by file and node."""
        rest = (self.file, self.node, self.rule, self.path, self.value, self.message, self.component)
        return SEVERITIES.index(self.severity), *rest


def conforms(findings: Iterable[Finding]) -> bool:
    """Return whether no finding is a violation; warnings and information do not break a dataset."""
    return not any(finding.severity == "Violation" for finding in findings)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without duplicates, in the order of a report."""
    return sorted(set(findings), key=lambda finding: finding.order)


def text_report(findings: Iterable[Finding]) -> str:
    """Return the findings as text for a person, by severity, file and node; empty when there are none."""
    lines: list[str] = []
    for (severity, file), group in groupby(
        in_order(findings), key=lambda finding: (finding.severity, finding.file)
    ):
        lines.append(f"{severity} in {file or 'no file (derived)'}")
        for node, rows in groupby(group, key=lambda finding: finding.node):
            lines.append(f"  {shorten(node)}")
            for row in rows:
                about = " ".join(
                    part for part in (row.path and shorten(row.path), short_value(row.value)) if part
                )
                lines.append(f"    {short_rule(row.rule)}: {row.message}" + (f" [{about}]" if about else ""))
        lines.append("")
    return "".join(f"{line}\n" for line in lines)


def short_rule(rule: str) -> str:
    """Return a rule's name as a person reads it: `shape:Body-level`, or the name of a quality query."""
    return shorten(rule) if ":" in rule else rule


def short_value(value: str) -> str:
    """Return a value as a person reads it: IRIs shortened, literals without the IRI of their datatype."""
    if value.startswith("<"):
        return shorten(value[1:-1])
    text, mark, datatype = value.rpartition("^^<")
    return f"{text}^^{shorten(datatype[:-1])}" if mark else value


def json_report(findings: Iterable[Finding], **more: object) -> str:
    """Return a JSON object: `conforms`, whatever else is given, and the `findings`."""
    rows = in_order(findings)
    report = {"conforms": conforms(rows), **more, "findings": [asdict(row) for row in rows]}
    return json.dumps(report, indent=2, ensure_ascii=False)


def shacl_report(findings: Iterable[Finding]) -> str:
    """Return the findings as a SHACL validation report in Turtle, those of quality queries included.

    The source of a query's finding is the address of the query, and its constraint component is
    `sh:SPARQLConstraintComponent`, as if the query were a SPARQL constraint.
    """
    rows = in_order(findings)
    report = BlankNode()
    triples = [
        Triple(report, RDF.type, SH.ValidationReport),
        Triple(report, SH.conforms, Literal(conforms(rows))),
    ]
    for row in rows:
        result = BlankNode()
        rule = row.rule if ":" in row.rule else f"{BASE}queries/{row.rule}"
        component = row.component or SH.SPARQLConstraintComponent.value
        triples += [
            Triple(report, SH.result, result),
            Triple(result, RDF.type, SH.ValidationResult),
            Triple(result, SH.focusNode, NamedNode(row.node)),
            Triple(result, SH.resultSeverity, SH[row.severity]),
            Triple(result, SH.resultMessage, Literal(row.message, language="en")),
            Triple(result, SH.sourceConstraintComponent, NamedNode(component)),
            Triple(result, SH.sourceShape, NamedNode(rule)),
        ]
        if row.path:
            triples.append(Triple(result, SH.resultPath, NamedNode(row.path)))
        if row.value:
            (parsed,) = parse(f"<urn:s> <urn:p> {row.value} .", RdfFormat.N_TRIPLES)
            triples.append(Triple(result, SH.value, parsed.object))
    return write(triples)
