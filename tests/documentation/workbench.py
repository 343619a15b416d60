"""The workbench: a dataset that is built, validated and served, on which the examples run."""

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest import mock

from click.testing import CliRunner

from accordgraph.cli import main
from accordgraph.dataset.build import NQUADS, build
from accordgraph.errors import ReferenceMissing
from accordgraph.project import Project, find_reference
from accordgraph.results.writers import cells, render
from accordgraph.settings import PREFIX
from accordgraph.store.local import Store, open_store
from accordgraph.validation.validate import validate
from documentation.markdown import fenced, table
from documentation.pages import Block, Example
from documentation.shell import commands, curl
from documentation.tables import TABLES
from support.live_server import serving
from support.paths import ROOT

ADDRESS = "http://127.0.0.1:8000"
RUNNABLE = ("sparql", "sh", "python")


class Unavailable(Exception):
    """An example that cannot be run here; says what is missing."""


@dataclass(frozen=True)
class Workbench:
    """A built, validated and served dataset, on which examples run."""

    project: Project
    store: Store
    address: str

    def answer(self, block: Block) -> str:
        """Return what should stand in a block; raises `Unavailable` when that cannot be known here."""
        if block.kind == "table":
            name, *arguments = block.argument.split()
            return TABLES[name](self.project, *arguments)
        if block.kind == "turtle":
            file, *things = block.argument.split()
            text = (self.project.root / file).read_text(encoding="utf-8")
            return fenced("turtle", "\n".join(said_of(thing, text) for thing in things))
        if block.argument:
            return fenced("text", self.shell(block.argument))
        if block.example is None:
            raise ValueError("an answer without a command stands after an example")
        if block.example.language == "sparql":
            return self.sparql(block.example.text)
        return fenced("text", self.run(block.example))

    def run(self, example: Example) -> str:
        """Run an example and return what it prints."""
        run = {"sparql": self.sparql, "sh": self.shell, "python": self.python}
        return run[example.language](example.text)

    def sparql(self, text: str) -> str:
        """Answer a query, as a Markdown table or, when the answer is a graph, as Turtle."""
        answer = self.store.query(text)
        if answer.is_graph:
            return fenced("turtle", render(answer, "ttl"))
        columns, rows = cells(answer)
        return table(columns, rows)

    def python(self, text: str) -> str:
        """Run Python and return what it prints."""
        output = StringIO()
        with redirect_stdout(output):
            exec(compile(text.replace(ADDRESS, self.address), "example", "exec"), {"__name__": "__main__"})
        return output.getvalue()

    def shell(self, text: str) -> str:
        """Run shell commands and return what they print.

        Raises `ValueError` for a command that is not one of those that people need here.
        """
        return "".join(self._command(words) for words in commands(text))

    def _command(self, words: Sequence[str]) -> str:
        program, *arguments = words
        if program == "accordgraph":
            return self._accordgraph(arguments)
        if program == "curl":
            return curl([word.replace(ADDRESS, self.address) for word in arguments])
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        known = (program == "make" and set(arguments) <= set(targets)) or words == [".", ".venv/bin/activate"]
        if not known and not (program.startswith("scripts/") and (ROOT / program).is_file()):
            raise ValueError(f"no such command here: {shlex.join(words)}")
        return ""

    def _accordgraph(self, arguments: list[str]) -> str:
        name, *rest = arguments
        if name in ("serve", "format", "bench", "diff"):  # no end, new files, long, another build
            main.commands[name].make_context(name, rest)
            return ""
        if name == "verify" and "--sources" not in rest:
            try:
                folder = find_reference() / "sources"
            except ReferenceMissing as error:
                raise Unavailable(str(error)) from error
            if not folder.is_dir():
                raise Unavailable(f"there is no folder {folder}")
        result = CliRunner().invoke(main, arguments)
        if result.exit_code != 0:
            raise ValueError(f"{shlex.join(['accordgraph', *arguments])}: {result.output}")
        return result.stdout.replace(str(self.project.build), "build")


@contextmanager
def workbench(folder: Path) -> Iterator[Workbench]:
    """Build into a folder, validate and serve, while the context lasts."""
    project = Project.at(ROOT, folder)
    build(project)
    verdict = validate(project)
    if not verdict.conforms:
        raise ValueError("the dataset does not conform; `accordgraph validate` says what is wrong")
    store = open_store(folder)
    environment = {PREFIX + "ROOT": str(ROOT), PREFIX + "BUILD": str(folder)}
    with mock.patch.dict("os.environ", environment), chdir(ROOT), serving(folder / NQUADS) as address:
        yield Workbench(project, store, address)
    store.close()


def said_of(thing: str, text: str) -> str:
    """Return the statements about a thing, as they stand in a data file."""
    match = re.search(rf"^<{re.escape(thing)}>\n.*?^\.\n", text, re.MULTILINE | re.DOTALL)
    if match is None:
        raise ValueError(f"the file says nothing of <{thing}>")
    return match.group()
