"""Verification: every passage stands where the data says, and says what the data takes from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import NamedNode

from accordgraph.dataset.source_files import Dataset
from accordgraph.namespaces import ACG
from accordgraph.validation.report import Finding, in_order
from accordgraph.verification.model import read_model
from accordgraph.verification.node_checks import check_node, values_of
from accordgraph.verification.profile import Profile


@dataclass(frozen=True)
class Exemption:
    """A finding that is known and stays: of which rule, about which node and property, and why."""

    rule: str
    node: str
    path: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Return whether the finding is the one."""
        return (self.rule, self.node, self.path) == (finding.rule, finding.node, finding.path)


EXEMPTIONS: tuple[Exemption, ...] = ()
"""The known findings; one that no longer occurs, though its node is there, is a finding itself."""


@dataclass(frozen=True)
class VerifyReport:
    """What verification found, and how much there was to verify."""

    findings: list[Finding]
    passages: int
    passages_matched: int
    values: int
    values_matched: int


def run_verify(
    dataset: Dataset,
    sources: Path,
    profiles: Mapping[NamedNode, Profile],
    exemptions: Iterable[Exemption] = EXEMPTIONS,
) -> VerifyReport:
    """Verify a dataset against the .txt files of a folder; `profiles` say how each source is printed."""
    model = read_model(dataset, sources, profiles)
    findings = [finding for node in model.facts for finding in check_node(model, node)]
    for exemption in exemptions:
        kept = [finding for finding in findings if not exemption.covers(finding)]
        if len(kept) == len(findings) and NamedNode(exemption.node) in model.nodes:
            message = f"the exemption from {exemption.rule} covers nothing; take it out ({exemption.reason})"
            kept.append(
                Finding("Violation", "verify-exemption", exemption.node, exemption.path, "", message, "")
            )
        findings = kept
    findings = [_located(dataset, finding) for finding in findings]
    passages = [node for node in model.facts if model.is_a(node, ACG.Passage)]
    values = [(node, *value) for node in model.facts for value in values_of(model, node)]
    broken = {finding.node for finding in findings if finding.rule == "verify-passage"}
    wrong = {(f.node, f.path, f.value) for f in findings if f.rule == "verify-value"}
    return VerifyReport(
        in_order(findings),
        len(passages),
        sum(node.value not in broken for node in model.passages),
        len(values),
        sum(
            bool(model.cited(node)) and (node.value, predicate.value, str(value)) not in wrong
            for node, predicate, value in values
        ),
    )


def _located(dataset: Dataset, finding: Finding) -> Finding:
    file = dataset.file_of_statement(NamedNode(finding.node), NamedNode(finding.path))
    return replace(finding, file=file)
