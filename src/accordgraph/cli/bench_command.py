"""The command that measures a server. The benchmarks belong to a checkout and are not installed."""

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import click

from accordgraph.cli.group import current_project, project_option
from accordgraph.cli.streams import print_text
from accordgraph.errors import InputError

BENCHMARKS = {"queries": 30, "load": 20, "robustness": 10_000, "requests": 10_000}
"""The benchmarks, each with the number of requests it sends by default: to each query, or in all; a round
of a load lasts so many seconds."""
_FOLDER = Path(__file__).resolve().parents[3] / "benchmarks"


def load_benchmark(name: str) -> ModuleType:
    """Import a module of the folder `benchmarks` of the checkout that this code runs from.

    Raises `InputError` where the code does not run from a checkout.
    """
    if "benchmarks" not in sys.modules:
        init = _FOLDER / "__init__.py"
        spec = spec_from_file_location("benchmarks", init, submodule_search_locations=[str(_FOLDER)])
        if not init.is_file() or spec is None or spec.loader is None:
            raise InputError(
                "the benchmarks are not installed with the package; run this command from a checkout of the "
                "project, whose folder benchmarks/ holds them"
            )
        sys.modules["benchmarks"] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules["benchmarks"])
    return importlib.import_module(f"benchmarks.{name}")


@click.command()
@click.argument("name", required=False, type=click.Choice(list(BENCHMARKS)))
@click.option(
    "--times",
    type=int,
    metavar="NUMBER",
    help="How often to ask: each query (30), or in all (10,000); a load: seconds (20).",
)
@click.option("--write", is_flag=True, help="Write the table into docs/benchmarks.md too.")
@project_option
def bench(name: str | None, times: int | None, write: bool) -> None:
    """Measure a server over the built dataset; without a name, say what benchmarks there are."""
    from accordgraph.cli.terminal import progress, show_table

    modules = {benchmark: load_benchmark(benchmark) for benchmark in BENCHMARKS}
    if name is None:
        rows = [(key, str(module.__doc__)) for key, module in modules.items()]
        show_table(("benchmark", "what it measures"), rows)
        return
    project = current_project()
    with progress() as tell:
        measured = modules[name].measure(project, times or BENCHMARKS[name], tell)
    show_table(measured.columns, measured.rows)
    for remark in measured.remarks:
        print_text(remark)
    if write:
        load_benchmark("report").write(project.root / "docs" / "benchmarks.md", name, measured)
