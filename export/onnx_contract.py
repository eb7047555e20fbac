"""An ONNX file held against the tensor contract. Needs no torch: engines are built, and repositories checked, without it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import onnx
from onnx import TensorProto

from assortment.contract import DType, Model, Tensor
from assortment.errors import StepError

ONNX_TYPE: Final[dict[DType, int]] = {
    "FP32": TensorProto.FLOAT,
    "INT64": TensorProto.INT64,
    "INT32": TensorProto.INT32,
    "UINT8": TensorProto.UINT8,
}


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
