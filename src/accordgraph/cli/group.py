"""What all commands have in common: errors of one line, and the option that machines give."""

import click

from accordgraph.errors import AccordGraphError
from accordgraph.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


class Group(click.Group):
    """A group of commands whose errors are one line."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command, and tell a setting that is none.

        An error of ours, or a file that cannot be read or written, ends it with exit code 2.
        """
        for name, like in Settings.unknown().items():
            hint = f"; is it {like[0]}?" if like else ""
            click.echo(f"warning: there is no setting {name}{hint}", err=True)
        try:
            return super().invoke(ctx)
        except AccordGraphError as error:
            reason = str(error)
        except OSError as error:
            if error.filename is None:
                raise
            reason = f"{error.filename}: {error.strerror}"
        click.echo(f"error: {reason}", err=True)
        ctx.exit(2)
