"""The reference formula as a scorer, kept for comparison and never the default.

    F = W q + b p + c l,   relevance = <F, p> / (|F| |p|)

with q, p, l the query, product and label vectors, W a matrix (the identity at first), b and c scalars (0 at first). F depends
on the candidate, but needs no vector of its own for each:

    <F, p> = p.Wq + b |p|^2 + c <l, p>
    |F|^2  = |Wq|^2 + b^2 |p|^2 + c^2 |l|^2 + 2 b p.Wq + 2 c l.Wq + 2 b c <p, l>

Two losses train it. ``article`` is the published one: the squared distance of F from q. It has no label in it, so W = I,
b = c = 0 is a global minimum and nothing about relevance is learned. ``graded`` is the squared error to the grade.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from assortment.contract import VECTOR_DIM
from training.scorer import ScorerModule


class LinearScorer(ScorerModule):
    """cos(W q + b p + c l, p), negative values cut to 0. Intent, category, price and rating are not read."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.eye(VECTOR_DIM))  # W
        self.product_weight = nn.Parameter(torch.zeros(()))  # b
        self.label_weight = nn.Parameter(torch.zeros(()))  # c

    def similarity(self, query_vector: Tensor, product_vector: Tensor, label_vector: Tensor) -> Tensor:
        """The reference cosine, (B, R) in [-1, 1], for (B, 256), (B, R, 256), (B, R, 256)."""
        turned = (query_vector @ self.weight.T).unsqueeze(-1)  # Wq, (B, 256, 1)
        b, c = self.product_weight, self.label_weight
        p_wq = (product_vector @ turned).squeeze(-1)  # (B, R)
        l_wq = (label_vector @ turned).squeeze(-1)
        p_l = (product_vector * label_vector).sum(-1)
        p_p = product_vector.square().sum(-1)
        l_l = label_vector.square().sum(-1)
        wq_wq = turned.square().sum((1, 2)).unsqueeze(-1)  # (B, 1)
        dot = p_wq + b * p_p + c * p_l
        square = wq_wq + b * b * p_p + c * c * l_l + 2 * b * p_wq + 2 * c * l_wq + 2 * b * c * p_l
        return dot / (square.clamp(min=1e-12) * p_p.clamp(min=1e-12)).sqrt()

    def forward(
        self,
        query_vector: Tensor,
        intent: Tensor,
        product_vector: Tensor,
        label_vector: Tensor,
        category: Tensor,
        product_features: Tensor,
    ) -> Tensor:
        """Relevance (B, R) in [0, 1]."""
        # The unused inputs stay inputs of the exported graph: one signature for every scorer.
        unused = 0.0 * (intent.sum(1, keepdim=True) + category.to(intent.dtype) + product_features.sum(-1))
        return (self.similarity(query_vector, product_vector, label_vector) + unused).clamp(0.0, 1.0)


def article_loss(scorer: LinearScorer, query_vector: Tensor, product_vector: Tensor, label_vector: Tensor) -> Tensor:
    """The published loss: mean of |F - q|^2 over candidates. No grade appears in it."""
    fused = (
        (query_vector @ scorer.weight.T).unsqueeze(1)
        + scorer.product_weight * product_vector
        + scorer.label_weight * label_vector
    )
    return (fused - query_vector.unsqueeze(1)).square().sum(-1).mean()


def graded_loss(
    scorer: LinearScorer, query_vector: Tensor, product_vector: Tensor, label_vector: Tensor, grade: Tensor
) -> Tensor:
    """Mean squared error of the similarity to grade / 3, grades (B, R) in 0 to 3."""
    return (scorer.similarity(query_vector, product_vector, label_vector) - grade / 3.0).square().mean()
