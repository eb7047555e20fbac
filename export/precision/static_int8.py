"""Static 8 bits with Q/DQ nodes: scales of activations are found beforehand, on a calibration set.

Made for TensorRT, which takes 8 bits from Q/DQ nodes alone: both sides int8 and symmetric (zero point 0), weights with one scale
for each output channel, biases in float32, and Q/DQ pairs on the inputs of the quantised operators only. The last decides the
quality of the CNN: a scale on a convolution's own output has to cover what ReLU6 cuts off right behind it.

A CPU gains little or nothing: see ``make recipes``. ONNX Runtime fuses Q/DQ around a convolution only when its output is
quantised too, and BERT's activations want the scales of the batch at hand, which is what ``dynamic_int8`` gives them.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import onnx
from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from assortment.errors import StepError
from export.precision.calibration import Calibration
from export.precision.float16 import read

OPERATORS: Final = ("Conv", "MatMul")


def quantise(source: Path, target: Path, calibration: Calibration, *, keep: Sequence[str] = ()) -> None:
    """Writes the 8-bit twin of ``source``; inputs and outputs keep their types.

    Args:
        source: a float32 model.
        target: where to.
        calibration: its inputs; ranges are the smallest and largest values seen.
        keep: beginnings of the names of nodes that stay in float32.

    Raises:
        StepError: when ``source`` is missing or damaged, or has nothing that can be quantised.
    """
    calibration.rewind()
    with tempfile.TemporaryDirectory() as scratch, quiet():
        prepared = Path(scratch) / source.name
        read(source)
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        graph = onnx.load(str(prepared)).graph
        quantised = _with_weights(graph, keep)
        if not quantised:
            raise StepError(f"{source} has no {' or '.join(OPERATORS)} with constant weights: there is nothing to quantise")
        quantize_static(
            str(prepared),
            str(target),
            calibration,
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(OPERATORS),
            nodes_to_quantize=quantised,
            per_channel=True,
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={
                "ActivationSymmetric": True,
                "WeightSymmetric": True,
                "QuantizeBias": False,
                "OpTypesToExcludeOutputQuantization": list(OPERATORS),
                "QDQOpTypePerChannelSupportToAxis": {"MatMul": 1},
            },
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Silences the quantiser, which recommends a preparation that is done or not needed."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)


def _with_weights(graph: onnx.GraphProto, keep: Sequence[str]) -> list[str]:
    """Nodes that multiply by constants; products of two activations, as inside attention, lose more than they gain."""
    constants = {weight.name for weight in graph.initializer}
    return [
        node.name
        for node in graph.node
        if node.op_type in OPERATORS and node.input[1] in constants and not node.name.startswith(tuple(keep) or "\0")
    ]
