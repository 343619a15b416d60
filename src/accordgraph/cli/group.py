"""What the commands share: one-line errors, common options, the project, and a dataset that is up to date."""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from accordgraph.cli import streams
from accordgraph.errors import AccordGraphError, DatasetNotBuilt, NotValidated, first_of
from accordgraph.project import Project, find_project
from accordgraph.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
no_build = click.option(
    "--no-build",
    is_flag=True,
    help="Exit with 2 if the dataset is not up to date, instead of building it.",
)
_FOLDER = "accordgraph.project"
FAILED = 2
"""The exit code of a command that could not do its work."""


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


def current_project(settings: Settings | None = None, report: Report = streams.print_message) -> Project:
    """Return the project of the running command, and report in one line which it is and why."""
    project = find_project(settings, click.get_current_context().meta.get(_FOLDER))
    report(f"project: {project.root} ({project.origin})")
    if passed_over := project.passed_over():
        report(f"passed over, since they are hidden or end otherwise: {first_of(passed_over)}")
    return project


def current_dataset(
    project: Project, no_build: bool, quiet: bool = False, report: Report = streams.print_message
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
    """A group of commands whose errors are one line, and which end with 1 for invalid data alone."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command and exit.

        Whatever prevents it from doing its work ends it with exit code 2 and the reason; only a fault of the
        program is shown with its traceback, in the development mode of Python.
        """
        streams.prepare()
        failure: Exception | None = None
        code = FAILED
        try:
            code = self._run(*args, **extra)
        except Exception as error:
            failure = error
        try:
            streams.finish()
        except streams.OutputError as error:
            code, failure = FAILED, error
        if failure:
            _explain(failure)
        sys.exit(code)

    def _run(self, *args: Any, **extra: Any) -> int:
        try:
            result = super().main(*args, **(extra | {"standalone_mode": False}))
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 0
        except click.ClickException as error:
            with suppress(OSError):
                error.show()
            return error.exit_code
        return result if isinstance(result, int) else 0

    def invoke(self, ctx: click.Context) -> object:
        """Run a command, and warn of environment variables that look like settings and are none."""
        for name, like in Settings.unknown().items():
            hint = f"; is it {like[0]}?" if like else ""
            streams.print_message(f"warning: there is no setting {name}{hint}")
        with _pipe_left():
            return super().invoke(ctx)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the arguments; `--help` and `--version` write here."""
        with _pipe_left():
            return super().make_context(*args, **extra)


@contextmanager
def _pipe_left() -> Iterator[None]:
    """Raise `OutputError` where click, which would end with 1, writes into a pipe without a reader."""
    try:
        yield
    except BrokenPipeError as error:
        raise streams.OutputError(error) from error


def _explain(error: Exception) -> None:
    """Say in one line why a command failed; a reader that left a pipe needs no message."""
    if isinstance(error, streams.OutputError) and error.reader_left:
        return
    if isinstance(error, AccordGraphError):
        reason = str(error)
    elif isinstance(error, click.Abort):
        reason = "interrupted"
    elif isinstance(error, OSError):
        reason = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
    elif sys.flags.dev_mode:
        raise error
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        reason = f"a fault of the program: {type(error).__name__} at {place}: {error}"
    streams.print_message(f"error: {reason}")
