"""What is written into a page: fenced blocks and tables."""

import re
from collections.abc import Iterable, Sequence


def fenced(language: str, text: str) -> str:
    """Return text as a fenced block, without spaces at the ends of its lines."""
    lines = "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
    return f"```{language}\n{lines}\n```"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; names of the graph are set as code."""
    lines = [columns, ["---"] * len(columns), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    text = text.replace("|", "\\|").replace("\n", " ")
    return f"`{text}`" if re.fullmatch(r"<[^<> ]+>|[a-z-]+:[\w./-]+", text) else text
