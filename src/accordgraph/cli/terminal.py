"""What a person sees in the terminal: progress while a command works, and tables."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO

from rich import box
from rich.console import Console, JustifyMethod
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from accordgraph.cli.streams import print_styled, printable, stdout_encoding

UNLIMITED = 10_000
"""The width of a table that is not for a terminal: nothing is folded or cut."""
_NARROWEST = 8
"""The characters of a column of a table in a terminal, however narrow that is: else columns would vanish."""
_HEIGHT = 25
"""Without a height, rich passes over the width where the terminal is called dumb."""
_BORDERS = 3
"""The characters beside those of a column."""


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
    is_terminal = sys.stdout.isatty()
    narrowest = len(columns) * (_NARROWEST + _BORDERS) + 1
    width = max(Console().width, narrowest) if is_terminal else UNLIMITED
    result = Table(box=box.HEAVY_HEAD if stdout_encoding().lower().startswith("utf") else box.ASCII2)
    for place, column in enumerate(columns):
        numbers = bool(table) and all(isinstance(row[place], int) for row in table)
        justify: JustifyMethod = "right" if numbers else "left"
        result.add_column(Text(printable(column)), justify=justify, overflow="fold")
    for row in table:
        texts = (f"{cell:,}" if isinstance(cell, int) else printable(str(cell)) for cell in row)
        result.add_row(*map(Text, texts))
    drawn = StringIO()
    Console(width=width, height=_HEIGHT, file=drawn, force_terminal=is_terminal).print(result)
    print_styled(drawn.getvalue())
