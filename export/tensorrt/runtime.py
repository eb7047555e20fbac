"""TensorRT itself: imported only here, and only when engines are built, inspected or given new weights."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from assortment.errors import StepError
from export.tensorrt import inspection
from export.tensorrt.inspection import Inspection
from export.tensorrt.profiles import Profile, Range
from export.tensorrt.settings import MAJORS, OLDEST, version_of

if TYPE_CHECKING:
    import tensorrt as trt


def version() -> str:
    """The version of the installed TensorRT.

    Raises:
        StepError: when there is none, or one that this was not written for.
    """
    try:
        found: str | None = getattr(importlib.import_module("tensorrt"), "__version__", None)
    except ImportError as error:
        raise StepError(f"TensorRT is not installed here ({error})") from None
    if found is None:  # a folder of type stubs imports too, as an empty package
        raise StepError("TensorRT is not installed here, only its type stubs are")
    if version_of(found) < OLDEST or version_of(found)[0] not in MAJORS:
        least, majors = ".".join(map(str, OLDEST)), " and ".join(map(str, MAJORS))
        raise StepError(f"TensorRT {found} is installed; this needs {least} or above, of the major versions {majors}")
    return found


def logger() -> trt.Logger:
    """Writes TensorRT's warnings and errors to standard error."""
    import tensorrt as trt

    return trt.Logger(trt.Logger.WARNING)


def deserialise(plan: bytes) -> trt.ICudaEngine:
    """The engine in the bytes of a plan.

    Raises:
        StepError: when this TensorRT, on this GPU, cannot read it.
    """
    import tensorrt as trt

    runtime = trt.Runtime(logger())
    runtime.engine_host_code_allowed = True  # version-compatible plans bring a runtime of their own; these are ours
    engine = runtime.deserialize_cuda_engine(plan)
    if engine is None:
        raise StepError(f"TensorRT {trt.__version__} cannot read the engine on this GPU; its own message is above")
    return engine


def inspect(plan: bytes) -> Inspection:
    """What the engine in these bytes is.

    Raises:
        StepError: when it cannot be read here, or does not describe itself.
    """
    import tensorrt as trt

    engine = deserialise(plan)
    names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
    types = {tensor: engine.get_tensor_dtype(tensor).name for tensor in names}
    inputs = [tensor for tensor in names if engine.get_tensor_mode(tensor) == trt.TensorIOMode.INPUT]
    profiles = tuple(_profile(engine, inputs, index) for index in range(engine.num_optimization_profiles))
    context = engine.create_execution_context()
    for tensor, shapes in profiles[0].items():
        context.set_input_shape(tensor, shapes.opt)
    inspector = engine.create_engine_inspector()
    inspector.execution_context = context  # without shapes, layers tell "N/A due to dynamic shapes" for their types
    layers, weights, tensors = inspection.layers(inspector.get_engine_information(trt.LayerInformationFormat.JSON))
    return Inspection(
        tensorrt=trt.__version__,
        num_bytes=len(plan),
        inputs={tensor: types[tensor] for tensor in inputs},
        outputs={tensor: kind for tensor, kind in types.items() if tensor not in inputs},
        profiles=profiles,
        layers=layers,
        weights=weights,
        tensors=tensors,
        refittable=engine.refittable,
    )


def _profile(engine: trt.ICudaEngine, inputs: list[str], index: int) -> Profile:
    """The shapes that one of an engine's profiles allows."""
    return {tensor: Range(*map(_shape, engine.get_tensor_profile_shape(tensor, index))) for tensor in inputs}


def _shape(dims: trt.Dims) -> tuple[int, ...]:
    return tuple(int(dims[axis]) for axis in range(len(dims)))
