"""An export folder with small real ONNX files that have the contract's tensors: what planning looks at, without training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
from onnx import helper, numpy_helper

from assortment import artefacts
from assortment.contract import STEPS, Tensor
from export.onnx_contract import ONNX_TYPE
from export.tensorrt.sources import MODELS, filename

NUM_FACETS = 7
Kind = Literal["float32", "float16", "qdq", "dynamic"]


def write_export(folder: Path) -> None:
    """Every model in float32 and in float16."""
    folder.mkdir(parents=True)
    (folder / artefacts.FACETS).write_text(json.dumps([f"facet {number}" for number in range(NUM_FACETS)]))
    for model in MODELS:
        write_model(folder / filename(model, "fp32"), model, "float32")
        write_model(folder / filename(model, "fp16"), model, "float16")


def write_model(path: Path, model: str, kind: Kind, *, seed: int = 0) -> None:
    """One with 64 weights of that kind, which nothing uses: types, not answers, are what is looked at."""
    numbers = np.random.default_rng(seed).normal(size=(8, 8))
    weights = numpy_helper.from_array(numbers.astype("float16" if kind == "float16" else "float32"), "weights")
    contract = STEPS[model]
    graph = helper.make_graph(
        list(_nodes(kind, contract.outputs)),
        model,
        [_value(tensor) for tensor in contract.inputs],
        [_value(tensor) for tensor in contract.outputs],
        [weights, *(_zero(tensor) for tensor in contract.outputs), *(_scales() if kind == "qdq" else ())],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), str(path))


def _nodes(kind: Kind, outputs: tuple[Tensor, ...]) -> Iterator[onnx.NodeProto]:
    if kind == "qdq":
        yield helper.make_node("QuantizeLinear", ["weights", "scale", "zero"], ["quantised"])
        yield helper.make_node("DequantizeLinear", ["quantised", "scale", "zero"], ["dequantised"])
    if kind == "dynamic":
        yield helper.make_node("DynamicQuantizeLinear", ["weights"], ["a", "b", "c"])
    for tensor in outputs:
        yield helper.make_node("Identity", [f"zero of {tensor.name}"], [tensor.name])


def _zero(tensor: Tensor) -> onnx.TensorProto:
    shape = (1, *(max(size, 1) for size in tensor.dims))
    return numpy_helper.from_array(np.zeros(shape, "float32")[:, :0], f"zero of {tensor.name}")


def _scales() -> list[onnx.TensorProto]:
    return [numpy_helper.from_array(np.array(0.1, "float32"), "scale"), numpy_helper.from_array(np.array(0, "int8"), "zero")]


def _value(tensor: Tensor) -> onnx.ValueInfoProto:
    shape = ["batch", *(f"{tensor.name}_length" if size == -1 else size for size in tensor.dims)]
    return helper.make_tensor_value_info(tensor.name, ONNX_TYPE[tensor.dtype], shape)
