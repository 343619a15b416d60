"""The command line: one command a stage; each calls one function and shows what it returns.

Exit codes: 0 all is well, 1 the data is not as it should be, 2 the command could not do its work.
"""

import click

from accordgraph import __version__
from accordgraph.cli.bench_command import bench
from accordgraph.cli.dataset_commands import build, docs, format_, validate, verify
from accordgraph.cli.group import Group, project_option
from accordgraph.cli.query_commands import queries, query
from accordgraph.cli.server_commands import load, serve


@click.group(
    cls=Group,
    commands=(bench, build, docs, format_, load, queries, query, serve, validate, verify),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@project_option
@click.version_option(__version__, prog_name="accordgraph")
def main() -> None:
    """AccordGraph: how Belgium implements the European Framework Agreement on Digitalisation."""
