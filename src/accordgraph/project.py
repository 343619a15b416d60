"""Where the files of the graph are: a checkout, the copy inside an installed package, or any folder given."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from accordgraph.errors import InputError, ReferenceMissing
from accordgraph.settings import Settings

FOLDERS = ("ontology", "data", "shapes", "queries")
PROFILES = "profiles"
_LIST = ", ".join(f"{name}/" for name in FOLDERS)
_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Project:
    """The folder with ontology/, data/, shapes/ and queries/, and the folder that the build writes to."""

    root: Path
    build: Path

    @staticmethod
    def at(root: Path, build: Path | None = None) -> "Project":
        """Return the project at `root`; raises `InputError` when a folder it needs is missing."""
        missing = [name for name in FOLDERS if not (root / name).is_dir()]
        if missing:
            raise InputError(f"{root} has no {', '.join(f'{name}/' for name in missing)}; it needs {_LIST}")
        return Project(root, build if build is not None else root / "build")

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
            yield from sorted((self.root / folder).rglob("*.ttl"))

    def relative(self, path: Path) -> str:
        """Return the path from the root, with slashes: how findings and graphs name a file."""
        return path.resolve().relative_to(self.root.resolve()).as_posix()


def find_project(settings: Settings | None = None) -> Project:
    """Return the project: the root that is set, else the checkout of the code, else the packaged copy.

    An installed package has no folder of its own to write to: there the build goes to `build` in the working
    folder, unless `ACCORDGRAPH_BUILD` says otherwise. Raises `InputError` when there is no project.
    """
    settings = settings or Settings.from_environment()
    if settings.root is not None:
        return Project.at(settings.root, settings.build)
    checkout = _PACKAGE.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / "ontology").is_dir():
        return Project.at(checkout, settings.build)
    return Project.at(_PACKAGE / "_assets", settings.build or Path.cwd() / "build")


def find_reference(settings: Settings | None = None) -> Path:
    """Return the folder of the reference material; raises `ReferenceMissing` when it is absent."""
    settings = settings or Settings.from_environment()
    folder = settings.reference or _PACKAGE.parents[1].parent / "shared"
    if not folder.is_dir():
        raise ReferenceMissing(f"no reference material at {folder}; set ACCORDGRAPH_REFERENCE to its folder")
    return folder
