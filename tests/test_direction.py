"""Data flows one way, so imports do too: a package imports only what stands before it in one list."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import accordgraph

PACKAGE = Path(accordgraph.__file__).parent
ORDER = (
    "errors namespaces settings project sparql library rdf results dataset validation verification docs "
    "store engine engine.workers engine.remote search client server.http server.query_service server.pages "
    "server.routes server.openapi server cli __main__"
).split()
"""The packages, and the modules at the top, each after all that it may import."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "_assets"}
MODULES.pop("__init__")


def package_of(module: str) -> str:
    """Return the entry of the list that a module belongs to: the longest one that its name begins with."""
    entries = [entry for entry in ORDER if f"{module}.".startswith(f"{entry}.")]
    assert entries, f"{module} belongs to no package of the list"
    return max(entries, key=len)


def imported(path: Path) -> set[str]:
    """Return the modules of the package that a module imports, at its top or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names |= {
                name if name.removeprefix("accordgraph.") in MODULES else str(node.module) for name in full
            }
    return {name.removeprefix("accordgraph.") for name in names if name.startswith("accordgraph.")}


def test_every_entry_of_the_list_is_there() -> None:
    assert {package_of(module) for module in MODULES} == set(ORDER)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_upstream(name: str) -> None:
    own = package_of(name)
    upstream = ORDER[: ORDER.index(own) + 1]
    assert {package_of(module) for module in imported(MODULES[name])} <= set(upstream)


def test_modules_import_without_a_circle() -> None:
    TopologicalSorter({name: imported(path) for name, path in MODULES.items()}).prepare()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_has_one_idea(name: str) -> None:
    lines = MODULES[name].read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"""'), "its first line says its idea"
    assert len(lines) <= 400
