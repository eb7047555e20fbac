"""Manifests: what a folder under ``build/`` was made from, and the SHA-256 of every file in it.

``manifest.json`` is written last, so a folder without one is unfinished work. A step is skipped when its folder's
manifest names the same inputs and settings; a folder whose files differ from its manifest is refused by name.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from assortment.errors import ManifestError

FILENAME: Final = "manifest.json"
_VERSIONED: Final = ("assortment", "numpy", "torch", "transformers", "onnx", "onnxruntime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The contents of a ``manifest.json``."""

    step: str
    """The step that made the folder: catalogue, protocol, train, export, index, assemble."""
    inputs: dict[str, str]
    """Name of each input to the SHA-256 of its manifest (or of the file itself)."""
    settings: dict[str, Any]
    """Everything else the result depends on: seeds, sizes, options."""
    files: dict[str, str]
    """Relative path of each file to its SHA-256."""
    results: dict[str, Any] = field(default_factory=dict)
    """Figures worth keeping: counts, metrics, seconds. They do not decide whether a folder is current."""
    versions: dict[str, str] = field(default_factory=dict)
    """Versions of Python and of the packages that took part."""


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fingerprint(path: Path) -> str:
    """SHA-256 that stands for an input: of a folder's manifest's files and settings, or of a file's bytes."""
    if path.is_dir():
        manifest = read(path)
        told = json.dumps([manifest.step, manifest.settings, manifest.files], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()
    return sha256(path)


def read(folder: Path) -> Manifest:
    """Reads ``folder/manifest.json``.

    Raises:
        ManifestError: when it is missing or is no manifest.
    """
    path = folder / FILENAME
    try:
        return Manifest(**json.loads(path.read_text()))
    except FileNotFoundError:
        raise ManifestError(f"{folder} has no {FILENAME}: it was never finished; run the step that makes it again") from None
    except (json.JSONDecodeError, TypeError) as error:
        raise ManifestError(f"{path} is not a manifest ({error}); delete the folder and run its step again") from None


def fingerprints(inputs: Mapping[str, Path]) -> dict[str, str]:
    """``fingerprint`` of each. Taken before a step begins its work: what changes meanwhile is no input of what it makes."""
    return {name: fingerprint(path) for name, path in inputs.items()}


def write(
    folder: Path,
    *,
    step: str,
    inputs: Mapping[str, str],
    settings: Mapping[str, Any],
    results: Mapping[str, Any] | None = None,
) -> Manifest:
    """Hashes every file in ``folder`` and writes its manifest. Call it last; ``inputs`` are ``fingerprints`` of before."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != f".{FILENAME}.unfinished" and p != folder / FILENAME)
    manifest = Manifest(
        step=step,
        inputs=dict(inputs),
        settings=_plain(settings),
        files={str(path.relative_to(folder)): sha256(path) for path in files},
        results=_plain(results or {}),
        versions=_versions(),
    )
    save(folder, manifest)
    return manifest


def save(folder: Path, manifest: Manifest) -> None:
    """Writes a manifest in place of what is there, at once: whoever reads meanwhile finds the old one or the new one."""
    unfinished = folder / f".{FILENAME}.unfinished"
    unfinished.write_text(json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")
    unfinished.replace(folder / FILENAME)


def verify(folder: Path) -> Manifest:
    """Reads a manifest and checks every file against it.

    Raises:
        ManifestError: naming the first file that is missing or changed.
    """
    manifest = read(folder)
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise ManifestError(f"{path} is missing, though {folder / FILENAME} lists it; run the {manifest.step} step again")
        if sha256(path) != expected:
            raise ManifestError(
                f"{path} does not match its SHA-256 in {folder / FILENAME}: damaged or edited; run the {manifest.step} step again"
            )
    return manifest


def is_current(folder: Path, *, step: str, inputs: Mapping[str, Path], settings: Mapping[str, Any]) -> bool:
    """Whether ``folder`` holds the finished result of ``step`` for these inputs and settings (its files are not re-hashed)."""
    if not (folder / FILENAME).is_file():
        return False
    manifest = read(folder)
    return (
        manifest.step == step
        and manifest.settings == _plain(settings)
        and manifest.inputs == fingerprints(inputs)
        and all((folder / name).is_file() for name in manifest.files)
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON gives them back, so that settings compare equal after a round trip."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return plain


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in _VERSIONED:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
