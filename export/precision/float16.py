"""The float16 twin of an exported model, for GPUs: half the bytes, and the tensor cores.

TensorRT 11 has no flag for precision any more: an engine computes in the types of its graph. So the types are in the file, and
ONNX Runtime and TensorRT read the same one. Inputs and outputs stay as the contract says: a server takes either file.

The conversion is ONNX Runtime's own (``onnxruntime.transformers.float16``), kept alive by its maintainers and already
installed; ``onnxconverter-common``, where it began, would be one dependency more. A CPU has no use for the result: ONNX Runtime
casts it back and forth, which is slower than float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import onnx
from onnx import TensorProto
from onnxruntime.transformers import float16
from onnxruntime.transformers.onnx_model import OnnxModel

from assortment.errors import InputError, StepError

_convert: Any = float16.convert_float_to_float16  # untyped
_wrapped: Any = OnnxModel  # and so is this
_BLOCKED: Final[Sequence[str]] = tuple(float16.DEFAULT_OP_BLOCK_LIST)  # operators that have no float16 form

_WAS_FLOAT32: Final = "_cast_to_fp16"  # how the conversion ends the name of a float32 tensor that it is about to round


def convert(source: Path, target: Path, *, keep: Sequence[str] = ()) -> None:
    """Writes ``source`` with float16 weights and arithmetic, and inputs and outputs of the types they had.

    Args:
        source: a float32 model.
        target: where to.
        keep: what stays in float32 beside operators without a float16 form, with casts around it: types of operators, as
            ``"LayerNormalization"``, and, from a slash on, beginnings of the names of nodes, as ``"/open_facets/"``.

    Raises:
        InputError: when the model has nothing that an entry of ``keep`` means.
        StepError: when ``source`` is missing or damaged, or holds no float32 weights: it was converted before, or quantised.
    """
    model = read(source)
    nodes = [node for node in model.graph.node if any(_means(entry, node) for entry in keep)]
    if unknown := [entry for entry in keep if not any(_means(entry, node) for node in nodes)]:
        held = ", ".join(sorted({node.op_type for node in model.graph.node}))
        raise InputError(
            "keep", unknown[0], f"allowed: beginnings of the names of nodes in {source.name}, and its operators: {held}"
        )
    if float_share(model) < 1.0:
        raise StepError(f"{source} is no float32 model: some of its weights are float16 or int8 already; export it again")
    kept = [node.name for node in (*nodes, *_their_constants(model.graph, nodes))]
    converted = _convert(model, keep_io_types=True, op_block_list=list(_BLOCKED), node_block_list=kept)
    _drop_round_trips(converted.graph)
    _wrapped(converted).topological_sort()  # casts were put at the end, and ONNX wants every node behind those it reads
    onnx.save(converted, str(target))


def read(path: Path) -> onnx.ModelProto:
    """An ONNX file.

    Raises:
        StepError: when it is missing or damaged.
    """
    try:
        model = onnx.load(str(path))
    except Exception as error:  # protobuf's errors share no public base class
        raise StepError(f"{path} is no ONNX model ({error}); run `assortment export` again") from None
    if not model.graph.node:
        raise StepError(f"{path} is no ONNX model, or an empty one; run `assortment export` again")
    return model


def float_share(model: onnx.ModelProto) -> float:
    """Share of the numbers in a model's weights that are float32, 0 to 1, integers of indices and shapes left out."""
    sizes: dict[int, int] = {TensorProto.FLOAT: 0, TensorProto.FLOAT16: 0, TensorProto.INT8: 0, TensorProto.UINT8: 0}
    for weight in model.graph.initializer:
        if weight.data_type in sizes:
            sizes[weight.data_type] += _numbers(weight)
    every = sum(sizes.values())
    return sizes[TensorProto.FLOAT] / every if every else 1.0


def _their_constants(graph: onnx.GraphProto, nodes: Sequence[onnx.NodeProto]) -> list[onnx.NodeProto]:
    """Constants that these nodes read: 1 - 1e-6 would be 1 in float16."""
    read_by = {name for node in nodes for name in node.input}
    return [node for node in graph.node if node.op_type == "Constant" and node.output[0] in read_by]


def _drop_round_trips(graph: onnx.GraphProto) -> None:
    """Where neighbours stay in float32, what passes between them does too: the conversion rounds it to float16 and back."""
    casts = {node.output[0]: node for node in graph.node if node.op_type == "Cast"}
    halved = {name for name, node in casts.items() if node.input[0].endswith(_WAS_FLOAT32)}
    rounded = {name: casts[node.input[0]].input[0] for name, node in casts.items() if node.input[0] in halved}
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name in rounded:
                node.input[place] = rounded[name]
    used = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}
    while unused := [node for node in graph.node if node.op_type == "Cast" and node.output[0] not in used]:
        for node in unused:
            graph.node.remove(node)
        used = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}


def _means(entry: str, node: onnx.NodeProto) -> bool:
    return node.name.startswith(entry) if entry.startswith("/") else node.op_type == entry


def _numbers(weight: TensorProto) -> int:
    count = 1
    for size in weight.dims:
        count *= size
    return count
