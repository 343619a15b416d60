"""The tables of what the code and the query library have."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

import click

from accordgraph.cli import main
from accordgraph.library.query_file import load_queries
from accordgraph.namespaces import PREFIXES, SCHEMES, shorten
from accordgraph.project import Project
from accordgraph.settings import PREFIX, Settings
from accordgraph.verification.verify import EXEMPTIONS
from documentation.markdown import table
from documentation.packages import package_picture, package_table
from faults import kinds


def command_table(_: Project) -> str:
    """Return every command with its help and its arguments and options."""
    parts = []
    context = click.Context(main, info_name="accordgraph")
    for name, command in sorted(main.commands.items()):
        usage = " ".join(command.collect_usage_pieces(click.Context(command, context, name)))
        parts.append(
            f"### `accordgraph {name}`\n\n```text\naccordgraph {name} {usage}\n```\n\n{command.help}\n"
        )
        options = [option for option in command.params if isinstance(option, click.Option)]
        if options:
            rows = [(_written(option), option.help or "") for option in options]
            parts.append(table(("option", "what it does"), rows) + "\n")
    return "\n" + "\n".join(parts)


def _written(option: click.Option) -> str:
    if option.is_flag:
        return f"`{', '.join(option.opts)}`"
    kind = option.type
    value = ",".join(kind.choices) if isinstance(kind, click.Choice) else option.metavar or kind.name.upper()
    return f"`{', '.join(option.opts)} {value}`"


def setting_table(_: Project) -> str:
    """Return every setting: its variable, its default and what it is for."""
    rows = [
        (
            f"`{PREFIX}{field.name.upper()}`",
            "" if field.default is None else f"`{field.default}`",
            field.metadata["help"],
        )
        for field in fields(Settings)
    ]
    return table(("environment variable", "default", "what it is"), rows)


def query_table(project: Project, kind: str) -> str:
    """Return every query of a kind: its name, what it asks or says, and its parameters."""
    found = load_queries(project.queries / kind)
    rows = [
        (
            f"[{query.name}](../{project.relative(query.path)})",
            query.summary,
            "; ".join(
                f"`{p.name}` ({p.type}, default `{p.default}`): {p.description}" for p in query.parameters
            ),
        )
        for query in found
    ]
    columns = ("query", "what it asks" if kind == "competency" else "what it says", "parameters")
    if not any(row[2] for row in rows):
        return table(columns[:2], [row[:2] for row in rows])
    return table(columns, rows)


def exemption_table(_: Project) -> str:
    """Return the known findings of verification, with their reasons, or say that there are none."""
    rows = [(shorten(known.node), shorten(known.path), known.rule, known.reason) for known in EXEMPTIONS]
    if not rows:
        return "There are none: everything is found."
    return table(("thing", "property", "rule", "why it stays"), rows)


def fault_table(_: Project) -> str:
    """Return every kind of fault that is tested, with its siblings and their test."""
    rows = [
        (
            kind.title,
            "; ".join(row[0] for row in kind.rows),
            f"[{name}](../tests/faults/{name}.tsv), [{Path(kind.test).stem}](../{kind.test})",
        )
        for name, kind in kinds().items()
    ]
    return table(("kind", "siblings", "table, test"), rows)


def prefix_table(_: Project) -> str:
    """Return every prefix and its namespace, but those of the concept schemes."""
    rows = [(f"`{name}:`", f"`{iri}`") for name, iri in sorted(PREFIXES.items()) if name not in SCHEMES]
    return table(("prefix", "namespace"), rows)


TABLES: Mapping[str, Callable[..., str]] = {
    "commands": command_table,
    "settings": setting_table,
    "queries": query_table,
    "prefixes": prefix_table,
    "exemptions": exemption_table,
    "faults": fault_table,
    "packages": package_table,
    "package-picture": package_picture,
}
