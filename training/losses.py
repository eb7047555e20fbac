"""Losses of the encoders and of the learned scorer."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

MAX_GRADE: Final = 3
_SHARES: Final = {3: 0.8, 2: 0.15, 1: 0.05}  # of the target distribution, by grade


def listwise(scores: Tensor, grade: Tensor) -> Tensor:
    """Cross-entropy between the softmax of ``scores`` (B, R) and a target distribution over the fitting products.

    Each grade has a fixed share of the target (``_SHARES``), spread evenly over the products of that grade: in a sample there
    are hundreds of products of grade 1 to a handful of grade 3, and in proportion to their number they would be all that is
    learned. The share of a grade that is absent goes to those present. So a good product that was sampled for another query
    is a target too, and never pushed away. Rows without any fitting product count for nothing.
    """
    target = torch.zeros_like(scores)
    for level, share in _SHARES.items():
        members = (grade == level).to(scores.dtype)
        target = target + share * members / members.sum(1, keepdim=True).clamp(min=1.0)
    total = target.sum(1)
    cross_entropy = -(target * scores.log_softmax(1)).sum(1) / total.clamp(min=1e-6)
    counted = (total > 0).to(scores.dtype)
    return (cross_entropy * counted).sum() / counted.sum().clamp(min=1.0)


def distilled(scores: Tensor, teacher: Tensor) -> Tensor:
    """Kullback-Leibler divergence of the softmax of ``scores`` (B, C) from that of the teacher's logits (B, C), mean over B."""
    return F.kl_div(scores.log_softmax(1), teacher.log_softmax(1), reduction="batchmean", log_target=True)


def calibration(logits: Tensor, grade: Tensor) -> Tensor:
    """Binary cross-entropy of relevance with grade / 3 as its probability, mean over (B, R)."""
    return F.binary_cross_entropy_with_logits(logits, grade.float() / MAX_GRADE)


def keep_similarity(adapted: Tensor, base: Tensor) -> Tensor:
    """Mean of 1 - cosine between adapted and base vectors (B, H) of the same texts: general similarity is kept."""
    return (1.0 - F.cosine_similarity(adapted, base, dim=-1)).mean()


def intent(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of (B, C) logits with target distributions (B, C); rows that sum to 0 (no category meant) are left out."""
    counted = target.sum(1)
    return -(target * logits.log_softmax(1)).sum() / counted.sum().clamp(min=1.0)
