"""Data flows one way, so imports do too: a module imports only what stands before it."""

import ast
from pathlib import Path

import pytest

import accordgraph

PACKAGE = Path(accordgraph.__file__).parent
ORDER = (
    "namespaces errors settings assets turtle_writer turtle lexer parameters queries library examples "
    "dataset derive build passages written_forms contexts evidence findings identity labels citations "
    "checks verify shacl quality validate reference grammar rules scopes syntax complexity answer store "
    "forms rows pieces spreadsheet results client engine words search indexing record prologue endpoint "
    "asking feed readback remote load ways push workers.sandbox workers.worker workers.nursery "
    "workers.keeper workers.process workers.places workers.waiting workers.exchange workers.pool workers "
    "stores server.trace server.fresh server.problems server.wire server.negotiation server.languages "
    "server.spool server.budget server.cache server.coding server.outcomes server.question server.sending "
    "server.answers server.documents server.pages server.context server.vocabulary server.portrait "
    "server.catalogue server.addresses server.sections server.graphs server.description server.meanings "
    "server.linked server.guide server.sparql server.graph_store server.asked server.library "
    "server.sought server.search server.openapi_schemas server.openapi_parts server.openapi_linked "
    "server.openapi_paths server.openapi server.origins server.logs server.metrics server.operations "
    "server.app server.patience server.run server bench bench.report bench.target bench.prober "
    "bench.mutator bench.queries bench.robustness bench.inventing bench.requests terminal cli.group "
    "cli.files cli.library cli.serving cli __main__ "
).split()


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "_assets"}
MODULES.pop("__init__")


def imported(path: Path) -> set[str]:
    """Return the modules of the package that a module imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {
                name if name.removeprefix("accordgraph.") in MODULES else str(node.module) for name in full
            }
    return {name.removeprefix("accordgraph.") for name in found if name.startswith("accordgraph.")}


def test_every_module_has_a_place() -> None:
    assert sorted(ORDER) == sorted(MODULES)


@pytest.mark.parametrize("name", ORDER)
def test_imports_point_upstream(name: str) -> None:
    assert imported(MODULES[name]) <= set(ORDER[: ORDER.index(name)])


@pytest.mark.parametrize("name", ORDER)
def test_a_module_has_one_idea(name: str) -> None:
    lines = MODULES[name].read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"""'), "its first line says its idea"
    assert len(lines) <= 250
