"""The command line: one command for each stage, which calls one function and prints its result.

Arguments, environment variables and the files of a project enter; results leave on standard output, messages
on standard error. Exit codes: 0 success, 1 the data are invalid, 2 the command failed.
"""

import click

from accordgraph import __version__
from accordgraph.cli.bench_command import bench
from accordgraph.cli.dataset_commands import build, docs, format_, validate, verify
from accordgraph.cli.export_commands import diff, export
from accordgraph.cli.group import Group, project_option
from accordgraph.cli.query_commands import queries, query
from accordgraph.cli.server_commands import load, serve


@click.group(
    cls=Group,
    commands=(bench, build, diff, docs, export, format_, load, queries, query, serve, validate, verify),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@project_option
@click.version_option(__version__, prog_name="accordgraph")
def main() -> None:
    """AccordGraph: how Belgium implements the European Framework Agreement on Digitalisation."""
