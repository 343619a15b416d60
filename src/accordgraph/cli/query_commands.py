"""The commands on queries: run one on the built dataset, list those of the query library."""

import json
import sys
from pathlib import Path

import click

from accordgraph.cli.group import as_json, current_dataset, current_project, no_build, project_option
from accordgraph.cli.streams import print_data, print_text
from accordgraph.errors import InputError, ParameterError

FORMATS = ("table", "csv", "tsv", "json", "xlsx", "ttl")

_language = click.option(
    "--language",
    default="en",
    type=click.Choice(("en", "fr", "nl", "de")),
    help="Language of the summaries.",
)


@click.command()
@click.argument("name")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Query parameter; repeatable.")
@click.option("--format", "form", default="table", type=click.Choice(FORMATS), help="Output format.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Output file; default standard output."
)
@_language
@no_build
@project_option
def query(
    name: str, params: tuple[str, ...], form: str, out: Path | None, language: str, no_build: bool
) -> None:
    """Run a query of the query library (see `accordgraph queries`) or a .rq file on the built dataset."""
    from accordgraph.cli.terminal import show_table
    from accordgraph.files.whole_file import write_whole
    from accordgraph.library.catalogue import CONCEPTS
    from accordgraph.library.query_file import find_query
    from accordgraph.results.writers import cells, encode, schemes
    from accordgraph.results.xlsx import About
    from accordgraph.store.local import MemoryStore

    if form == "table" and out:
        raise InputError("the format table is for the terminal; choose another one with --format")
    if form == "xlsx" and not out and sys.stdout.isatty():
        raise InputError("the format xlsx is binary; name a file with --out")
    project = current_project()
    library_query = find_query(project.queries, name)
    values: dict[str, list[str]] = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not equals:
            raise ParameterError(f"--param {param!r}: write NAME=VALUE")
        values.setdefault(key, []).append(value)
    library_query.bind(values)
    store = MemoryStore(current_dataset(project, no_build))
    codes = None
    if library_query.chooses:
        codes = schemes(store.query(find_query(project.queries, CONCEPTS).text))
    text = library_query.bind(values, codes)
    result = store.query(text)
    if form == "table":
        columns, rows = cells(result)
        print_text(library_query.summary_in(language))
        show_table(columns, rows)
        return
    octets = encode(result, form, About(text, store.digest))
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, octets)
    else:
        print_data(octets)


@click.command()
@_language
@project_option
@as_json
def queries(language: str, as_json: bool) -> None:
    """List the queries of the query library, with their summaries and parameters."""
    from accordgraph.cli.terminal import show_table
    from accordgraph.library.query_file import load_queries

    library = load_queries(current_project().queries)
    if as_json:
        rows = [
            {
                "name": item.name,
                "kind": item.kind,
                "summary": item.summary_in(language),
                "parameters": [vars(parameter) for parameter in item.parameters],
            }
            for item in library
        ]
        print_data(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return
    lines = [
        (q.kind, q.name, q.summary_in(language), " ".join(p.name for p in q.parameters)) for q in library
    ]
    show_table(("kind", "name", "summary", "parameters"), lines)
