"""The intent head: p(category | query), which also tells how ambiguous a query is."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.contract import VECTOR_DIM

_SHARPNESS: Final = 10.0  # logit of a query that points exactly at a category's mean product, before training


class IntentHead(nn.Module):
    """A linear classifier over the catalogue's product types."""

    def __init__(self, num_categories: int) -> None:
        super().__init__()
        self.classes = nn.Linear(VECTOR_DIM, num_categories)

    def logits(self, query_vector: Tensor) -> Tensor:
        """Unit rows (B, 256) to (B, C)."""
        return self.classes(query_vector)  # type: ignore[no-any-return]  # nn.Module.__call__ is untyped

    def forward(self, query_vector: Tensor) -> Tensor:
        """Unit rows (B, 256) to probabilities (B, C) that sum to 1."""
        return self.logits(query_vector).softmax(-1)

    @torch.no_grad()
    def start_from(self, product_vectors: Tensor, category: Tensor) -> None:
        """Points each class at the mean of its products: unit rows (N, 256) and class numbers (N,) int64, -1 for none."""
        known = category >= 0
        sums = torch.zeros_like(self.classes.weight).index_add_(0, category[known], product_vectors[known])
        self.classes.weight.copy_(_SHARPNESS * F.normalize(sums, dim=-1))
        self.classes.bias.zero_()
