"""The pages: Markdown files with the examples that people wrote and the blocks that are generated."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from support.paths import ROOT

_BEGIN = re.compile(r"<!-- begin (answer|turtle|table)(?:: (.+?))? -->")
_END = "<!-- end -->"
_FENCE = re.compile(r"```(\w*)")


@dataclass(frozen=True)
class Example:
    """A fenced block that people wrote."""

    line: int
    language: str
    text: str


@dataclass(frozen=True)
class Block:
    """A block that is generated: the lines between its two comments."""

    line: int
    kind: str
    argument: str
    example: Example | None
    body: str


@dataclass(frozen=True)
class Page:
    """A Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """The path from the root, or the name of a file elsewhere."""
        inside = self.path.is_relative_to(ROOT)
        return self.path.relative_to(ROOT).as_posix() if inside else self.path.name

    @cached_property
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def _parts(self) -> tuple[list[Example], list[Block]]:
        examples: list[Example] = []
        blocks: list[Block] = []
        lines = iter(enumerate(self.text.splitlines(), 1))
        for number, line in lines:
            if begin := _BEGIN.fullmatch(line):
                body = "\n".join(_until(lines, _END, f"{self.name}:{number}"))
                example = examples[-1] if examples else None
                blocks.append(Block(number, begin[1], begin[2] or "", example, body))
            elif fence := _FENCE.fullmatch(line):
                text = "\n".join(_until(lines, "```", f"{self.name}:{number}"))
                examples.append(Example(number, fence[1], text))
        return examples, blocks

    @property
    def examples(self) -> list[Example]:
        """The fenced blocks that are not generated, in order."""
        return self._parts[0]

    @property
    def blocks(self) -> list[Block]:
        """The generated blocks, in order."""
        return self._parts[1]

    def updated(self, answer: Callable[[Block], str]) -> str:
        """Return the text with the body of each block as `answer` gives it."""
        lines = self.text.splitlines()
        for block in reversed(self.blocks):
            length = len(block.body.splitlines())
            lines[block.line : block.line + length] = answer(block).splitlines()
        return "\n".join(lines) + "\n"


def pages() -> list[Page]:
    """Return every page of the documentation."""
    return [Page(path) for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))]


def _until(lines: Iterator[tuple[int, str]], end: str, start: str) -> Iterator[str]:
    for _, line in lines:
        if line == end:
            return
        yield line
    raise ValueError(f"{start}: no line {end!r} ends what begins here")
