"""The command line: one command a stage; each calls one function and shows what it returns.

Exit codes: 0 all is well, 1 the data is not as it should be, 2 the command could not do its work.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from accordgraph import __version__
from accordgraph.errors import SHOWN, AccordGraphError, InputError, ParameterError

if TYPE_CHECKING:
    from accordgraph.assets import Project
    from accordgraph.settings import Settings

FORMATS = ("table", "csv", "tsv", "json", "xlsx", "ttl")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


class Group(click.Group):
    """A group of commands whose errors are one line."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; an error of ours ends it with exit code 2."""
        try:
            return super().invoke(ctx)
        except AccordGraphError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2)


def _project() -> "tuple[Project, Settings]":
    from accordgraph.assets import find_project
    from accordgraph.settings import Settings

    settings = Settings.from_environment()
    return find_project(settings), settings


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="accordgraph")
def main() -> None:
    """AccordGraph: how Belgium implements the European Framework Agreement on Digitalisation."""


@main.command()
@as_json
def build(as_json: bool) -> None:
    """Build the dataset: parse, check the canonical form, derive, write."""
    from accordgraph.build import NQUADS
    from accordgraph.build import build as run
    from accordgraph.terminal import progress, show_table

    project, _ = _project()
    with progress(quiet=as_json) as tell:
        assembly = run(project, tell)
    manifest = assembly.manifest()
    if as_json:
        click.echo(json.dumps(manifest, indent=2))
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


@main.command()
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "shacl"]), default="text", help="The report."
)
@as_json
def validate(form: str, as_json: bool) -> None:
    """Check the files against the shapes and the quality queries; exit 1 on a violation."""
    from accordgraph.findings import json_report, shacl_report, text_report
    from accordgraph.terminal import progress
    from accordgraph.validate import validate as run

    project, _ = _project()
    form = "json" if as_json else form
    with progress(quiet=form != "text") as tell:
        verdict = run(project, tell)
    if form == "json":
        click.echo(json_report(verdict.findings, digest=verdict.digest, counts=verdict.counts))
    elif form == "shacl":
        click.echo(shacl_report(verdict.findings), nl=False)
    else:
        click.echo(text_report(verdict.findings), nl=False)
        counts = ", ".join(f"{severity}: {count}" for severity, count in verdict.counts.items())
        click.echo(f"{'conforms' if verdict.conforms else 'does not conform'} ({counts})")
    sys.exit(0 if verdict.conforms else 1)


@main.command()
@click.option("--sources", type=click.Path(path_type=Path), help="Folder of the sources' texts.")
@as_json
def verify(sources: Path | None, as_json: bool) -> None:
    """Check every passage and every value against the sources' texts; exit 1 when one does not match."""
    from accordgraph.assets import find_reference
    from accordgraph.dataset import load_dataset
    from accordgraph.errors import ReferenceMissing
    from accordgraph.findings import conforms, json_report, text_report
    from accordgraph.terminal import show_table
    from accordgraph.verify import run_verify

    project, settings = _project()
    folder = sources or find_reference(settings) / "sources"
    if not folder.is_dir():
        raise ReferenceMissing(f"no folder {folder}; name the folder of the sources' texts with --sources")
    report = run_verify(load_dataset(project), folder)
    numbers = {
        "passages": {"matched": report.passages_matched, "of": report.passages},
        "values": {"matched": report.values_matched, "of": report.values},
    }
    if as_json:
        click.echo(json_report(report.findings, **numbers))
    else:
        click.echo(text_report(report.findings), nl=False)
        rows = [(kind, count["matched"], count["of"]) for kind, count in numbers.items()]
        show_table(("verified", "matched", "of"), rows)
    sys.exit(0 if conforms(report.findings) else 1)


@main.command("format")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a file is not in canonical form.")
def format_(paths: tuple[Path, ...], check: bool) -> None:
    """Write Turtle files in canonical form (default: all of ontology/, data/ and shapes/)."""
    from accordgraph.turtle import format_file

    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*.ttl")))]
    if not paths:
        files = list(_project()[0].turtle_files())
    changed = [file for file in files if format_file(file, check=check)]
    for file in changed:
        click.echo(f"{'not in canonical form' if check else 'formatted'}: {file}")
    click.echo(
        f"{len(files)} files, {len(changed)} {'not in canonical form' if check else 'changed'}", err=True
    )
    sys.exit(1 if check and changed else 0)


@main.command()
@click.argument("name")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter; may be repeated.")
@click.option("--format", "form", default="table", type=click.Choice(FORMATS), help="How to print it.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write to; default: print it."
)
def query(name: str, params: tuple[str, ...], form: str, out: Path | None) -> None:
    """Answer a query of the library (see `accordgraph queries`) or a .rq file, over the built dataset."""
    from accordgraph.library import CONCEPTS
    from accordgraph.queries import find_query
    from accordgraph.results import cells, encode, schemes
    from accordgraph.spreadsheet import About
    from accordgraph.store import open_store
    from accordgraph.terminal import show_table

    if form == "table" and out:
        raise InputError("a table is for the terminal; name another format with --format")
    if form == "xlsx" and not out and sys.stdout.isatty():
        raise InputError("a spreadsheet is no text; name a file with --out")
    project, _ = _project()
    found = find_query(project.queries, name)
    values: dict[str, list[str]] = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not equals:
            raise ParameterError(f"--param {param!r}: write NAME=VALUE")
        values.setdefault(key, []).append(value)
    found.bind(values)
    store = open_store(project.build)
    known = store.query(find_query(project.queries, CONCEPTS).text) if found.chooses else None
    text = found.bind(values, schemes(known) if known else None)
    answer = store.query(text)
    if form == "table":
        columns, rows = cells(answer)
        click.echo(found.summary)
        show_table(columns, rows)
        return
    octets = encode(answer, form, About(text, store.digest))
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(octets)
    else:
        click.echo(octets, nl=False)


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write to; default docs/ in the build folder."
)
def docs(out: Path | None) -> None:
    """Write the reference of the model: a page for each class and concept scheme, with its constraints."""
    from accordgraph.reference import write_reference

    project, _ = _project()
    folder = out or project.build / "docs"
    click.echo(f"{len(write_reference(project, folder))} pages in {folder}")


@main.command()
@as_json
def queries(as_json: bool) -> None:
    """List the queries of the library, with what each asks and its parameters."""
    from accordgraph.queries import load_queries
    from accordgraph.terminal import show_table

    found = load_queries(_project()[0].queries)
    if as_json:
        rows = [
            {
                "name": item.name,
                "kind": item.kind,
                "summary": item.summary,
                "parameters": [vars(parameter) for parameter in item.parameters],
            }
            for item in found
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    lines = [(q.kind, q.name, q.summary, " ".join(p.name for p in q.parameters)) for q in found]
    show_table(("kind", "name", "summary", "parameters"), lines)


@main.command()
@click.argument("target", metavar="DIR|URL")
@click.option("--graph-store", metavar="URL", help="Where the engine takes graphs (Graph Store Protocol).")
@click.option("--update", metavar="URL", help="Where the engine takes SPARQL updates.")
@click.option("--merged-graph", metavar="IRI", help="Graph for the merged dataset, not the default graph.")
@as_json
def load(
    target: str, graph_store: str | None, update: str | None, merged_graph: str | None, as_json: bool
) -> None:
    """Put the built and validated dataset into a folder, or into the engine that answers queries at a URL."""
    from accordgraph.load import load_folder
    from accordgraph.push import push
    from accordgraph.store import validated
    from accordgraph.stores import is_address
    from accordgraph.terminal import bar, progress, show_table
    from accordgraph.ways import UNSAID, Ways

    project, settings = _project()
    dataset = validated(project.build)
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


@main.command()
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
def serve(host: str | None, port: int | None, store: str | None, workers: int | None) -> None:
    """Serve the built and validated dataset: SPARQL at /sparql."""
    from dataclasses import replace

    from accordgraph.server import create_app, run
    from accordgraph.stores import engine_maker

    project, settings = _project()
    host, port = host or settings.host, settings.port if port is None else port
    settings = replace(settings, store=store or settings.store, workers=workers or settings.workers)
    engine = engine_maker(project, settings)
    engine()
    click.echo(f"AccordGraph: SPARQL at http://{host}:{port}/sparql (Ctrl+C ends it)")
    run(create_app(engine, settings), host, port)


BENCHMARKS = {"queries": 30, "robustness": 10_000, "requests": 10_000}
"""The benchmarks, and how often each asks by default: each query, or all in all."""


@main.command()
@click.argument("name", required=False, type=click.Choice(list(BENCHMARKS)))
@click.option(
    "--times", type=int, metavar="NUMBER", help="How often to ask: each query (30), or all in all (10,000)."
)
@click.option("--write", is_flag=True, help="Write the table into docs/benchmarks.md too.")
def bench(name: str | None, times: int | None, write: bool) -> None:
    """Measure a server over the built dataset; without a name, say what benchmarks there are."""
    from importlib import import_module

    from accordgraph.bench import report
    from accordgraph.terminal import progress, show_table

    found = {benchmark: import_module(f"accordgraph.bench.{benchmark}") for benchmark in BENCHMARKS}
    if name is None:
        show_table(("benchmark", "what it measures"), [(key, str(one.__doc__)) for key, one in found.items()])
        return
    project, _ = _project()
    with progress() as tell:
        measured = found[name].measure(project, times or BENCHMARKS[name], tell)
    show_table(measured.columns, measured.rows)
    for remark in measured.remarks:
        click.echo(remark)
    if write:
        report.write(project.root / "docs" / "benchmarks.md", name, measured)
