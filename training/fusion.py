"""Fusion: the vectors of one side's modalities become one unit vector.

Every strategy takes vectors (B, M, 256) of M modalities and their presence (B, M; 0 or 1):

    mean    weighted mean of the present ones, one learned weight a modality
    concat  the weighted mean plus a learned correction that reads all of them concatenated; it starts at zero
    gated   the weighted mean with weights that a gate computes from the vectors, dimension by dimension

So all three are the same weighted mean before training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.contract import VECTOR_DIM
from training.intent import IntentHead
from training.labels import LabelTower
from training.settings import FusionStrategy

_HIDDEN: Final = 512
_QUERY_WEIGHTS: Final = (1.0, 0.6)  # text, picture
_PRODUCT_WEIGHTS: Final = (1.0, 0.3, 2.0)  # text, picture, labels


class Mean(nn.Module):
    """Weighted mean of the present modalities (not yet of unit length)."""

    def __init__(self, weights: Sequence[float]) -> None:
        super().__init__()
        self.log_weight = nn.Parameter(torch.tensor(weights).log())

    def forward(self, vectors: Tensor, presence: Tensor) -> Tensor:
        """(B, M, 256) and (B, M) to (B, 256)."""
        weight = self.log_weight.exp() * presence
        return (vectors * weight.unsqueeze(-1)).sum(1)


class Concat(nn.Module):
    """Weighted mean plus a correction from all modalities concatenated."""

    def __init__(self, weights: Sequence[float]) -> None:
        super().__init__()
        self.mean = Mean(weights)
        self.hidden = nn.Linear(len(weights) * (VECTOR_DIM + 1), _HIDDEN)
        self.correction = nn.Linear(_HIDDEN, VECTOR_DIM)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)

    def forward(self, vectors: Tensor, presence: Tensor) -> Tensor:
        """(B, M, 256) and (B, M) to (B, 256)."""
        present = vectors * presence.unsqueeze(-1)
        read = torch.cat([present.flatten(1), presence], dim=-1)
        mean: Tensor = self.mean(vectors, presence)
        correction: Tensor = self.correction(F.gelu(self.hidden(read)))
        return mean + correction


class Gated(nn.Module):
    """Weighted mean whose weights are gates between 0 and 2, one for each modality and dimension."""

    def __init__(self, weights: Sequence[float]) -> None:
        super().__init__()
        self.mean = Mean(weights)
        self.gate = nn.Linear(len(weights) * (VECTOR_DIM + 1), len(weights) * VECTOR_DIM)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)

    def forward(self, vectors: Tensor, presence: Tensor) -> Tensor:
        """(B, M, 256) and (B, M) to (B, 256)."""
        present = vectors * presence.unsqueeze(-1)
        read = torch.cat([present.flatten(1), presence], dim=-1)
        gates = 2 * torch.unflatten(torch.sigmoid(self.gate(read)), -1, (presence.shape[1], VECTOR_DIM))
        mean: Tensor = self.mean(vectors * gates, presence)
        return mean


_STRATEGIES: Final[dict[FusionStrategy, type[Mean] | type[Concat] | type[Gated]]] = {
    "mean": Mean,
    "concat": Concat,
    "gated": Gated,
}


def drop_modalities(presence: Tensor, probability: float) -> Tensor:
    """Modality dropout: hides present modalities at random, never the last one of a row. (B, M) to (B, M)."""
    kept = presence * (torch.rand_like(presence) >= probability)
    return torch.where(kept.sum(1, keepdim=True) > 0, kept, presence)


class QueryFusion(nn.Module):
    """Text and picture of a query to its vector, and the categories it means."""

    def __init__(self, strategy: FusionStrategy, *, num_categories: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.mix = _STRATEGIES[strategy](_QUERY_WEIGHTS)
        self.intent = IntentHead(num_categories)
        self.dropout = dropout

    def fuse(self, text_vector: Tensor, image_vector: Tensor, presence: Tensor) -> Tensor:
        """Vectors (B, 256) and presence (B, 2) to unit rows (B, 256), zero when nothing is present."""
        if self.training and self.dropout:
            presence = drop_modalities(presence, self.dropout)
        mixed = self.mix(torch.stack([text_vector, image_vector], 1), presence)
        return F.normalize(mixed, dim=-1) * presence.amax(1, keepdim=True)

    def forward(self, text_vector: Tensor, image_vector: Tensor, presence: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors (B, 256) and presence (B, 2) to unit query vectors (B, 256) and p(category | query) (B, C)."""
        query_vector = self.fuse(text_vector, image_vector, presence)
        return query_vector, self.intent(query_vector)


class ProductFusion(nn.Module):
    """Text, picture and labels of a product to its vector. The label tower lives here."""

    def __init__(self, strategy: FusionStrategy, *, num_labels: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.labels = LabelTower(num_labels)
        self.mix = _STRATEGIES[strategy](_PRODUCT_WEIGHTS)
        self.dropout = dropout

    def forward(self, text_vector: Tensor, image_vector: Tensor, label_id: Tensor, presence: Tensor) -> Tensor:
        """Vectors (B, 256), label ids (B, MAX_LABELS) int64 and presence (B, 2) to unit rows (B, 256)."""
        labelled = (label_id != 0).any(1, keepdim=True).to(presence.dtype)
        presence = torch.cat([presence, labelled], 1)  # (B, 3)
        if self.training and self.dropout:
            presence = drop_modalities(presence, self.dropout)
        mixed = self.mix(torch.stack([text_vector, image_vector, self.labels(label_id)], 1), presence)
        return F.normalize(mixed, dim=-1) * presence.amax(1, keepdim=True)
