"""The step that fills a folder of engines, and the one that joins the folders of several machines."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assortment.catalogue.progress import progress
from assortment.errors import InputError, StepError
from assortment.manifest import Manifest
from assortment.paths import BuildPaths
from export.inputs import require, verify
from export.tensorrt import build, container, gpu, inspection, refit, runtime, sources
from export.tensorrt.engine_folder import EngineFolder, Record, told
from export.tensorrt.inspection import Inspection
from export.tensorrt.plan import EnginePlan, Plan, plan
from export.tensorrt.releases import Release
from export.tensorrt.settings import Settings

_log = logging.getLogger(__name__)


def build_engines(paths: BuildPaths, release: Release, capabilities: Sequence[str], settings: Settings) -> Manifest:
    """Writes ``paths.engines/<release>``: engines for the GPU of this machine, beside those of other machines.

    What is there already is not built again; a refittable engine of models that were trained anew gets their weights.

    Args:
        paths: with a finished export.
        release: the container that will serve them.
        capabilities: what is wanted; empty for that of this machine's GPU.
        settings: of all engines.

    Raises:
        InputError: when this GPU has none of the capabilities.
        ManifestError: when the export is damaged, naming the file.
        StepError: when TensorRT, the container or a GPU is missing, a model is, or an engine is not what was planned.
    """
    tensorrt, capability = _here(release)
    if capabilities and capability not in capabilities:
        allowed = f"this GPU has {capability}, and an engine is built on a GPU of its own kind: see --merge"
        raise InputError("compute-capability", ", ".join(capabilities), f"allowed here: {capability} ({allowed})")
    planned = plan(paths.export, release, [capability], settings)
    if planned.problems:
        raise StepError("nothing was built: " + "; ".join(planned.problems))
    require(paths, {"export": paths.export})
    verify({"export": paths.export})
    folder = EngineFolder(paths.engines / release.container, release.container)
    for engine in progress(planned.engines, doing="TensorRT engines", total=len(planned.engines)):
        _provide(folder, engine, planned, tensorrt)
    if old := folder.drop_others_than(sources.exported(paths.export)):
        _log.warning("removed, because they came from other models than %s holds: %s", paths.export, ", ".join(old))
    return folder.finish(paths.export)


def merge(paths: BuildPaths, release: Release, others: Sequence[Path]) -> Manifest:
    """Joins the folders of engines of other machines into ``paths.engines/<release>``.

    Raises:
        ManifestError: when a folder is damaged, naming the file.
        StepError: when engines do not belong together; nothing of that folder is taken then.
    """
    require(paths, {"export": paths.export})
    folder = EngineFolder(paths.engines / release.container, release.container)
    current = sources.exported(paths.export)
    for path in others:
        other = EngineFolder(path, release.container)
        if not other.records:
            raise StepError(f"{path} holds no engines of release {release.container}")
        _log.info("%s: %s", path, ", ".join(folder.merge(other, current)) or "nothing new")
    if old := folder.drop_others_than(current):
        _log.warning("removed, because they came from other models than %s holds: %s", paths.export, ", ".join(old))
    return folder.finish(paths.export)


def _here(release: Release) -> tuple[str, str]:
    """The TensorRT and the compute capability of this machine, when engines can be built on it."""
    tensorrt = runtime.version()
    container.check(tensorrt, release)
    return tensorrt, gpu.compute_capability()


def _provide(folder: EngineFolder, engine: EnginePlan, planned: Plan, tensorrt: str) -> None:
    """Leaves an engine in the folder: the one that is there, refitted if need be, or a new one."""
    settings = recorded(planned.settings)
    if folder.holds(engine, settings, tensorrt):
        _log.info("%s is current", engine.filename)
        return
    if planned.settings.refit and folder.fits(engine, settings, tensorrt):
        try:
            bytes_ = refit.refit((folder.path / engine.filename).read_bytes(), engine.source.path, name=engine.filename)
        except StepError as error:
            _log.warning("%s is built anew: %s", engine.filename, error)
        else:
            folder.add(engine.filename, bytes_, _record(engine, settings, bytes_, seconds=0.0, refitted=True))
            return
    built = build.build(engine, planned.settings, folder.timing_cache(engine.capability))
    record = _record(engine, settings, built.plan, seconds=built.seconds, refitted=False)
    folder.add(engine.filename, built.plan, record, built.timing_cache)


def recorded(settings: Settings) -> dict[str, Any]:
    """The settings that decide what an engine is; threads only decide how soon."""
    return {name: value for name, value in asdict(settings).items() if name != "threads"}


def _record(engine: EnginePlan, settings: dict[str, Any], content: bytes, *, seconds: float, refitted: bool) -> Record:
    """Looks into a finished engine; nothing is kept of one that is not what was planned."""
    found: Inspection = runtime.inspect(content, name=engine.filename)
    return Record(
        model=engine.model,
        tensorrt=found.tensorrt,
        compute_capability=engine.capability,
        precision=engine.source.precision,
        precision_seen_in=inspection.check(found, engine),
        onnx=engine.source.path.name,
        onnx_sha256=engine.source.sha256,
        profiles=told(engine),
        settings=settings,
        layers=found.layers,
        weights=found.weights,
        tensors=found.tensors,
        refittable=found.refittable,
        refitted=refitted,
        num_bytes=found.num_bytes,
        sha256=hashlib.sha256(content).hexdigest(),
        seconds=round(seconds, 1),
    )
