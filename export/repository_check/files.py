"""Files: against the manifest, a version of every model, and every file that a configuration names."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from assortment import manifest
from assortment.errors import ManifestError
from export.repository_check.finding import Finding
from export.repository_check.model_config import dtype
from export.repository_check.repository import Repository
from export.warm_up import FOLDER

_AGAIN: Final = "run `assortment assemble` again"
_ITEM_SIZE: Final = {"FP32": 4, "INT32": 4, "INT64": 8, "UINT8": 1}  # bytes


def files_match_the_manifest(repository: Repository) -> Iterator[Finding]:
    """Every file that the manifest lists is there and unchanged, and no other; Python's caches, which servers write, aside."""
    try:
        told = manifest.read(repository.folder)
    except ManifestError as error:
        yield Finding(manifest.FILENAME, str(error), _AGAIN)
        return
    there = {
        repository.relative(path)
        for path in repository.folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != manifest.FILENAME
    }
    for name, expected in sorted(told.files.items()):
        if name not in there:
            yield Finding(name, "it is missing, though the manifest lists it", _AGAIN)
        elif _sha256(repository.folder / name) != expected:
            yield Finding(name, "it does not match its SHA-256 in the manifest: damaged or edited", _AGAIN)
    for name in sorted(there - set(told.files)):
        yield Finding(name, "the manifest does not list it", f"remove it, or {_AGAIN}")


def every_model_has_a_version(repository: Repository) -> Iterator[Finding]:
    """A version folder with a file in it: git and object stores drop empty folders, and Triton then finds no version."""
    for model in repository.configs:
        versions = repository.versions(model)
        if not versions:
            yield Finding(model, "it has no version folder", _AGAIN)
        for version in versions:
            if not any(path.is_file() for path in version.iterdir()):
                yield Finding(
                    repository.relative(version), "the version folder holds no file, and an object store drops it", _AGAIN
                )


def model_files_are_there(repository: Repository) -> Iterator[Finding]:
    """In every version, the files that the backend will open."""
    for model, config in repository.configs.items():
        for version in repository.versions(model):
            for name in _opened(config):
                if not (version / name).is_file():
                    yield Finding(
                        repository.relative(version / name),
                        f"it is missing, and {repository.config_file(model)} has the backend {config.backend!r} open it",
                        "build engines (`assortment export --tensorrt`) and pass them to `assortment assemble --engines`"
                        if name.endswith(".plan")
                        else _AGAIN,
                    )


def warm_up_files_are_whole(repository: Repository) -> Iterator[Finding]:
    """Every ``input_data_file`` is there, and as long as its tensor."""
    for model, config in repository.configs.items():
        for sample in config.model_warmup:
            for name, fed in sample.inputs.items():
                if fed.input_data_file:
                    yield from _warm_up_file(repository, model, name, fed)


def _sha256(path: Path) -> str:
    """A repository is often checked for several variants: its gigabytes are read once."""
    found = path.stat()
    return _sha256_of(path, found.st_size, found.st_mtime_ns)


@cache
def _sha256_of(path: Path, size: int, modified_ns: int) -> str:
    return manifest.sha256(path)


def _warm_up_file(repository: Repository, model: str, name: str, fed: Any) -> Iterator[Finding]:
    path = repository.folder / model / FOLDER / fed.input_data_file
    if not path.is_file():
        yield Finding(repository.relative(path), f"it is missing, and the warm-up feeds {name} with it", _AGAIN)
        return
    size, wanted = path.stat().st_size, _ITEM_SIZE.get(dtype(fed), 0) * math.prod(fed.dims)
    if wanted and size != wanted:
        yield Finding(
            repository.relative(path), f"it has {size} bytes, {name} of {dtype(fed)} {list(fed.dims)} takes {wanted}", _AGAIN
        )


def _opened(config: Any) -> list[str]:
    """Names of the files that a backend opens in a version folder."""
    if config.platform == "ensemble":
        return []
    by_capability = sorted(set(config.cc_model_filenames.values()))
    standard = {"python": "model.py", "onnxruntime": "model.onnx", "tensorrt": "model.plan"}.get(config.backend, "")
    return by_capability or [name for name in (config.default_model_filename or standard,) if name]


RULES: Final = (files_match_the_manifest, every_model_has_a_version, model_files_are_there, warm_up_files_are_whole)
