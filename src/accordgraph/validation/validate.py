"""Validation: the shapes and the quality queries on the whole dataset, in one report.

The dataset is assembled from the files, so that an edit is validated without a build. The verdict records the
digest of the dataset, and a store opens only a dataset with that digest.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rdflib import RDF

from accordgraph.dataset.build import VALIDATION, Assembly, assemble, build_folder, file_digests, rule_files
from accordgraph.dataset.source_files import Dataset
from accordgraph.files.whole_file import write_whole
from accordgraph.library.query_file import load_rules
from accordgraph.project import Project
from accordgraph.validation.lexical_forms import check_lexical_forms
from accordgraph.validation.quality_rules import quality_store, run_quality
from accordgraph.validation.report import SEVERITIES, Finding, conforms, in_order
from accordgraph.validation.shacl import SHAPES, load_shapes, run_shapes


@dataclass(frozen=True)
class Validation:
    """A verdict on one dataset."""

    digest: str
    findings: tuple[Finding, ...]
    checked: Mapping[str, int]
    """How many files there are, and how many shapes and rules they were validated with."""

    @property
    def conforms(self) -> bool:
        """Whether there is no violation."""
        return conforms(self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in SEVERITIES}

    @property
    def summary(self) -> str:
        """The verdict in a line."""
        counts = ", ".join(f"{severity}: {count}" for severity, count in self.counts.items())
        checked = ", ".join(f"{kind}: {count}" for kind, count in self.checked.items())
        return f"{'conforms' if self.conforms else 'does not conform'} ({counts}; {checked})"


def located(findings: list[Finding], dataset: Dataset) -> list[Finding]:
    """Return the findings with the file in which the node has the property, else a file with the node."""
    return [replace(each, file=dataset.file_of_statement(each.node, each.path)) for each in findings]


def validate(
    project: Project,
    progress: Callable[[str], None] = lambda stage: None,
    assembly: Assembly | None = None,
) -> Validation:
    """Validate the dataset of a project (or the given assembly); write the verdict to the build folder.

    The verdict records the digests of the shapes and quality queries too. Raises `InputError` for files that
    cannot be read at all (Turtle, shapes or queries), and `BuildError` where it cannot be written.
    """
    with build_folder(project):
        pass  # fails before the work starts
    inputs = file_digests(project, rule_files(project))
    shapes = load_shapes(project.turtle_files("shapes"))
    rules = load_rules(project.queries / "quality")
    assembly = assembly or assemble(project, progress)
    progress("shapes")
    findings = run_shapes(assembly.triples, shapes)
    seen = {(finding.node, finding.path, finding.value) for finding in findings}
    forms = check_lexical_forms(assembly.triples)
    findings += [form for form in forms if (form.node, form.path, form.value) not in seen]
    progress("quality queries")
    findings += run_quality(quality_store(assembly.nquads), rules)
    checked = {
        "files": len(assembly.dataset.files),
        "shapes": sum(1 for kind in SHAPES for _ in shapes.subjects(RDF.type, kind)),
        "rules": len(rules),
    }
    verdict = Validation(assembly.digest, tuple(in_order(located(findings, assembly.dataset))), checked)
    record: dict[str, object] = {"conforms": verdict.conforms, "digest": verdict.digest}
    record |= {"counts": verdict.counts, "checked": checked, "inputs": inputs}
    with build_folder(project) as folder:
        write_whole(folder / VALIDATION, json.dumps(record, indent=2) + "\n")
    return verdict
