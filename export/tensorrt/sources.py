"""The ONNX file that an engine is built from: found, and looked into before anything is built of it.

A strongly typed network computes in the types of its file. So a file that is called float16 and holds float32 would become a
float32 engine without a word; it is refused here, and the engine is looked into once more after it was built.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import onnx
from google.protobuf.message import DecodeError
from onnx import TensorProto

from assortment import artefacts, manifest
from assortment.contract import STEPS
from assortment.errors import StepError
from export.assemble import EXPORTED
from export.onnx_contract import check_tensors
from export.tensorrt.settings import PRECISIONS, Precision

MODELS: Final = ("text_encoder", "product_text_encoder", "image_encoder", "fusion", "product_fusion")
"""Models that get an engine. The scorer stays with ONNX Runtime: it holds a catalogue, so each version would be built anew, for
one matrix product and a TopK."""
_DYNAMIC: Final = frozenset({"DynamicQuantizeLinear", "DynamicQuantizeMatMul", "MatMulInteger", "ConvInteger"})
_QDQ: Final = frozenset({"QuantizeLinear", "DequantizeLinear"})
MADE_BY: Final[dict[Precision, str]] = {
    "fp32": "assortment export",
    "fp16": "assortment export --float16",
    "int8": "assortment export --static-int8",
}


@dataclass(frozen=True, slots=True)
class Source:
    """An ONNX file and what is in it."""

    path: Path
    precision: Precision
    sha256: str = ""
    """Empty when the file is not there."""
    num_weights: int = 0
    """Floating-point and 8-bit numbers that training has set."""
    weight_bytes: dict[str, int] = field(default_factory=dict)
    """The bytes they take, by ONNX type."""
    problem: str = ""
    """Why no engine can be built from it, and what to do; empty when one can."""


def find(export: Path, model: str, precision: Precision) -> Source:
    """The file of a model in a precision; ``int8`` falls back on float16 where a model has no 8-bit file.

    Raises nothing for a file that is missing or wrong: ``problem`` tells, so that a plan can be shown as a whole.
    """
    path = export / filename(model, precision)
    if precision == "int8" and not path.is_file():
        return find(export, model, "fp16")
    if not path.is_file():
        return Source(path, precision, problem=f"{path.name} is missing: run `{MADE_BY[precision]}` first")
    try:
        check_tensors(path, STEPS[model])
        graph = onnx.load(str(path)).graph
    except StepError as error:
        return Source(path, precision, manifest.sha256(path), problem=f"it is not of this model: {error}")
    except (DecodeError, OSError, ValueError) as error:
        return Source(path, precision, manifest.sha256(path), problem=f"it cannot be read as ONNX: {error}")
    num_weights, weight_bytes = _weights(graph)
    operators = {node.op_type for node in graph.node}
    problem = _problem(path.name, precision, operators, weight_bytes)
    return Source(path, precision, manifest.sha256(path), num_weights, weight_bytes, problem)


def filename(model: str, precision: Precision) -> str:
    """The name of that file in an export folder."""
    name = EXPORTED[model][artefacts.MODEL]
    return {"fp32": name, "fp16": artefacts.fp16(name), "int8": artefacts.static_int8(name)}[precision]


def _weights(graph: onnx.GraphProto) -> tuple[int, dict[str, int]]:
    count, sizes = 0, Counter[str]()
    constants = (a.t for node in graph.node if node.op_type == "Constant" for a in node.attribute if a.name == "value")
    for tensor in (*graph.initializer, *constants):
        if tensor.data_type in _BYTES:
            numbers = math.prod(tensor.dims)
            count += numbers
            sizes[TensorProto.DataType.Name(tensor.data_type)] += numbers * _BYTES[tensor.data_type]
    return count, dict(sizes)


_BYTES: Final = {
    int(TensorProto.FLOAT): 4,
    int(TensorProto.FLOAT16): 2,
    int(TensorProto.BFLOAT16): 2,
    int(TensorProto.INT8): 1,
    int(TensorProto.UINT8): 1,
}


def _problem(name: str, precision: Precision, operators: set[str], weight_bytes: dict[str, int]) -> str:
    if found := sorted(operators & _DYNAMIC):
        return f"{name} was quantised dynamically ({', '.join(found)}), which TensorRT cannot read; QDQ with fixed scales it can"
    if precision == "int8" and not operators >= _QDQ:
        return f"{name} has no QuantizeLinear and DequantizeLinear: it would be built in floating point"
    if precision == "fp16" and weight_bytes.get("FLOAT16", 0) <= weight_bytes.get("FLOAT", 0):
        told = ", ".join(f"{size:,} bytes of {kind}" for kind, size in sorted(weight_bytes.items()))
        return f"{name} holds {told or 'no weights'}: not float16, and a strongly typed engine would be float32 too"
    return ""


def exported(export: Path) -> dict[str, set[str]]:
    """Of each model, the SHA-256 of every file in ``export`` that an engine of it may come from."""
    files = {model: {export / filename(model, precision) for precision in PRECISIONS} for model in MODELS}
    return {model: {manifest.sha256(path) for path in paths if path.is_file()} for model, paths in files.items()}
