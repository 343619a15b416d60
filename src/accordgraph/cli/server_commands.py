"""The commands that put the built dataset to work: load a store with it, serve it."""

import json
from pathlib import Path

import click

from accordgraph.cli.group import (
    Report,
    as_json,
    current_dataset,
    current_project,
    no_build,
    project_option,
    to_stderr,
)
from accordgraph.errors import SHOWN, InputError
from accordgraph.project import find_project
from accordgraph.settings import Settings


@click.command()
@click.argument("target", metavar="DIR|URL")
@click.option("--graph-store", metavar="URL", help="Where the engine takes graphs (Graph Store Protocol).")
@click.option("--update", metavar="URL", help="Where the engine takes SPARQL updates.")
@click.option("--merged-graph", metavar="IRI", help="Graph for the merged dataset, not the default graph.")
@no_build
@project_option
@as_json
def load(
    target: str,
    graph_store: str | None,
    update: str | None,
    merged_graph: str | None,
    no_build: bool,
    as_json: bool,
) -> None:
    """Put the built and validated dataset into a folder, or into the engine that answers queries at a URL."""
    from accordgraph.cli.engine_factory import is_address
    from accordgraph.cli.terminal import bar, progress, show_table
    from accordgraph.engine.remote.upload import push
    from accordgraph.engine.remote.write_protocols import UNSAID, Ways
    from accordgraph.store.directory import load_folder

    settings = Settings.from_environment()
    dataset = current_dataset(current_project(settings), no_build, as_json)
    ways = Ways(graph_store, update, merged_graph)
    if is_address(target):
        with bar("load", quiet=as_json) as show:
            filled = push(dataset, target, settings, ways, show)
        said: dict[str, object] = {
            "digest": filled.digest,
            "triples": filled.triples,
            "graphs": filled.graphs,
        }
        said["verified"] = "the triples of every graph were counted there"
        said["altered"] = ", ".join(filled.altered[:SHOWN]) or "nothing"
        if len(filled.altered) > SHOWN:
            said["altered"] = f"{said['altered']} and {len(filled.altered) - SHOWN} more values"
    elif ways != UNSAID:
        raise InputError("--graph-store, --update and --merged-graph are for an engine elsewhere")
    else:
        with progress(quiet=as_json) as tell:
            digest, triples = load_folder(dataset, Path(target), tell)
        said = {"digest": digest, "triples": triples}
    if as_json:
        click.echo(json.dumps({"target": target, **said}, indent=2))
    else:
        show_table(("loaded", ""), [("target", target), *said.items()])


@click.command()
@click.option(
    "--host", metavar="ADDRESS", help="Address to listen on; default 127.0.0.1, or ACCORDGRAPH_HOST."
)
@click.option(
    "--port", type=int, metavar="NUMBER", help="Port to listen on; default 8000, or ACCORDGRAPH_PORT."
)
@click.option(
    "--store",
    metavar="memory|DIR|URL",
    help="Where queries are answered; default memory, or ACCORDGRAPH_STORE.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="Queries at once; default 128, or ACCORDGRAPH_WORKERS.",
)
@no_build
@project_option
def serve(host: str | None, port: int | None, store: str | None, workers: int | None, no_build: bool) -> None:
    """Serve the dataset: SPARQL at /sparql.

    Where files have changed since the build, it is built and validated first. A store that `accordgraph load`
    filled is served as it is.
    """
    import logging
    from dataclasses import replace

    from accordgraph.cli.engine_factory import MEMORY, engine_maker
    from accordgraph.server import create_app, run
    from accordgraph.server.http import access_log

    settings = Settings.from_environment()
    report: Report = to_stderr
    if settings.log_format == "json":  # then every line on standard error is JSON
        access_log.configure("json")
        report = logging.getLogger("accordgraph.cli").info
    project = current_project(settings, report)
    host, port = host or settings.host, settings.port if port is None else port
    settings = replace(
        settings,
        root=project.root,
        build=project.build,
        store=store or settings.store,
        workers=workers or settings.workers,
    )
    if settings.store == MEMORY:
        current_dataset(project, no_build, report=report)
    engine = engine_maker(project, settings)
    engine()
    click.echo(f"AccordGraph: SPARQL at http://{host}:{port}/sparql (Ctrl+C ends it)")
    run(create_app(engine, settings), host, port)
