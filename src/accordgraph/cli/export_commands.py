"""The command that writes the dataset in the formats of portals, statistical clients and spreadsheets."""

import json
from pathlib import Path

import click

from accordgraph.cli.group import as_json, current_dataset, current_project, no_build, project_option


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), help="Output folder; default export/ in the build folder."
)
@no_build
@project_option
@as_json
def export(out: Path | None, no_build: bool, as_json: bool) -> None:
    """Export the dataset: dumps, tables, cubes of numbers and the catalogue, with checksums."""
    from accordgraph.cli.terminal import progress, show_table
    from accordgraph.export.export import export as run

    project = current_project()
    folder = out or project.build / "export"
    dataset = current_dataset(project, no_build, as_json)
    with progress(quiet=as_json) as show:
        written = run(dataset, project, folder, show)
    if as_json:
        click.echo(json.dumps([dict(zip(("kind", "files", "bytes"), row, strict=True)) for row in written]))
        return
    total = ("all", sum(row[1] for row in written), sum(row[2] for row in written))
    show_table(("written", "files", "bytes"), [*written, total])
    click.echo(f"in {folder}; {folder / 'manifest.json'} has the checksum of each file")


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--patch", type=click.Path(dir_okay=False, path_type=Path), help="File for the RDF Patch.")
@as_json
def diff(old: Path, new: Path, patch: Path | None, as_json: bool) -> None:
    """Compare two datasets (N-Quads, or folders of builds or exports): what came, went or changed."""
    from dataclasses import asdict

    from accordgraph.cli.terminal import show_table
    from accordgraph.export.diff import compare, read_dataset
    from accordgraph.namespaces import shorten

    found = compare(read_dataset(old), read_dataset(new))
    if patch:
        patch.write_text(found.patch, encoding="utf-8")
    if as_json:
        click.echo(json.dumps([asdict(change) for change in found.changes], ensure_ascii=False, indent=1))
        return
    show_table(("class", "came", "went", "changed"), found.counts())
    for one in found.changes:
        numbers = f"+{one.added} -{one.removed}"
        click.echo(f"{one.change} {shorten(one.iri)} {one.label} ({numbers})")
    click.echo(f"{len(found.added)} statements added, {len(found.removed)} removed")
