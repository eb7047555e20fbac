"""What ONNX Runtime makes of a text encoder's graph: how many operators it fuses, by itself and with its offline optimiser.

A session fuses what it knows when it loads a model. Attention as a whole is fused by the offline optimiser only
(``onnxruntime.transformers.optimizer``), into operators that no other runtime knows. ``make recipes`` shows what that brings.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import onnx
import onnxruntime as ort
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions

from assortment.errors import StepError
from assortment.serving.onnx_session import SLOWER_FUSIONS
from export.precision.static_int8 import quiet

PER_LAYER: Final[Mapping[str, int]] = {"BiasGelu": 1, "FusedMatMul": 1}
"""What a session makes of each layer of a float32 encoder: the feed-forward part's activation, and the scaled product of
queries and keys."""
OFFLINE_PER_LAYER: Final[Mapping[str, int]] = {"BiasGelu": 1, "SkipLayerNormalization": 2}
"""What the offline optimiser makes of each layer; attention comes on top, but for the layer whose states are read."""
_ERRORS_ONLY: Final = 3


def in_session(path: Path) -> Counter[str]:
    """Operators of the graph that one of our sessions on the CPU runs, by type.

    Raises:
        StepError: when the file is missing or damaged.
    """
    options = ort.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED  # what comes after is the hardware's layout
    with tempfile.TemporaryDirectory() as scratch:
        optimised = Path(scratch) / "optimised.onnx"
        options.optimized_model_filepath = str(optimised)
        try:
            ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER_FUSIONS)
        except Exception as error:  # ONNX Runtime's own errors share no base class but this one
            raise StepError(f"{path} cannot be loaded ({error}); run `assortment export` again") from error
        return operators(optimised)


def offline(source: Path, target: Path, *, heads: int, hidden_size: int) -> Counter[str]:
    """Writes ``source`` as the offline optimiser fuses it, for ONNX Runtime alone; returns its operators by type."""
    optimise: Any = optimizer.optimize_model
    with quiet():
        fused = optimise(
            str(source),
            model_type="bert",
            num_heads=heads,
            hidden_size=hidden_size,
            optimization_options=FusionOptions("bert"),
            opt_level=0,
        )
        fused.save_model_to_file(str(target))
    return operators(target)


def operators(path: Path) -> Counter[str]:
    """Operators of a file by type."""
    return Counter(node.op_type for node in onnx.load(str(path), load_external_data=False).graph.node)


def check(found: Mapping[str, int], expected: Mapping[str, int], *, layers: int, what: str) -> None:
    """Checks that every layer was fused.

    Args:
        found: operators by type.
        expected: of each layer.
        layers: of the encoder.
        what: was optimised, for the message.

    Raises:
        StepError: naming the first operator of which there are fewer.
    """
    for operator, number in expected.items():
        if found.get(operator, 0) < number * layers:
            raise StepError(
                f"{what}: {found.get(operator, 0)} operators {operator}, allowed: {number * layers} or more, {number} in each of "
                f"{layers} layers. The exported graph is no longer one that ONNX Runtime recognises"
            )
