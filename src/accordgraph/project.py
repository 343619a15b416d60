"""The project: the folder with the files of the graph, and how a command finds it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from accordgraph.errors import InputError, ReferenceMissing
from accordgraph.files.folder_scan import scan
from accordgraph.settings import Settings

FOLDERS = ("ontology", "data", "shapes", "queries")
PROFILES = "profiles"
TURTLE, SPARQL = ".ttl", ".rq"
"""What the names of files end in."""
_LIST = ", ".join(f"{name}/" for name in FOLDERS)
_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Project:
    """The folder with ontology/, data/, shapes/ and queries/, and the output folder of the build."""

    root: Path
    build: Path
    origin: str = field(default="", compare=False)
    """Why it is this folder, for the line in which a command states its project."""

    @staticmethod
    def at(root: Path, build: Path | None = None, origin: str = "") -> "Project":
        """Return the project at `root`; raises `InputError` when a folder it needs is missing."""
        missing = [name for name in FOLDERS if not (root / name).is_dir()]
        if missing:
            raise InputError(f"{root} has no {', '.join(f'{name}/' for name in missing)}; it needs {_LIST}")
        return Project(root, build if build is not None else root / "build", origin)

    @property
    def ontology(self) -> Path:
        """The classes, properties and concept schemes."""
        return self.root / "ontology"

    @property
    def data(self) -> Path:
        """The facts, one named graph a file."""
        return self.root / "data"

    @property
    def shapes(self) -> Path:
        """The SHACL files."""
        return self.root / "shapes"

    @property
    def queries(self) -> Path:
        """The query library; each folder in it is a kind of query."""
        return self.root / "queries"

    @property
    def profiles(self) -> Path:
        """How the sources are printed, one file a source; a project that verifies nothing has none."""
        return self.root / PROFILES

    def turtle_files(self, *folders: str) -> Iterator[Path]:
        """Yield every .ttl file of the folders (default: ontology, data, shapes), in path order."""
        for folder in folders or ("ontology", "data", "shapes"):
            yield from scan(self.root / folder, TURTLE).files

    def query_files(self, *kinds: str) -> Iterator[Path]:
        """Yield every .rq file of these kinds of queries, in path order."""
        for kind in kinds:
            yield from scan(self.queries / kind, SPARQL).files

    def passed_over(self) -> list[str]:
        """Return the files that look like files of the project and are not read, such as hidden ones."""
        places = [(self.root / folder, TURTLE) for folder in FOLDERS[:3]] + [(self.queries, SPARQL)]
        return [self.relative(path) for folder, suffix in places for path in scan(folder, suffix).passed_over]

    def relative(self, path: Path) -> str:
        """Return the path from the root, with slashes: how findings and graphs name a file."""
        return path.relative_to(self.root).as_posix()


def find_project(settings: Settings | None = None, folder: Path | None = None) -> Project:
    """Return the project that a person works on.

    It is the first of: `folder` (the option `--project`), the setting `root`, the nearest folder upward from
    the working folder that has the four folders, the checkout of the code, and the copy inside the package.
    The packaged copy is not built in place but in `build` in the working folder, unless the setting `build`
    names another folder. Raises `InputError` when a folder that was named is no project, or there is none.
    """
    settings = settings or Settings.from_environment()
    if folder is not None:
        return Project.at(folder.absolute(), settings.build, "--project")
    if settings.root is not None:
        return Project.at(settings.root.absolute(), settings.build, "ACCORDGRAPH_ROOT")
    here, checkout = Path.cwd(), _PACKAGE.parents[1]
    for root in (here, *here.parents):
        if _is_project(root):
            return Project.at(root, settings.build, "nearest folder upward")
    if _is_project(checkout):
        return Project.at(checkout, settings.build, "checkout of the code")
    return Project.at(_PACKAGE / "_assets", settings.build or here / "build", "packaged copy")


def _is_project(root: Path) -> bool:
    """Return whether a folder has the four folders; one that cannot be read has not."""
    return all(os.path.isdir(root / name) for name in FOLDERS)


def find_reference(settings: Settings | None = None, project: Project | None = None) -> Path:
    """Return the folder with the reference material; raises `ReferenceMissing` when it is absent."""
    settings = settings or Settings.from_environment()
    folder = settings.reference or (project or find_project(settings)).root.parent / "shared"
    if not folder.is_dir():
        raise ReferenceMissing(f"no reference material at {folder}; set ACCORDGRAPH_REFERENCE to its folder")
    return folder
