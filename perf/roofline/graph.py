"""Every operation that a graph runs, with its shapes: the graph is run once under ONNX Runtime's profiler.

The profile also has what stands inside functions and inside the branch of an ``If`` that was taken, which no shape inference
tells. Only constants are folded before; nothing is fused, so that operations keep the names of the ONNX standard.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort

from assortment.errors import StepError
from perf.roofline.work import Operation, Shape

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """One run of a graph."""

    operations: list[Operation]
    outputs: Arrays
    once: list[Shape]
    """Of inputs, outputs and the weights that are read whole; of tables in which rows are looked up, nothing."""


def trace(path: Path, inputs: Mapping[str, npt.NDArray[Any]]) -> Traced:
    """Runs the graph once.

    Args:
        path: an ``.onnx`` file, with its external data beside it.
        inputs: arrays by name; those that the graph does not have are left out.

    Raises:
        StepError: when the file is missing, or is not the graph that these inputs are for.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.add_session_config_entry("session.disable_prepacking", "1")  # the profile forgets the shapes of packed weights
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        if not path.is_file():
            raise StepError(f"{path} is missing; make it with: assortment export, assortment index")
        try:
            session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            names = [tensor.name for tensor in session.get_inputs()]
            values = session.run(None, {name: inputs[name] for name in names})
        except Exception as error:  # ONNX Runtime's own errors share no base class but this one
            raise StepError(f"{path} is not the graph that was expected here: {error}") from error
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
        outputs = {tensor.name: np.asarray(value) for tensor, value in zip(session.get_outputs(), values, strict=True)}
    ran = [event["args"] for event in events if event.get("cat") == "Node" and event["name"].endswith("_kernel_time")]
    once = [*(inputs[name].shape for name in names), *_weights(path), *(value.shape for value in outputs.values())]
    return Traced(operations=[_operation(told) for told in ran], outputs=outputs, once=once)


def _weights(path: Path) -> list[Shape]:
    """Constants that an operation outside of a branch takes as they are."""
    graph = onnx.load(str(path), load_external_data=False).graph
    taken = {name for node in graph.node for name in (node.input[1:] if node.op_type == "Gather" else node.input)}
    return [tuple(weight.dims) for weight in graph.initializer if weight.name in taken]


def _operation(told: Mapping[str, Any]) -> Operation:
    return Operation(
        kind=told["op_name"],
        inputs=[_shape(each) for each in told["input_type_shape"]],
        outputs=[_shape(each) for each in told["output_type_shape"]],
    )


def _shape(told: Mapping[str, list[int]]) -> Shape:
    """Of one tensor, told as {type: [dimensions]}."""
    (dims,) = told.values()
    return tuple(dims)
