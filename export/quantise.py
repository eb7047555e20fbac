"""Dynamic 8-bit quantisation of the query text encoder: about twice as fast on a CPU with VNNI, and smaller.

Weights become int8 with one scale for each output channel; activations are quantised as they come, one scale a tensor. That
costs most where few activations are large, as after BERT's feed-forward layers. So there are recipes from fast to careful,
and the first that the dev queries hardly notice ships; servers then take it by themselves (``artefacts.cpu_model``).
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from assortment import artefacts
from export.defaults import MAX_INT8_LOSS
from export.dev_quality import DevQuality

_log = logging.getLogger(__name__)
# The second matrix of each feed-forward layer, as BERT, DistilBERT and ALBERT name it; not attention's own output.
_FEED_FORWARD_OUTPUT: Final = re.compile(r"(layer\.\d+/output/dense|/ffn/lin2|/ffn_output(_\d+)?)/MatMul$")

_NAMED_FACETS: Final = "/named/"  # a few numbers for each token: nothing to gain


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """Which weights become int8."""

    name: str
    embeddings: bool
    """The token table too: small files, and a little noise in every token."""
    feed_forward_outputs: bool
    """The matrices behind the largest activations too."""


RECIPES: Final = (
    Recipe(name="everything", embeddings=True, feed_forward_outputs=True),
    Recipe(name="matrices", embeddings=False, feed_forward_outputs=True),
    Recipe(name="matrices but feed-forward outputs", embeddings=False, feed_forward_outputs=False),
)
"""Fastest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantisation:
    """What 8 bits cost, and what was decided."""

    float32_ndcg: float
    """Of the dev queries at 10."""
    int8_ndcg: dict[str, float]
    """The same for each recipe that was tried."""
    max_loss: float
    num_queries: int
    shipped: str
    """Name of the recipe, empty for float32."""

    @property
    def loss(self) -> float:
        """Of dev ndcg@10, by what shipped; negative when it happens to rank better."""
        return self.float32_ndcg - self.int8_ndcg[self.shipped] if self.shipped else 0.0


def ship_if_good(
    folder: Path, quality: DevQuality, *, max_loss: float = MAX_INT8_LOSS, recipes: Sequence[Recipe] = RECIPES
) -> Quantisation:
    """Leaves TEXT_ENCODER_INT8 in an export folder, by the first recipe that loses at most ``max_loss`` of dev ndcg@10.

    When none does, or there are no dev queries to measure with, float32 ships alone. Both are written to QUANTISATION.
    """
    source, target = folder / artefacts.TEXT_ENCODER, folder / artefacts.TEXT_ENCODER_INT8
    float32_ndcg = quality.ndcg(source)
    tried: dict[str, float] = {}
    shipped = ""
    for recipe in recipes if quality.num_queries else ():
        quantise(source, target, recipe)
        tried[recipe.name] = quality.ndcg(target)
        if float32_ndcg - tried[recipe.name] <= max_loss:
            shipped = recipe.name
            break
        target.unlink()
    found = Quantisation(
        float32_ndcg=float32_ndcg, int8_ndcg=tried, max_loss=max_loss, num_queries=quality.num_queries, shipped=shipped
    )
    if not shipped:
        _log.warning(
            "the 8-bit text encoder is NOT shipped: over %d dev queries ndcg@10 is %.4f in float32 and in 8 bits %s; allowed: a "
            "loss of %.4f. Servers run the float32 encoder, which is about half as fast",
            *(found.num_queries, float32_ndcg, ", ".join(f"{ndcg:.4f} ({name})" for name, ndcg in tried.items()), max_loss),
        )
    report = {**asdict(found), "loss": found.loss}
    (folder / artefacts.QUANTISATION).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return found


def quantise(source: Path, target: Path, recipe: Recipe) -> None:
    """Writes the 8-bit twin of an ONNX model. Its inputs and outputs keep their types."""
    nodes = [node.name for node in onnx.load(str(source)).graph.node]
    kept = [name for name in nodes if name.startswith(_NAMED_FACETS)]
    kept += [] if recipe.feed_forward_outputs else [name for name in nodes if _FEED_FORWARD_OUTPUT.search(name)]
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # the quantiser recommends a preparation that only static quantisation needs
    try:
        quantize_dynamic(
            str(source),
            str(target),
            op_types_to_quantize=["MatMul", "Gather"] if recipe.embeddings else ["MatMul"],
            nodes_to_exclude=kept,
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
    finally:
        root.setLevel(level)
