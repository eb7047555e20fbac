"""The step that fills a folder of engines, and the one that joins the folders of several machines."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from assortment import manifest
from assortment.catalogue.progress import progress
from assortment.errors import InputError, StepError
from assortment.manifest import Manifest
from assortment.paths import BuildPaths
from export.inputs import require, verify
from export.tensorrt import build, container, gpu, inspection, refit, runtime, sources
from export.tensorrt.build import Built
from export.tensorrt.engine_folder import EngineFolder, Record, told
from export.tensorrt.inspection import Inspection
from export.tensorrt.plan import EnginePlan, Plan, plan
from export.tensorrt.releases import Release
from export.tensorrt.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Machine:
    """Where engines are built."""

    tensorrt: str
    """The version that is installed."""
    capability: str
    """Compute capability of the GPU."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What needs TensorRT and a GPU."""

    build: Callable[[EnginePlan, Settings, bytes], Built]
    refit: Callable[[bytes, Path], bytes]
    """A plan and an ONNX file with new weights, to the plan with these."""
    inspect: Callable[[bytes], Inspection]


TENSORRT: Final = Workshop(build.build, refit.refit, runtime.inspect)


def this_machine(release: Release) -> Machine:
    """What there is to build with here, when engines of that release can be built on it.

    Raises:
        StepError: when TensorRT or a GPU is missing, or TensorRT is not that of the release.
    """
    tensorrt = runtime.version()
    container.check(tensorrt, release)
    return Machine(tensorrt, gpu.compute_capability())


def build_engines(
    paths: BuildPaths,
    release: Release,
    machine: Machine,
    settings: Settings,
    *,
    capabilities: Sequence[str] = (),
    workshop: Workshop = TENSORRT,
) -> Manifest:
    """Writes ``paths.engines/<release>``: engines for the GPU of this machine, beside those of other machines.

    What is there already is not built again; a refittable engine of models that were trained anew gets their weights.

    Args:
        paths: with a finished export.
        release: the container that will serve them.
        machine: where this runs.
        settings: of all engines.
        capabilities: what is wanted; empty for that of this machine's GPU.
        workshop: what builds.

    Raises:
        InputError: when this GPU has none of the capabilities.
        ManifestError: when the export is damaged, naming the file.
        StepError: when a model is missing or not of the contract, or an engine is not what was planned.
    """
    if capabilities and machine.capability not in capabilities:
        allowed = f"allowed here: {machine.capability}, that of this GPU; build others on such GPUs, and --merge"
        raise InputError("compute-capability", ", ".join(capabilities), allowed)
    planned = plan(paths.export, release, [machine.capability], settings)
    if planned.problems:
        raise StepError("nothing was built: " + "; ".join(planned.problems))
    require(paths, {"export": paths.export})
    verify({"export": paths.export})
    made_from = manifest.fingerprints({"export": paths.export})
    folder = EngineFolder(paths.engines / release.container, release.container)
    for engine in progress(planned.engines, doing="TensorRT engines", total=len(planned.engines)):
        _provide(folder, engine, planned, machine.tensorrt, workshop)
    _drop_old(folder, paths)
    return folder.finish(made_from)


def merge(paths: BuildPaths, release: Release, others: Sequence[Path]) -> Manifest:
    """Joins the folders of engines of other machines into ``paths.engines/<release>``.

    Raises:
        ManifestError: when a folder is damaged, naming the file.
        StepError: when engines do not belong together; nothing of that folder is taken then.
    """
    require(paths, {"export": paths.export})
    made_from = manifest.fingerprints({"export": paths.export})
    folder = EngineFolder(paths.engines / release.container, release.container)
    current = sources.exported(paths.export)
    for path in others:
        other = EngineFolder(path, release.container)
        if not other.records:
            raise StepError(f"{path} holds no engines of release {release.container}")
        _log.info("%s: %s", path, ", ".join(folder.merge(other, current)) or "nothing new")
    _drop_old(folder, paths)
    return folder.finish(made_from)


def _provide(folder: EngineFolder, engine: EnginePlan, planned: Plan, tensorrt: str, workshop: Workshop) -> None:
    """Leaves an engine in the folder: the one that is there, refitted if need be, or a new one."""
    settings, name = recorded(planned.settings), engine.filename
    if folder.holds(engine, settings, tensorrt):
        _log.info("%s is current", name)
        return
    if planned.settings.refit and folder.fits(engine, settings, tensorrt):
        started = time.monotonic()
        try:
            refitted = workshop.refit((folder.path / name).read_bytes(), engine.source.path)
        except StepError as error:
            _log.warning("%s is built anew: %s", name, error)
        else:
            seconds = time.monotonic() - started
            folder.add(name, refitted, _record(engine, settings, refitted, workshop, seconds=seconds, refitted=True))
            return
    built = workshop.build(engine, planned.settings, folder.timing_cache(engine.capability))
    record = _record(engine, settings, built.plan, workshop, seconds=built.seconds, refitted=False)
    folder.add(name, built.plan, record, built.timing_cache)


def _drop_old(folder: EngineFolder, paths: BuildPaths) -> None:
    if old := folder.drop_others_than(sources.exported(paths.export)):
        _log.warning("removed, because they came from other models than %s holds: %s", paths.export, ", ".join(old))


def recorded(settings: Settings) -> dict[str, Any]:
    """The settings that decide what an engine is; threads only decide how soon."""
    return {name: value for name, value in asdict(settings).items() if name != "threads"}


def _record(
    engine: EnginePlan, settings: dict[str, Any], content: bytes, workshop: Workshop, *, seconds: float, refitted: bool
) -> Record:
    """Looks into a finished engine; nothing is kept of one that is not what was planned."""
    found = workshop.inspect(content)
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
