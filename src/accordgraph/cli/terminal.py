"""What a person sees in the terminal: progress while a command works, and tables."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

UNLIMITED = 10_000
"""The width of a table that is not for a terminal: nothing is folded or cut."""


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show the stage that a command is at, on the error stream and only in a terminal."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda stage: None
        return
    with console.status("start") as status:
        yield lambda stage: status.update(f"{stage} ...")


@contextmanager
def bar(title: str, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show how much of a known amount is done, on the error stream and only in a terminal."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda done, total: None
        return
    with Progress(console=console, transient=True) as shown:
        task = shown.add_task(title, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; columns of numbers only are aligned to the right."""
    table = list(rows)
    width = None if sys.stdout.isatty() else UNLIMITED
    result = Table()
    for place, column in enumerate(columns):
        numbers = bool(table) and all(isinstance(row[place], int) for row in table)
        result.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in table:
        result.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    Console(width=width).print(result)
