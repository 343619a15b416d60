"""The commands that publish the dataset: load it into a store, serve it."""

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
)
from accordgraph.cli.streams import OutputError, print_data, print_message, print_text
from accordgraph.errors import SHOWN, InputError, first_of
from accordgraph.settings import Settings


@click.command()
@click.argument("target", metavar="DIR|URL")
@click.option("--graph-store", metavar="URL", help="URL of the engine's Graph Store Protocol endpoint.")
@click.option("--update", metavar="URL", help="URL of the engine's SPARQL Update endpoint.")
@click.option(
    "--merged-graph", metavar="IRI", help="Named graph for the merged dataset, instead of the default graph."
)
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
    """Load the built and validated dataset into a folder or a remote SPARQL engine."""
    from accordgraph.cli.engine_factory import is_url
    from accordgraph.cli.terminal import bar, progress, show_table
    from accordgraph.engine.remote.upload import push
    from accordgraph.engine.remote.write_protocols import UNSPECIFIED, WriteProtocols
    from accordgraph.store.directory import load_folder

    settings = Settings.from_environment()
    protocols = WriteProtocols(graph_store, update, merged_graph)
    if protocols != UNSPECIFIED and not is_url(target):
        raise InputError("--graph-store, --update and --merged-graph are for a remote engine")
    dataset = current_dataset(current_project(settings), no_build, as_json)
    summary: dict[str, object] = {"target": target}
    if is_url(target):
        with bar("load", quiet=as_json) as show_share:
            upload = push(dataset, target, settings, protocols, show_share)
        summary |= {"digest": upload.digest, "triples": upload.triples, "graphs": upload.graphs}
        summary["verified"] = "the triples of every graph were counted there"
        more = " values" if len(upload.altered) > SHOWN else ""
        summary["altered"] = first_of(upload.altered) + more or "nothing"
    else:
        with progress(quiet=as_json) as show:
            summary["digest"], summary["triples"] = load_folder(dataset, Path(target), show)
    if as_json:
        print_data(json.dumps(summary, indent=2) + "\n")
    else:
        show_table(("loaded", ""), list(summary.items()))


@click.command()
@click.option(
    "--host", metavar="ADDRESS", help="IP address to listen on; default 127.0.0.1, or ACCORDGRAPH_HOST."
)
@click.option(
    "--port", type=int, metavar="NUMBER", help="TCP port to listen on; default 8000, or ACCORDGRAPH_PORT."
)
@click.option(
    "--store",
    metavar="memory|DIR|URL",
    help="Store to query; default memory, or ACCORDGRAPH_STORE.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="Maximum number of concurrent queries; default 128, or ACCORDGRAPH_WORKERS.",
)
@no_build
@project_option
def serve(host: str | None, port: int | None, store: str | None, workers: int | None, no_build: bool) -> None:
    """Serve the dataset, built and validated first if files have changed: SPARQL at /sparql."""
    import logging
    from contextlib import suppress
    from dataclasses import replace

    from accordgraph.cli.engine_factory import MEMORY, engine_maker
    from accordgraph.server import create_app, run
    from accordgraph.server.http import access_log
    from accordgraph.server.http.uvicorn_runner import LAST_PORT, check_port

    settings = Settings.from_environment()
    report: Report = print_message
    if settings.log_format == "json":  # then every line on standard error is JSON
        access_log.configure("json")
        report = logging.getLogger("accordgraph.cli").info
    project = current_project(settings, report)
    host, port = host or settings.host, settings.port if port is None else port
    if not 0 <= port <= LAST_PORT:
        raise InputError(f"there is no port {port}; the ports are 1 to {LAST_PORT}, and 0 is any free one")
    check_port(host, port)
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

    def announce(address: str) -> None:
        with suppress(OutputError):  # a server goes on without a terminal
            print_text(f"AccordGraph: SPARQL at {address}/sparql (Ctrl+C ends it)")

    run(create_app(engine, settings), host, port, announce)
