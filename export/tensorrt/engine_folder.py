"""A folder of engines of one container release, ``engines/<YY.MM>/``.

    <model>.sm<capability>.plan    for GPUs of one compute capability; <model>.plan runs on all of them
    timing.sm<capability>.cache    how fast which kernel was
    engines.json                   of every plan: what it was built from and with, and what inspecting it found
    manifest.json                  written last, as in every folder under build/

An engine is built on a GPU of the kind that runs it, so a folder fills up from several machines: see ``merge``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from assortment import manifest
from assortment.errors import ManifestError, StepError
from assortment.manifest import Manifest
from export.tensorrt.plan import EnginePlan, digits

ENGINES: Final = "engines.json"
STEP: Final = "engines"
_LAYOUT: Final = 1  # of the folder; a higher number makes it afresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What ``engines.json`` tells of one plan."""

    model: str
    tensorrt: str
    """The version that built it, for instance "11.1.0.106"."""
    compute_capability: str
    """Of the GPU that it was built on, for instance "8.9"."""
    precision: str
    precision_seen_in: str
    """By which witness the finished engine has that precision; see ``inspection``."""
    onnx: str
    """Name of the file that it was built from."""
    onnx_sha256: str
    profiles: list[dict[str, dict[str, list[int]]]]
    """Of each profile: of each input, the ``min``, ``opt`` and ``max`` shape, batch first."""
    settings: dict[str, Any]
    layers: dict[str, int]
    """Number of layers by TensorRT's type, as ``weights`` and ``tensors`` by data type."""
    weights: dict[str, int]
    tensors: dict[str, int]
    refittable: bool
    refitted: bool
    """Whether its weights came later than its kernels."""
    num_bytes: int
    sha256: str
    seconds: float


class EngineFolder:
    """The engines of one release, read and written."""

    def __init__(self, path: Path, release: str) -> None:
        """Opens a folder, or an empty one where there is none.

        Raises:
            StepError: when it is one of another release, or its ``engines.json`` cannot be read.
        """
        self.path, self.release = path, release
        self.records: dict[str, Record] = {}
        if (path / ENGINES).is_file():
            try:
                told = json.loads((path / ENGINES).read_text(encoding="utf-8"))
                found = str(told["release"])
                self.records = {name: Record(**about) for name, about in told["plans"].items()}
            except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
                raise StepError(f"{path / ENGINES} cannot be read ({error}); delete {path} and build again") from None
            if found != release:
                raise StepError(f"{path} holds engines of release {found}, not of {release}")

    def holds(self, engine: EnginePlan, settings: Mapping[str, Any], tensorrt: str) -> bool:
        """Whether the plan is there, whole, built from the same file by the same TensorRT with the same settings."""
        record = self.records.get(engine.filename)
        return (
            record is not None
            and record.onnx_sha256 == engine.source.sha256
            and self.fits(engine, settings, tensorrt)
            and self._is_whole(engine.filename)
        )

    def fits(self, engine: EnginePlan, settings: Mapping[str, Any], tensorrt: str) -> bool:
        """The same, whatever the weights: a refittable one of these only needs the new ones."""
        record = self.records.get(engine.filename)
        return (
            record is not None
            and record.tensorrt == tensorrt
            and (engine.runs_everywhere or record.compute_capability == engine.capability)
            and record.precision == engine.source.precision
            and record.profiles == told(engine)
            and record.settings == dict(settings)
            and (self.path / engine.filename).is_file()
        )

    def timing_cache(self, capability: str) -> bytes:
        """What is known of kernels on such GPUs; empty when nothing is."""
        path = self._timing_cache(capability)
        return path.read_bytes() if path.is_file() else b""

    def add(self, name: str, plan: bytes, record: Record, timing_cache: bytes | None = None) -> None:
        """Writes a plan and its record, each at once; the folder is unfinished until ``finish``."""
        self.begin()
        self._write(self.path / name, plan)
        if timing_cache is not None:
            self._write(self._timing_cache(record.compute_capability), timing_cache)
        self.records[name] = record
        self._save()

    def begin(self) -> None:
        """Marks the folder as unfinished."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / manifest.FILENAME).unlink(missing_ok=True)

    def drop_others_than(self, current: Mapping[str, set[str]]) -> list[str]:
        """Removes plans that came from other models than the exported ones; returns their names.

        Args:
            current: of each model, the SHA-256 of the files that an engine of it may come from.
        """
        old = [name for name, record in self.records.items() if record.onnx_sha256 not in current.get(record.model, set())]
        for name in old:
            self.begin()
            (self.path / name).unlink(missing_ok=True)
            del self.records[name]
        if old:
            self._save()
        return old

    def merge(self, other: EngineFolder, current: Mapping[str, set[str]]) -> list[str]:
        """Takes over the plans of another machine's folder; returns their names.

        Args:
            other: finished, of the same release.
            current: as in ``drop_others_than``.

        Raises:
            ManifestError: when a file of the other folder is damaged.
            StepError: when a plan was built from other models or by another TensorRT, or both folders hold it, differently.
        """
        if manifest.verify(other.path).step != STEP:
            raise ManifestError(f"{other.path} is no folder of engines")
        versions = {record.tensorrt for record in (*self.records.values(), *other.records.values())}
        if len(versions) > 1:
            raise StepError(f"{other.path}: one release has one TensorRT, and these were built with {sorted(versions)}")
        taken = []
        for name, record in sorted(other.records.items()):
            if record.onnx_sha256 not in current.get(record.model, set()):
                raise StepError(f"{other.path / name} was built from another {record.onnx} than the one exported here")
            mine = self.records.get(name)
            if mine is not None and mine.sha256 != record.sha256:
                raise StepError(f"{self.path / name} and {other.path / name} differ; delete the one that is not wanted")
            if mine is None:
                taken.append(name)
        for name in taken:
            self.add(name, (other.path / name).read_bytes(), other.records[name])
        for cache in other.path.glob("timing.*.cache"):
            if not (self.path / cache.name).exists():
                shutil.copyfile(cache, self.path / cache.name)
        return taken

    def finish(self, made_from: Mapping[str, str]) -> Manifest:
        """Writes the manifest: these engines belong to the models whose fingerprint was taken before they were built."""
        results = {"plans": sorted(self.records)}
        settings = {"layout": _LAYOUT, "release": self.release}
        return manifest.write(self.path, step=STEP, inputs=made_from, settings=settings, results=results)

    def _is_whole(self, name: str) -> bool:
        path = self.path / name
        return path.is_file() and manifest.sha256(path) == self.records[name].sha256

    def _timing_cache(self, capability: str) -> Path:
        return self.path / f"timing.sm{digits(capability)}.cache"

    def _save(self) -> None:
        plans = {name: asdict(record) for name, record in sorted(self.records.items())}
        told = json.dumps({"release": self.release, "plans": plans}, indent=1) + "\n"
        self._write(self.path / ENGINES, told.encode())

    def _write(self, path: Path, content: bytes) -> None:
        unfinished = path.with_name(f".{path.name}.unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def told(engine: EnginePlan) -> list[dict[str, dict[str, list[int]]]]:
    """The profiles of an engine as ``engines.json`` has them."""
    return [
        {name: {"min": list(at.min), "opt": list(at.opt), "max": list(at.max)} for name, at in profile.items()}
        for profile in engine.profiles
    ]
