"""The packages of the code: a table of what each is for, and a picture of which imports which."""

import ast
from collections.abc import Iterable, Mapping

from accordgraph.project import Project
from documentation.markdown import fenced, table
from support.imports import MODULES, imports_of


def package_table(_: Project) -> str:
    """Return every package with the paragraph that its `__init__` begins with."""
    rows = []
    for name in sorted(_packages()):
        text = ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8"))) or ""
        path = f"src/accordgraph/{name.replace('.', '/')}"
        rows.append((f"[{name}]({path})", " ".join(text.partition("\n\n")[0].split())))
    return table(("package", "what it is for"), rows)


def package_picture(_: Project) -> str:
    """Return the packages as a Mermaid flowchart; an arrow leads from what is imported to what imports it.

    An arrow that follows from others is left out.
    """
    packages = _packages() | {"client"}
    imports: dict[str, set[str]] = {package: set() for package in packages}
    for module, path in MODULES.items():
        if (own := _package_of(module, packages)) is not None:
            others = {_package_of(name, packages) for name in imports_of(path)}
            imports[own] |= {other for other in others if other is not None and other != own}
    names = {package: package.replace(".", "_") for package in packages}
    lines = ["flowchart LR"]
    lines += [f'    {names[package]}["{package}"]' for package in sorted(packages)]
    for package in sorted(packages):
        implied = {far for near in imports[package] for far in _reached(near, imports)}
        lines += [f"    {names[near]} --> {names[package]}" for near in sorted(imports[package] - implied)]
    return fenced("mermaid", "\n".join(lines))


def _packages() -> set[str]:
    return {name for name, path in MODULES.items() if path.name == "__init__.py"}


def _package_of(module: str, packages: Iterable[str]) -> str | None:
    """Return the package that a module belongs to, the innermost one; None for the modules at the top."""
    return max((one for one in packages if f"{module}.".startswith(f"{one}.")), key=len, default=None)


def _reached(start: str, imports: Mapping[str, set[str]]) -> set[str]:
    """Return the packages that a package imports, and that these import in their turn."""
    reached: set[str] = set()
    waiting = list(imports[start])
    while waiting:
        if (package := waiting.pop()) not in reached:
            reached.add(package)
            waiting += imports[package]
    return reached
