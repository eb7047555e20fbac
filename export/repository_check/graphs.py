"""ONNX models: their inputs and outputs are those of the configuration, and they run at its shapes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from onnx.external_data_helper import ExternalDataInfo, uses_external_data

from assortment import artefacts
from export.repository_check.finding import Finding
from export.repository_check.model_config import dtype
from export.repository_check.repository import Repository, agree

_FILES: Final = (artefacts.MODEL, artefacts.MODEL_INT8, artefacts.MODEL_FP16)
_OTHER: Final = "it is another model's file: run `assortment export` and `assortment assemble` again"
_NUMPY: Final = {"FP32": np.float32, "INT64": np.int64, "INT32": np.int32, "UINT8": np.uint8}
_ROWS: Final = 2  # of the batch a model is tried with


def onnx_tensors_agree(repository: Repository) -> Iterator[Finding]:
    """Names, types and shapes of every ONNX file beside its configuration, of the version that is served."""
    for path, config in _models(repository):
        try:
            graph = onnx.load(str(path), load_external_data=False).graph
        except Exception as error:  # protobuf's own, which it does not export by one name
            yield Finding(repository.relative(path), f"it is no ONNX model: {error}", "run `assortment assemble` again")
            continue
        constants = {tensor.name for tensor in graph.initializer}
        inputs = [value for value in graph.input if value.name not in constants]
        for side, found, expected in (("input", inputs, config.input), ("output", graph.output, config.output)):
            for wrong in _differences(side, found, expected):
                yield Finding(repository.relative(path), wrong, _OTHER)


def external_data_is_beside_its_model(repository: Repository) -> Iterator[Finding]:
    """Weights that an ONNX file keeps outside are in the same folder, and long enough."""
    for path in sorted(path for version in _served_versions(repository) for path in version.glob("*.onnx")):
        for tensor in _external(path):
            where = path.parent / tensor.location
            end = (tensor.offset or 0) + (tensor.length or 0)
            if not where.is_file() or where.stat().st_size < end:
                size = f"has {where.stat().st_size} bytes" if where.is_file() else "is missing"
                wrong = f"it {size}, and {path.name} reads {end} bytes of it"
                yield Finding(repository.relative(where), wrong, "run `assortment assemble` again")


def onnx_models_run_at_the_configured_shapes(repository: Repository) -> Iterator[Finding]:
    """Runs zeros through every model whose shapes are explicit: an ONNX file does not tell sizes that its weights decide."""
    for path, config in _models(repository):
        explicit = all(size > 0 for tensor in config.input for size in tensor.dims)
        if not explicit or path.name != _file_of(config):
            continue
        try:
            for name, wanted, given in _run(path, config):
                if not agree(given, wanted):
                    wrong = f"the configuration says {name} is {list(wanted)}, the model answers {list(given)}"
                    yield Finding(repository.config_file(path.parent.parent.name), wrong, _OTHER)
        except Exception as error:  # onnxruntime's own, one class for each status code
            told = str(error).splitlines()[0]
            yield Finding(repository.relative(path), f"it does not run at the configured shapes: {told}", _OTHER)


def _models(repository: Repository) -> Iterator[tuple[Path, Any]]:
    """ONNX files that answer as a whole model does, with that model's configuration."""
    for model, config in repository.configs.items():
        if versions := repository.versions(model):
            for path in (versions[-1] / name for name in _FILES):
                if path.is_file():
                    yield path, config


def _served_versions(repository: Repository) -> Iterator[Path]:
    return (versions[-1] for model in repository.configs if (versions := repository.versions(model)))


def _file_of(config: Any) -> str:
    """The ONNX file that is served, or that a plan was made from."""
    name = str(config.default_model_filename)
    return name if name.endswith(".onnx") else artefacts.MODEL


def _differences(side: str, found: Any, expected: Any) -> Iterator[str]:
    given = {value.name: value.type.tensor_type for value in found}
    wanted = {tensor.name: tensor for tensor in expected}
    for name in sorted(set(given) ^ set(wanted)):
        yield f"{side} {name} is in the {'configuration' if name in wanted else 'model'} only"
    for name in sorted(set(given) & set(wanted)):
        theirs, ours = given[name], wanted[name]
        batch, *dims = (dim.dim_value if dim.HasField("dim_value") else -1 for dim in theirs.shape.dim)
        kind = onnx.TensorProto.DataType.Name(theirs.elem_type)
        if batch != -1:
            yield f"{side} {name} takes batches of {batch} alone; its first dimension has to be open"
        if kind != {"FP32": "FLOAT"}.get(dtype(ours), dtype(ours)) or not agree(tuple(dims), tuple(ours.dims)):
            yield f"{side} {name} is {kind} {dims}, the configuration says {dtype(ours)} {list(ours.dims)}"


def _external(path: Path) -> list[ExternalDataInfo]:
    try:
        graph = onnx.load(str(path), load_external_data=False).graph
    except Exception:  # onnx_tensors_agree tells
        return []
    return [ExternalDataInfo(tensor) for tensor in graph.initializer if uses_external_data(tensor)]


def _run(path: Path, config: Any) -> Iterator[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """Each output's name, the shape that the configuration says and the one it has, without the batch."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # one run only
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    zeros = {tensor.name: np.zeros((_ROWS, *tensor.dims), _NUMPY[dtype(tensor)]) for tensor in config.input}
    names = [tensor.name for tensor in config.output]
    answers: Any = session.run(names, zeros)
    for tensor, values in zip(config.output, answers, strict=True):
        yield tensor.name, tuple(tensor.dims), values.shape[1:]


RULES: Final = (onnx_tensors_agree, external_data_is_beside_its_model, onnx_models_run_at_the_configured_shapes)
