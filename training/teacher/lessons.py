"""What a teacher said of training queries and their candidates, sampled beside every training step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.backbones import IMAGE_FEATURES
from training.data import QueryBatch


@dataclass(frozen=True, slots=True)
class Lesson:
    """Some queries, their candidates and the teacher's logits of these."""

    queries: QueryBatch
    rows: Tensor
    """(B, C) int64 catalogue rows."""
    logits: Tensor
    """(B, C) float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """All of them."""

    token_ids: Tensor
    """(Q, L) int64 of text queries."""
    mask: Tensor
    """(Q, L) int64."""
    rows: Tensor
    """(Q, C) int64 catalogue rows, of the training split."""
    logits: Tensor
    """(Q, C) float32, the teacher's."""
    figures: Mapping[str, Any]
    """Of the teacher, for metrics.json."""

    def sample(self, number: int, generator: np.random.Generator) -> Lesson:
        """``number`` random queries."""
        chosen = torch.from_numpy(generator.integers(0, len(self.rows), size=number))
        text_alone = torch.tensor([1.0, 0.0]).expand(number, 2)
        queries = QueryBatch(
            token_ids=self.token_ids[chosen],
            mask=self.mask[chosen],
            image=torch.zeros(number, IMAGE_FEATURES),
            presence=text_alone,
        )
        return Lesson(queries, self.rows[chosen], self.logits[chosen])
