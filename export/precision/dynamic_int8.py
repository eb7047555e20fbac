"""Dynamic 8 bits of the query text encoder: about twice as fast on a CPU with VNNI, and smaller.

Weights become int8 with one scale for each output channel; activations are quantised as they come, one scale a tensor. That
costs most where few activations are large, as after BERT's feed-forward layers. So there are choices from fast to careful.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from export.precision.static_int8 import quiet

NAMED_FACETS: Final = "/named/"
"""Where the names of nodes begin that tell named facets: a few numbers for each token, nothing to gain."""
# The second matrix of each feed-forward layer, as BERT, DistilBERT and ALBERT name it, and those of an adapter behind it; not
# attention's own output.
_FEED_FORWARD_OUTPUT: Final = re.compile(r"(layer\.\d+/output/dense|/ffn/lin2|/ffn_output(_\d+)?)(/adapter/\w+)?/MatMul$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Which weights become int8."""

    embeddings: bool
    """The token table too: small files, and a little noise in every token."""
    feed_forward_outputs: bool
    """The matrices behind the largest activations too."""


def quantise(source: Path, target: Path, weights: Weights) -> None:
    """Writes the 8-bit twin of an ONNX model. Its inputs and outputs keep their types."""
    nodes = [node.name for node in onnx.load(str(source)).graph.node]
    kept = [name for name in nodes if name.startswith(NAMED_FACETS)]
    kept += [] if weights.feed_forward_outputs else [name for name in nodes if _FEED_FORWARD_OUTPUT.search(name)]
    with quiet():
        quantize_dynamic(
            str(source),
            str(target),
            op_types_to_quantize=["MatMul", "Gather"] if weights.embeddings else ["MatMul"],
            nodes_to_exclude=kept,
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
