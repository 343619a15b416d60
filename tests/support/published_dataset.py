"""Small datasets, put where `serve` looks for one, as if built from the files of the checkout and judged."""

import hashlib
import json
from pathlib import Path

from accordgraph.dataset.build import dataset_files, file_digests, rule_files
from accordgraph.namespaces import ACG, ID, RDF, SKOS
from accordgraph.project import Project
from support.paths import ROOT


def dataset(size: int) -> bytes:
    lines = [f"{ID[f'be/act/act-{number}']} {RDF.type} {ACG.Act} .\n" for number in range(size)]
    return "".join([*lines, f'{ID["be/act/act-0"]} {SKOS.prefLabel} "Version {size}"@en .\n']).encode()


def publish(folder: Path, content: bytes, conforms: bool = True) -> str:
    digest = hashlib.sha256(content).hexdigest()
    project = Project.at(ROOT, folder)
    (folder / "accordgraph.nq").write_bytes(content)
    manifest = {"digest": digest, "inputs": file_digests(project, dataset_files(project))}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    verdict = {"digest": digest, "conforms": conforms, "inputs": file_digests(project, rule_files(project))}
    (folder / "validation.json").write_text(json.dumps(verdict))
    return digest
