"""What all commands have in common: errors of one line, and the option that machines give."""

import click

from accordgraph.errors import AccordGraphError

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
