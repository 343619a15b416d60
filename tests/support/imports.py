"""What each module of the package imports, read from its text, and which packages there are."""

import ast
from pathlib import Path

import accordgraph

PACKAGE = Path(accordgraph.__file__).parent


def name_of(path: Path) -> str:
    """Return the dotted name of a module, without that of the whole package."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PACKAGE.rglob("*.py") if PACKAGE / "_assets" not in path.parents}
MODULES.pop("__init__")


def imports_of(path: Path) -> set[str]:
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
