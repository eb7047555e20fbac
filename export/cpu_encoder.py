"""Which 8-bit query text encoder CPU servers get, if any: one that the dev queries hardly notice.

The first recipe that loses at most so much of dev ndcg@10 ships, as TEXT_ENCODER_INT8; servers then take it by themselves
(``artefacts.cpu_model``).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assortment import artefacts
from export.defaults import MAX_INT8_LOSS
from export.dev_quality import DevQuality
from export.recipes import AUTOMATIC, Kitchen

_log = logging.getLogger(__name__)


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
    folder: Path,
    quality: DevQuality,
    kitchen: Kitchen,
    *,
    max_loss: float = MAX_INT8_LOSS,
    recipes: Sequence[str] = AUTOMATIC,
) -> Quantisation:
    """Leaves TEXT_ENCODER_INT8 in an export folder, by the first recipe that loses at most ``max_loss`` of dev ndcg@10.

    When none does, or there are no dev queries to measure with, float32 ships alone. Both are written to QUANTISATION.
    """
    source, target = folder / artefacts.TEXT_ENCODER, folder / artefacts.TEXT_ENCODER_INT8
    float32_ndcg = quality.ndcg(source)
    tried: dict[str, float] = {}
    shipped = ""
    for recipe in recipes if quality.num_queries else ():
        kitchen.make(recipe, target)
        tried[recipe] = quality.ndcg(target)
        if float32_ndcg - tried[recipe] <= max_loss:
            shipped = recipe
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
