"""What every step checks before it works, and how it starts its folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from assortment import artefacts, manifest
from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths

_MADE_BY: Final = {
    "catalogue": "assortment catalogue import",
    "protocol": "assortment protocol",
    "checkpoints": "assortment train",
    "knowledge": "assortment knowledge build",
    "export": "assortment export",
    "index": "assortment index",
    "engines": "assortment export --tensorrt",
}


def check_threads(threads: int) -> None:
    """Of ONNX Runtime.

    Raises:
        InputError: when there are none.
    """
    if threads < 1:
        raise InputError("threads", threads, "allowed: 1 and above")


def require(paths: BuildPaths, inputs: Mapping[str, Path]) -> None:
    """Checks that the folders are finished.

    Raises:
        StepError: naming the first one that is not, and the command that makes it.
    """
    for name, folder in inputs.items():
        if not (folder / manifest.FILENAME).is_file():
            command = f"{_MADE_BY[name.partition('/')[0]]} --catalogue {paths.root.name}"
            raise StepError(f"{folder} is not there or not finished; run `{command}` first")


def require_release(export: Path, *, catalogue: str) -> None:
    """Checks that exported models are of this release, as far as they lack no file of it.

    Raises:
        StepError: when one is missing, with what makes it.
    """
    for name in (artefacts.TOKENIZER, artefacts.VALUE_WORDS, *artefacts.DICTIONARY):
        if not (export / name).is_file():
            again = f"run `assortment export --catalogue {catalogue}` again, as it was run before"
            raise StepError(f"{export / name} is missing: an earlier version of this program exported these models; {again}")


def verify(inputs: Mapping[str, Path]) -> None:
    """Checks every file of the folders against their manifests.

    Raises:
        ManifestError: naming the first file that is damaged.
    """
    for folder in inputs.values():
        manifest.verify(folder)


def afresh(folder: Path) -> None:
    """An empty folder; what was there is removed, not written over, for a server may have it mapped."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
