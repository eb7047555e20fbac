"""An ONNX file to a TensorRT plan. Needs TensorRT and a GPU; everything that can be decided without them is in the plan.

Written for TensorRT 10.12 and above, and 11; ``tests/export/tensorrt/test_published_api.py`` holds every call against the
published bindings of both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assortment.errors import StepError
from export.tensorrt import runtime
from export.tensorrt.plan import EnginePlan
from export.tensorrt.settings import Settings

if TYPE_CHECKING:
    import tensorrt as trt


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A finished plan."""

    plan: bytes
    timing_cache: bytes
    """How fast which kernel was, as far as it is known now: the next build on such a GPU need not measure that again."""
    seconds: float


def build(engine: EnginePlan, settings: Settings, timing_cache: bytes) -> Built:
    """Builds one engine.

    Args:
        engine: with a source that has no problem.
        settings: of all engines.
        timing_cache: of an earlier build on a GPU of the same kind, or empty.

    Raises:
        StepError: when TensorRT cannot read the file, refuses the profile, or cannot build.
    """
    import tensorrt as trt

    started = time.monotonic()
    logger = runtime.logger()
    builder = trt.Builder(logger)
    builder.max_threads = settings.threads
    network = builder.create_network(_network_flags(engine))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse_from_file(str(engine.source.path)):
        raise StepError(f"{engine.source.path}: TensorRT cannot read it: {'; '.join(_errors(parser))}")
    config = builder.create_builder_config()
    _configure(config, engine, settings)
    for profile in _profiles(builder, engine):
        if config.add_optimization_profile(profile) < 0:
            raise StepError(f"{engine.filename}: TensorRT refuses the profile {[dict(planned) for planned in engine.profiles]}")
    cache = config.create_timing_cache(timing_cache)  # has to live as long as the build
    if not config.set_timing_cache(cache, ignore_mismatch=False):  # of another GPU or TensorRT: its times would be believed
        cache = config.create_timing_cache(b"")
        config.set_timing_cache(cache, ignore_mismatch=False)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise StepError(f"{engine.filename}: TensorRT {trt.__version__} could not build it; its own messages are above")
    return Built(
        plan=bytes(plan),
        timing_cache=bytes(cache.serialize()),
        seconds=time.monotonic() - started,
    )


def _network_flags(engine: EnginePlan) -> int:
    import tensorrt as trt

    mask = 0
    for name in engine.flags.network:
        mask |= 1 << int(getattr(trt.NetworkDefinitionCreationFlag, name))
    return mask


def _configure(config: trt.IBuilderConfig, engine: EnginePlan, settings: Settings) -> None:
    import tensorrt as trt

    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, settings.workspace_mib << 20)
    config.builder_optimization_level = settings.optimization_level
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED  # else the engine does not tell types of its layers
    config.hardware_compatibility_level = getattr(trt.HardwareCompatibilityLevel, engine.flags.hardware)
    for name in engine.flags.set:
        config.set_flag(getattr(trt.BuilderFlag, name))
    for name in engine.flags.cleared:
        config.clear_flag(getattr(trt.BuilderFlag, name))


def _profiles(builder: trt.Builder, engine: EnginePlan) -> Iterator[trt.IOptimizationProfile]:
    import tensorrt as trt

    for planned in engine.profiles:
        profile = builder.create_optimization_profile()
        for name, shapes in planned.items():
            profile.set_shape(name, *(trt.Dims(list(shape)) for shape in (shapes.min, shapes.opt, shapes.max)))
        yield profile


def _errors(parser: trt.OnnxParser) -> list[str]:
    found = [parser.get_error(index) for index in range(parser.num_errors)]
    return [f"{error.desc()} ({error.node_operator()} {error.node_name()})".strip() for error in found] or ["no reason given"]
