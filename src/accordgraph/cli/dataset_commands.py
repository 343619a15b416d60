"""The commands that read the project's files: build, validate, verify, format and docs."""

import json
import sys
from pathlib import Path

import click

from accordgraph.cli.group import as_json, current_project, project_option
from accordgraph.cli.streams import print_data, print_message, print_text
from accordgraph.errors import InputError, ReferenceMissing, first_of
from accordgraph.project import TURTLE, find_reference
from accordgraph.settings import Settings


@click.command()
@project_option
@as_json
def build(as_json: bool) -> None:
    """Build the dataset: parse, check the canonical form, derive, write."""
    from accordgraph.cli.terminal import progress, show_table
    from accordgraph.dataset.build import NQUADS
    from accordgraph.dataset.build import build as run

    project = current_project()
    with progress(quiet=as_json) as show:
        assembly = run(project, show)
    manifest = assembly.manifest()
    if as_json:
        print_data(json.dumps(manifest, indent=2) + "\n")
        return
    derived = sum(len(triples) for triples in assembly.derived.values())
    rows: list[tuple[str, object]] = [
        ("files", len(assembly.dataset.graphs)),
        ("triples in files", len(assembly.dataset.triples)),
        ("triples derived", derived),
        ("triples on queries", len(assembly.examples)),
        ("triples in all, each once", len(assembly.triples)),
        ("digest", assembly.digest),
        ("written to", project.build / NQUADS),
    ]
    show_table(("dataset", ""), rows)


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "shacl"]),
    default="text",
    help="Format of the report.",
)
@project_option
@as_json
def validate(form: str, as_json: bool) -> None:
    """Validate the files against the shapes and quality queries; exit 1 on a violation."""
    from accordgraph.cli.terminal import progress
    from accordgraph.validation.report import json_report, shacl_report, text_report
    from accordgraph.validation.validate import validate as run

    project = current_project()
    form = "json" if as_json else form
    with progress(quiet=form != "text") as show:
        verdict = run(project, show)
    if form == "json":
        numbers = {"counts": verdict.counts, "checked": verdict.checked}
        print_data(json_report(verdict.findings, digest=verdict.digest, **numbers) + "\n")
    elif form == "shacl":
        print_data(shacl_report(verdict.findings))
    else:
        print_text(text_report(verdict.findings))
        print_text(verdict.summary)
    sys.exit(0 if verdict.conforms else 1)


@click.command()
@click.option("--sources", type=click.Path(path_type=Path), help="Folder with the texts of the sources.")
@project_option
@as_json
def verify(sources: Path | None, as_json: bool) -> None:
    """Verify every passage and value against the texts of the sources; exit 1 if one does not match."""
    from accordgraph.cli.terminal import show_table
    from accordgraph.dataset.source_files import load_dataset
    from accordgraph.validation.report import conforms, json_report, text_report
    from accordgraph.verification.profile import load_profiles
    from accordgraph.verification.verify import run_verify

    settings = Settings.from_environment()
    project = current_project(settings)
    folder = sources or find_reference(settings, project) / "sources"
    if not folder.is_dir():
        raise ReferenceMissing(
            f"no folder {folder}; name the folder with the texts of the sources with --sources"
        )
    report = run_verify(load_dataset(project), folder, load_profiles(project.profiles))
    numbers = {
        "passages": {"matched": report.passages_matched, "of": report.passages},
        "values": {"matched": report.values_matched, "of": report.values},
    }
    if as_json:
        print_data(json_report(report.findings, **numbers) + "\n")
    else:
        print_text(text_report(report.findings))
        rows = [(kind, count["matched"], count["of"]) for kind, count in numbers.items()]
        show_table(("verified", "matched", "of"), rows)
    sys.exit(0 if conforms(report.findings) else 1)


@click.command("format")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Do not change files; exit 1 if a file is not in canonical form.")
@project_option
def format_(paths: tuple[Path, ...], check: bool) -> None:
    """Rewrite Turtle files in canonical form (default: all of ontology/, data/ and shapes/)."""
    from accordgraph.files.folder_scan import Scan, scan
    from accordgraph.rdf.turtle import format_file

    files: list[Path] = []
    for path in paths:
        found = Scan((path,), ()) if path.is_file() else scan(path, TURTLE)
        if not found.files:
            raise InputError(f"{path}: no file in this folder ends in {TURTLE}")
        if found.passed_over:
            print_message(f"passed over: {first_of(found.passed_over)}")
        files += found.files
    if not paths:
        files = list(current_project().turtle_files())
    changed = 0
    for file in files:
        if format_file(file, check=check):
            changed += 1
            print_text(f"{'not in canonical form' if check else 'formatted'}: {file}")
    print_message(f"{len(files)} files, {changed} {'not in canonical form' if check else 'changed'}")
    sys.exit(1 if check and changed else 0)


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), help="Output folder; default docs/ in the build folder."
)
@project_option
def docs(out: Path | None) -> None:
    """Write the model reference: a page for each class and concept scheme, with its constraints."""
    from accordgraph.docs.model_reference import write_reference

    project = current_project()
    folder = out or project.build / "docs"
    print_text(f"{len(write_reference(project, folder))} pages in {folder}")
