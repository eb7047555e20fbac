"""The reference formula: what it computes, and why its published loss learns nothing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from training.linear_scorer import LinearScorer, article_loss, graded_loss


def unit(seed: int, *shape: int) -> Tensor:
    return F.normalize(torch.randn(shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


QUERY, PRODUCT, LABEL = unit(1, 4, 256), unit(2, 4, 6, 256), unit(3, 4, 6, 256)
GRADE = torch.randint(0, 4, (4, 6), generator=torch.Generator().manual_seed(4))


def moved(seed: int, size: float = 0.1) -> LinearScorer:
    torch.manual_seed(seed)
    scorer = LinearScorer()
    with torch.no_grad():
        for parameter in scorer.parameters():
            parameter.add_(size * torch.randn_like(parameter))
    return scorer


@torch.inference_mode()
def test_the_expansion_is_the_formula() -> None:
    scorer = moved(0)
    fused = (QUERY @ scorer.weight.T).unsqueeze(1) + scorer.product_weight * PRODUCT + scorer.label_weight * LABEL
    literal = F.cosine_similarity(fused, PRODUCT, dim=-1)
    assert torch.allclose(scorer.similarity(QUERY, PRODUCT, LABEL), literal, atol=1e-5)


@torch.inference_mode()
def test_untrained_it_is_the_cosine_cut_at_0() -> None:
    relevance = LinearScorer()(QUERY, torch.ones(4, 3) / 3, PRODUCT, LABEL, torch.zeros(4, 6).long(), torch.zeros(4, 6, 5))
    cosine = (PRODUCT @ QUERY.unsqueeze(-1)).squeeze(-1)
    assert torch.allclose(relevance, cosine.clamp(min=0), atol=1e-5)


@torch.inference_mode()
def test_doing_nothing_is_a_global_minimum_of_the_published_loss() -> None:
    untrained = article_loss(LinearScorer(), QUERY, PRODUCT, LABEL)
    assert untrained == pytest.approx(0.0, abs=1e-10)  # a mean of squares cannot be lower
    assert all(article_loss(moved(seed), QUERY, PRODUCT, LABEL) > 0 for seed in range(5))


def test_the_published_loss_forgets_what_grades_taught() -> None:
    scorer = moved(0)
    optimiser = torch.optim.Adam(scorer.parameters(), lr=0.01)
    for _ in range(300):
        optimiser.zero_grad()
        article_loss(scorer, QUERY, PRODUCT, LABEL).backward()
        optimiser.step()
    assert scorer.product_weight.abs() < 0.01
    assert scorer.label_weight.abs() < 0.01
    assert torch.allclose(QUERY @ scorer.weight.T, QUERY, atol=0.05)


def test_the_graded_loss_has_something_to_learn() -> None:
    scorer = LinearScorer()
    before = graded_loss(scorer, QUERY, PRODUCT, LABEL, GRADE)
    before.backward()
    assert max(float(parameter.grad.abs().max()) for parameter in scorer.parameters() if parameter.grad is not None) > 1e-3
    optimiser = torch.optim.Adam(scorer.parameters(), lr=0.01)
    for _ in range(100):
        optimiser.zero_grad()
        loss = graded_loss(scorer, QUERY, PRODUCT, LABEL, GRADE)
        loss.backward()
        optimiser.step()
    assert loss < 0.5 * before
