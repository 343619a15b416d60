"""The built dataset, if exactly this one was validated and conforms."""

import hashlib
import json
from pathlib import Path

from accordgraph.dataset.build import NQUADS, VALIDATION
from accordgraph.errors import DatasetNotBuilt, NotValidated


def validated(build: Path) -> bytes:
    """Return the N-Quads that were built, if exactly these have been validated and conform.

    Raises `DatasetNotBuilt` or `NotValidated`, which say what command to run.
    """
    path = build / NQUADS
    if not path.is_file():
        raise DatasetNotBuilt(f"there is no dataset at {path}; `accordgraph build` makes it")
    dataset = path.read_bytes()
    try:
        verdict = json.loads((build / VALIDATION).read_bytes())
        digest, conforms = verdict["digest"], verdict["conforms"]
    except (OSError, ValueError, LookupError, TypeError):
        raise NotValidated(f"{path} has not been validated; run `accordgraph validate`") from None
    if digest != hashlib.sha256(dataset).hexdigest():
        raise NotValidated(f"{path} has changed since it was validated; run `accordgraph validate`")
    if conforms is not True:
        raise NotValidated(f"{path} does not conform; `accordgraph validate` says what is wrong")
    return dataset
