"""Small datasets, put where `serve` looks for one, with the word that they are valid, or not."""

import hashlib
import json
from pathlib import Path

from accordgraph.namespaces import ACG, ID, RDF, SKOS


def dataset(size: int) -> bytes:
    lines = [f"{ID[f'be/act/act-{number}']} {RDF.type} {ACG.Act} .\n" for number in range(size)]
    return "".join([*lines, f'{ID["be/act/act-0"]} {SKOS.prefLabel} "Version {size}"@en .\n']).encode()


def publish(folder: Path, content: bytes, conforms: bool = True) -> str:
    digest = hashlib.sha256(content).hexdigest()
    (folder / "accordgraph.nq").write_bytes(content)
    (folder / "validation.json").write_text(json.dumps({"digest": digest, "conforms": conforms}))
    return digest
