"""A torch module to an ONNX file whose inputs and outputs are those of the tensor contract."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Final

import onnx
import torch
from onnx import TensorProto
from torch import nn

from assortment.contract import DType, Model, Tensor
from assortment.errors import StepError
from assortment_client.contract import MAX_LABELS, VECTOR_DIM

OPSET: Final = 17
ONNX_TYPE: Final[dict[DType, int]] = {
    "FP32": TensorProto.FLOAT,
    "INT64": TensorProto.INT64,
    "INT32": TensorProto.INT32,
    "UINT8": TensorProto.UINT8,
}

# Two that the index step runs and no server does by itself.
LABEL_TOWER: Final = Model(
    (Tensor("LABEL_ID", "INT64", (MAX_LABELS,)),),
    (Tensor("LABEL_VECTOR", "FP32", (VECTOR_DIM,)),),
)
# The scorer's function on rows that are already gathered; R rows a query; see scorer_graph.
SCORING: Final = Model(
    (
        Tensor("QUERY_VECTOR", "FP32", (VECTOR_DIM,)),
        Tensor("INTENT", "FP32", (-1,)),
        Tensor("PRODUCT_VECTOR", "FP32", (-1, VECTOR_DIM)),
        Tensor("LABEL_VECTOR", "FP32", (-1, VECTOR_DIM)),
        Tensor("CATEGORY", "INT64", (-1,)),  # index into INTENT, -1 for none
        Tensor("FEATURES", "FP32", (-1, -1)),  # standardised price, rating ...
    ),
    (Tensor("RELEVANCE", "FP32", (-1,)),),
)


def export(module: nn.Module, model: Model, path: Path, examples: tuple[torch.Tensor, ...]) -> None:
    """Writes ``module`` to ``path`` with the names of ``model``; the batch and every -1 of the contract stay open.

    ``examples`` are the inputs it is traced with, at least two rows so that no dimension looks like a constant.

    Raises:
        StepError: when what was written is not what the contract says.
    """
    if any(part.training for part in module.modules()):
        raise StepError(f"{path.name}: the module is in training mode, its dropout would be exported; call .eval() first")
    with warnings.catch_warnings(), torch.no_grad():
        # The tracing exporter is deprecated, but the one that replaces it fixes the sequence length of BERT's masks.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", message="Converting a tensor to a Python boolean")  # shapes that never change
        # Nothing is lost by either: the first is about speed of tracing, the second folds when the model is loaded.
        warnings.filterwarnings("ignore", message="Exporting aten::index", category=UserWarning)
        warnings.filterwarnings("ignore", message="Constant folding", category=UserWarning)
        torch.onnx.export(
            module,
            examples,
            str(path),
            input_names=[tensor.name for tensor in model.inputs],
            output_names=[tensor.name for tensor in model.outputs],
            dynamic_axes=_open_axes(model),
            opset_version=OPSET,
            dynamo=False,
        )
    check(path, model)


def check(path: Path, model: Model) -> None:
    """Checks an ONNX file: a valid graph, and the tensors that the contract names.

    Raises:
        StepError: naming the file and what differs.
    """
    try:
        onnx.checker.check_model(str(path))
    except (onnx.checker.ValidationError, OSError, ValueError) as error:
        raise StepError(f"{path} is no valid ONNX model: {error}") from None
    check_tensors(path, model)


def check_tensors(path: Path, model: Model) -> None:
    """Checks names, types and dimensions only; for files with hard-linked external data, which the ONNX checker refuses.

    Raises:
        StepError: naming the file and what differs.
    """
    graph = onnx.load(str(path), load_external_data=False).graph
    constants = {tensor.name for tensor in graph.initializer}
    _compare(path, "inputs", [value for value in graph.input if value.name not in constants], model.inputs)
    _compare(path, "outputs", list(graph.output), model.outputs)


def _compare(path: Path, side: str, found: list[onnx.ValueInfoProto], expected: tuple[Tensor, ...]) -> None:
    given = {value.name: (value.type.tensor_type.elem_type, _dims(value)) for value in found}
    if set(given) != {tensor.name for tensor in expected}:
        raise StepError(f"{path}: {side} {sorted(given)} are not those of the contract, {[tensor.name for tensor in expected]}")
    for tensor in expected:
        dtype, dims = given[tensor.name]
        same = len(dims) == len(tensor.dims) and all(-1 in (a, b) or a == b for a, b in zip(dims, tensor.dims, strict=True))
        if dtype != ONNX_TYPE[tensor.dtype] or not same:
            told = f"{TensorProto.DataType.Name(dtype)} {list(dims)}"
            raise StepError(f"{path}: {tensor.name} is {told}, the contract says {tensor.dtype} {list(tensor.dims)}")


def _dims(value: onnx.ValueInfoProto) -> tuple[int, ...]:
    """Without the batch; -1 where open."""
    dims = value.type.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else -1 for dim in dims[1:])


def _open_axes(model: Model) -> dict[str, dict[int, str]]:
    axes: dict[str, dict[int, str]] = {}
    for tensor in (*model.inputs, *model.outputs):
        lengths = {axis: f"{tensor.name}_{axis}" for axis, size in enumerate(tensor.dims, start=1) if size == -1}
        axes[tensor.name] = {0: "batch", **lengths}
    return axes
