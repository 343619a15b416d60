"""Data flows one way, so imports do too: a package imports only what stands before it in one list."""

import ast
import re
from graphlib import TopologicalSorter

import pytest

from support.imports import MODULES, imports_of

ORDER = (
    "errors files namespaces settings project sparql library rdf results dataset validation "
    "verification docs store engine engine.workers engine.remote search export client server.http "
    "server.query_service server.pages server.routes server.openapi server cli __main__"
).split()
"""The packages, and the modules at the top, each after all that it may import."""


def package_of(module: str) -> str:
    """Return the entry of the list that a module belongs to: the longest one that its name begins with."""
    entries = [entry for entry in ORDER if f"{module}.".startswith(f"{entry}.")]
    assert entries, f"{module} belongs to no package of the list"
    return max(entries, key=len)


def test_every_entry_of_the_list_is_there() -> None:
    assert {package_of(module) for module in MODULES} == set(ORDER)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_upstream(name: str) -> None:
    own = package_of(name)
    upstream = ORDER[: ORDER.index(own) + 1]
    assert {package_of(module) for module in imports_of(MODULES[name])} <= set(upstream)


def test_modules_import_without_a_circle() -> None:
    TopologicalSorter({name: imports_of(path) for name, path in MODULES.items()}).prepare()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_has_one_idea(name: str) -> None:
    lines = MODULES[name].read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"""'), "its first line says its idea"
    assert len(lines) <= 400


@pytest.mark.parametrize(
    "name", sorted(set(ORDER) & {name for name, path in MODULES.items() if path.name == "__init__.py"})
)
def test_a_package_says_what_it_is_for_and_what_enters_and_leaves(name: str) -> None:
    docstring = ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8"))) or ""
    assert re.search(r"\benters?\b", docstring), docstring
    assert re.search(r"\bleaves?\b", docstring), docstring
