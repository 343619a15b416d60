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
