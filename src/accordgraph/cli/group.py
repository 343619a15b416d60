"""What the commands share: one-line errors, common options, the project, and a dataset that is up to date."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from accordgraph.errors import AccordGraphError, DatasetNotBuilt, NotValidated
from accordgraph.project import Project, find_project
from accordgraph.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
no_build = click.option(
    "--no-build",
    is_flag=True,
    help="Exit with 2 if the dataset is not up to date, instead of building it.",
)
_FOLDER = "accordgraph.project"


def _note_folder(context: click.Context, _: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        context.meta[_FOLDER] = folder


project_option = click.option(
    "--project",
    metavar="DIR",
    type=click.Path(path_type=Path),
    expose_value=False,
    callback=_note_folder,
    help="Project folder; default ACCORDGRAPH_ROOT, or searched upward from the working folder.",
)
"""The option of the group and of each command that uses a project; that of the command prevails."""


Report = Callable[[str], None]
"""Takes a message for the user, one line."""


def to_stderr(message: str) -> None:
    """Print a message for the user, apart from the result."""
    click.echo(message, err=True)


def current_project(settings: Settings | None = None, report: Report = to_stderr) -> Project:
    """Return the project of the running command, and report in one line which it is and why."""
    project = find_project(settings, click.get_current_context().meta.get(_FOLDER))
    report(f"project: {project.root} ({project.origin})")
    return project


def current_dataset(
    project: Project, no_build: bool, quiet: bool = False, report: Report = to_stderr
) -> bytes:
    """Return the N-Quads of the project's files as they are now, validated.

    Where the build folder does not hold them, it is reported why, and they are built and validated; with
    `no_build` it raises `DatasetNotBuilt` or `NotValidated` instead. A dataset that does not conform ends the
    command with exit code 1 and the findings.
    """
    from accordgraph.cli.terminal import progress
    from accordgraph.dataset.build import build, read_current
    from accordgraph.validation.report import text_report
    from accordgraph.validation.validate import validate

    try:
        return read_current(project)
    except (DatasetNotBuilt, NotValidated) as error:
        if no_build:
            raise
        fact, _, _ = str(error).partition("; ")
        report(f"{fact}; building and validating")
    with progress(quiet) as show:
        assembly = build(project, show)
        verdict = validate(project, show, assembly)
    if not verdict.conforms:
        for line in (*text_report(verdict.findings).splitlines(), verdict.summary):
            report(line)
        sys.exit(1)
    return assembly.nquads


class Group(click.Group):
    """A group of commands whose errors are one line."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command, and warn of environment variables that look like settings and are none.

        An `AccordGraphError`, or a file that cannot be read or written, ends it with exit code 2.
        """
        for name, like in Settings.unknown().items():
            hint = f"; is it {like[0]}?" if like else ""
            to_stderr(f"warning: there is no setting {name}{hint}")
        try:
            return super().invoke(ctx)
        except AccordGraphError as error:
            reason = str(error)
        except OSError as error:
            if error.filename is None:
                raise
            reason = f"{error.filename}: {error.strerror}"
        to_stderr(f"error: {reason}")
        ctx.exit(2)
