"""Large activations handed to the weights, so that 8 bits cost less: SmoothQuant (Xiao et al. 2022, arXiv:2211.10438).

A few channels of BERT's activations are many times as large as the others, and one 8-bit scale for a tensor leaves the others
hardly a step. So each channel j of a matrix's input is divided by s_j, and row j of the matrix multiplied by it:

    s_j = max |X_j| ^ a / max |W_j| ^ (1 - a)

which changes nothing in float32. The maxima of X come from a calibration set. The division stays a node of its own: before a
matrix there may be a residual connection or GELU, into which it cannot be folded.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from assortment.errors import StepError
from assortment.serving.onnx_session import OnnxSession
from export.precision.calibration import Calibration

STRENGTH: Final = 0.75
"""``a``: 0.5 leaves the outliers of MiniLM half in place, 1 hands all of them to the weights; 0.7 to 0.85 keep
vectors about as near."""
_LEAST: Final = 1e-5  # a channel that is never used
_TOKENS: Final = 3  # axes of an activation that has a vector for each token

Values = npt.NDArray[np.float32]


def smooth(source: Path, target: Path, calibration: Calibration, *, strength: float = STRENGTH, keep: Sequence[str] = ()) -> None:
    """Writes a model that answers as ``source`` does, with smoother inputs of its matrices.

    Args:
        source: a float32 model.
        target: where to.
        calibration: its inputs.
        strength: ``a``, 0 to 1.
        keep: beginnings of the names of nodes that stay as they are.

    Raises:
        StepError: when the model multiplies no vectors of tokens by constant matrices.
    """
    model = onnx.load(str(source))
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    _name_shared_constants_once(model.graph, constants)
    matrices = [
        node
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in constants and not node.name.startswith(tuple(keep))
    ]
    largest = _largest(model, sorted({node.input[0] for node in matrices}), calibration)
    matrices = [node for node in matrices if node.input[0] in largest]
    if not matrices:
        raise StepError(f"{source} multiplies no vectors of tokens by constant matrices: there is nothing to smooth")
    divided: dict[str, str] = {}
    for inputs, weights in _together(matrices):
        rows = {name: numpy_helper.to_array(constants[name]) for name in weights}
        scale = _scale(np.max([largest[name] for name in inputs], axis=0), list(rows.values()), strength)
        for name, matrix in rows.items():
            constants[name].CopyFrom(numpy_helper.from_array(matrix * scale[:, None], name))
        share = f"{inputs[0]}_share"
        model.graph.initializer.append(numpy_helper.from_array(1.0 / scale, share))
        divided |= dict.fromkeys(inputs, share)
    _divide(model.graph, {node.name for node in matrices}, divided)
    onnx.save(model, str(target))


def _name_shared_constants_once(graph: Any, constants: Collection[str]) -> None:
    """PyTorch exports a matrix that several layers share once, and the others as Identity of it."""
    copies = {node.output[0]: node for node in graph.node if node.op_type == "Identity" and node.input[0] in constants}
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name in copies:
                node.input[place] = copies[name].input[0]
    for node in copies.values():
        graph.node.remove(node)


def _largest(model: onnx.ModelProto, names: Sequence[str], calibration: Calibration) -> dict[str, Values]:
    """Largest magnitude of each channel of these activations, padding included, for 8 bits have to hold it too; tokens' alone."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    outputs = {output.name for output in probe.graph.output}
    probe.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in outputs)
    with tempfile.TemporaryDirectory() as scratch:
        onnx.save(probe, str(Path(scratch) / "probe.onnx"))
        session = OnnxSession(Path(scratch) / "probe.onnx")
    largest: dict[str, Values] = {}
    calibration.rewind()
    while (feed := calibration.get_next()) is not None:
        found = session.run(feed)
        for name in names:
            values = found[name]
            if values.ndim == _TOKENS:
                own = np.abs(values).max(axis=(0, 1))
                largest[name] = np.maximum(largest[name], own) if name in largest else own
    return largest


def _together(matrices: Sequence[onnx.NodeProto]) -> list[tuple[list[str], list[str]]]:
    """Inputs and weights that must have one scale: several matrices may read one input, and several layers share a matrix."""
    groups: list[tuple[set[str], set[str]]] = []
    for node in matrices:
        inputs, weights = {node.input[0]}, {node.input[1]}
        apart = []
        for group in groups:
            if group[0] & inputs or group[1] & weights:
                inputs, weights = inputs | group[0], weights | group[1]
            else:
                apart.append(group)
        groups = [*apart, (inputs, weights)]
    return [(sorted(inputs), sorted(weights)) for inputs, weights in groups]


def _scale(largest: Values, matrices: Sequence[Values], strength: float) -> Values:
    """S (C,), with a geometric mean of 1."""
    rows = np.max([np.abs(matrix).max(axis=1) for matrix in matrices], axis=0)
    logarithm = strength * np.log(np.maximum(largest, _LEAST)) - (1.0 - strength) * np.log(np.maximum(rows, _LEAST))
    scale: Values = np.exp(logarithm - logarithm.mean()).astype(np.float32)
    return scale


def _divide(graph: Any, matrices: set[str], divided: dict[str, str]) -> None:
    """Puts a node before the first reader of each input."""
    nodes: list[onnx.NodeProto] = []
    smooth: set[str] = set()
    for old in list(graph.node):
        node = onnx.NodeProto()
        node.CopyFrom(old)
        if node.name in matrices:
            name = node.input[0]
            if name not in smooth:
                nodes.append(helper.make_node("Mul", [name, divided[name]], [f"{name}_smooth"], name=f"{name}_smooth"))
                smooth.add(name)
            node.input[0] = f"{name}_smooth"
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
