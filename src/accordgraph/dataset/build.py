"""The build: from files to one dataset, with the asserted and derived triples merged as default graph.

The merged default graph is materialised rather than left to a store's union of named graphs, which counts a
triple in two graphs twice. The same files give the same bytes: lines are sorted, and there is no clock.

The build folder records the digest of every file that the dataset was made from (manifest.json) or validated
with (validation.json), so that a dataset is used only as long as these files are the same.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EACCES
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from accordgraph import __version__
from accordgraph.dataset.derivation import derive
from accordgraph.dataset.source_files import Dataset, load_dataset
from accordgraph.errors import BuildError, CanonicalFormError, DatasetNotBuilt, NotValidated, first_of
from accordgraph.files.whole_file import write_whole
from accordgraph.library.catalogue import EXAMPLES
from accordgraph.library.query_file import load_queries, load_rules
from accordgraph.library.sparql_examples import triples_of
from accordgraph.namespaces import GRAPH, RDF, shorten
from accordgraph.project import Project
from accordgraph.rdf.turtle import canonical

NQUADS = "accordgraph.nq"
MANIFEST = "manifest.json"
VALIDATION = "validation.json"
"""The files of the build folder: the dataset, what is in it, and the verdict on it."""
QUERIES = "queries"
"""The named graph of the queries."""
_REMEDY = "run `accordgraph build` and `accordgraph validate`"


@dataclass(frozen=True)
class Assembly:
    """The whole dataset in memory."""

    dataset: Dataset
    derived: Mapping[NamedNode, frozenset[Triple]]
    inputs: Mapping[str, str]
    """The SHA-256 digest of every input file, by path."""
    examples: frozenset[Triple] = frozenset()
    """The description of the example queries, as SPARQL editors look for them."""

    @cached_property
    def graphs(self) -> dict[NamedNode, frozenset[Triple]]:
        """Every named graph: those of files, those of rules, and that of the queries."""
        asserted = {graph: frozenset(triples) for graph, triples in self.dataset.graphs.items()}
        return asserted | dict(self.derived) | {GRAPH[QUERIES]: self.examples}

    @cached_property
    def triples(self) -> frozenset[Triple]:
        """The default graph: all triples, each once."""
        return self.dataset.triples.union(*self.derived.values(), self.examples)

    @cached_property
    def nquads(self) -> bytes:
        """The default graph and every named graph as sorted lines of N-Quads."""
        quads = [Quad(t.subject, t.predicate, t.object) for t in self.triples]
        for graph, triples in self.graphs.items():
            quads += [Quad(t.subject, t.predicate, t.object, graph) for t in triples]
        lines = (serialize(quads, format=RdfFormat.N_QUADS) or b"").split(b"\n")
        return b"\n".join(sorted(line for line in lines if line)) + b"\n"

    @cached_property
    def digest(self) -> str:
        """The SHA-256 digest of the N-Quads, which identifies the dataset."""
        return hashlib.sha256(self.nquads).hexdigest()

    def manifest(self) -> dict[str, object]:
        """Return the content of the dataset in numbers and digests."""
        classes = Counter(shorten(t.object.value) for t in self.triples if t.predicate == RDF.type)  # type: ignore[union-attr]
        graphs = {graph.value: len(triples) for graph, triples in sorted(self.graphs.items(), key=str)}
        return {
            "version": __version__,
            "file": NQUADS,
            "digest": self.digest,
            "triples": len(self.triples),
            "quads": len(self.triples) + sum(graphs.values()),
            "classes": dict(sorted(classes.items())),
            "graphs": graphs,
            "inputs": dict(sorted(self.inputs.items())),
        }


def assemble(project: Project, progress: Callable[[str], None] = lambda stage: None) -> Assembly:
    """Read the files and run the derivation rules; raises `TurtleError`, `BuildError` or `QueryFileError`."""
    progress("parse")
    inputs = file_digests(project, dataset_files(project))
    dataset = load_dataset(project)
    rules = load_rules(project.queries / "derive")
    derived = derive(dataset.triples, rules, lambda name: progress(f"derive {name}"))
    examples = [query for kind in EXAMPLES for query in load_queries(project.queries / kind)]
    return Assembly(dataset, derived, inputs, frozenset(triples_of(examples)))


def check_canonical(dataset: Dataset) -> None:
    """Raise `CanonicalFormError`, which names them all, when files are not in canonical form."""
    files = (
        (Path(file), dataset.texts[file], dataset.graphs[graph]) for graph, file in dataset.files.items()
    )
    if wrong := [path for path, text, triples in files if canonical(text, path, triples) != text]:
        raise CanonicalFormError(wrong)


def build(project: Project, progress: Callable[[str], None] = lambda stage: None) -> Assembly:
    """Assemble the dataset from files in canonical form; write it and its manifest to the build folder.

    Raises `BuildError` where that folder cannot be written to.
    """
    with build_folder(project):
        pass  # fails before the work starts
    assembly = assemble(project, progress)
    progress("canonical form")
    check_canonical(assembly.dataset)
    progress("write")
    manifest = json.dumps(assembly.manifest(), indent=2, ensure_ascii=False) + "\n"
    with build_folder(project) as folder:
        write_whole(folder / NQUADS, assembly.nquads)
        write_whole(folder / MANIFEST, manifest)
    return assembly


@contextmanager
def build_folder(project: Project) -> Iterator[Path]:
    """Give the build folder, created where need be; raises `BuildError` where it cannot be written to."""
    try:
        project.build.mkdir(parents=True, exist_ok=True)
        if not os.access(project.build, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        yield project.build
    except OSError as error:
        raise BuildError(
            f"cannot write to the build folder {project.build}: {error.strerror}; "
            "set ACCORDGRAPH_BUILD to another folder"
        ) from error


def dataset_files(project: Project) -> Iterator[Path]:
    """Yield the files that the dataset is made from."""
    yield from project.turtle_files("ontology", "data")
    yield from project.query_files("derive", *EXAMPLES)


def rule_files(project: Project) -> Iterator[Path]:
    """Yield the files that the dataset is validated with."""
    yield from project.turtle_files("shapes")
    yield from project.query_files("quality")


def file_digests(project: Project, files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 digest of each file, by its path from the root."""
    return {project.relative(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def changed_files(project: Project) -> list[str]:
    """Return the files that were added, changed or removed since the build and the validation.

    Files whose record is missing are not compared, which `read_current` then reports.
    """
    changes = []
    for record, files in ((MANIFEST, dataset_files(project)), (VALIDATION, rule_files(project))):
        before, now = _inputs(project.build / record), file_digests(project, files)
        if before is not None:
            for path in sorted(path for path in before.keys() | now if before.get(path) != now.get(path)):
                change = "added" if path not in before else "changed" if path in now else "removed"
                changes.append(f"{path} ({change})")
    return changes


def _inputs(record: Path) -> dict[str, str] | None:
    """Return the digests that a file of the build folder records; nothing where it has none."""
    try:
        return dict(json.loads(record.read_bytes())["inputs"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def read_current(project: Project) -> bytes:
    """Return the N-Quads that were built and validated from the files of the project as they are now.

    Raises `DatasetNotBuilt` or `NotValidated`, which name the files that changed.
    """
    if (project.build / NQUADS).is_file() and (changes := changed_files(project)):
        names = first_of(changes)
        raise NotValidated(f"files differ from the build in {project.build}: {names}; {_REMEDY}")
    dataset = read_validated(project.build)
    if any(_inputs(project.build / record) is None for record in (MANIFEST, VALIDATION)):
        raise NotValidated(f"{project.build} does not record the files of the build; {_REMEDY}")
    return dataset


def read_validated(folder: Path) -> bytes:
    """Return the N-Quads of a build folder, if exactly these have been validated and conform.

    Raises `DatasetNotBuilt` or `NotValidated`, which say what command to run.
    """
    path = folder / NQUADS
    if not path.is_file():
        raise DatasetNotBuilt(f"there is no dataset at {path}; run `accordgraph build`")
    dataset = path.read_bytes()
    try:
        verdict = json.loads((folder / VALIDATION).read_bytes())
        digest, conforms = verdict["digest"], verdict["conforms"]
    except (OSError, ValueError, LookupError, TypeError):
        raise NotValidated(f"{path} has not been validated; run `accordgraph validate`") from None
    if digest != hashlib.sha256(dataset).hexdigest():
        raise NotValidated(f"{path} has changed since it was validated; run `accordgraph validate`")
    if conforms is not True:
        raise NotValidated(f"{path} does not conform; `accordgraph validate` reports why")
    return dataset
