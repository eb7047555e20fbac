from __future__ import annotations

from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from training.fusion import ProductFusion, QueryFusion, drop_modalities
from training.settings import FusionStrategy

STRATEGIES: tuple[FusionStrategy, ...] = get_args(FusionStrategy)
EVERY = pytest.mark.parametrize("strategy", STRATEGIES)


def vectors(seed: int, rows: int = 3) -> Tensor:
    return F.normalize(torch.randn((rows, 256), generator=torch.Generator().manual_seed(seed)), dim=1)


def trained(strategy: FusionStrategy) -> QueryFusion:
    """A fusion whose every parameter has moved."""
    torch.manual_seed(1)
    fusion = QueryFusion(strategy, num_categories=4).eval()
    with torch.no_grad():
        for parameter in fusion.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return fusion


def test_untrained_strategies_are_the_same_weighted_mean() -> None:
    presence = torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    fused = [QueryFusion(strategy, num_categories=4).fuse(vectors(1), vectors(2), presence) for strategy in STRATEGIES]
    assert torch.allclose(fused[0], fused[1], atol=1e-6)
    assert torch.allclose(fused[0], fused[2], atol=1e-6)
    assert torch.allclose(fused[0][1], vectors(1)[1], atol=1e-6), "text alone is the text's vector"
    assert torch.allclose(fused[0][2], vectors(2)[2], atol=1e-6), "a picture alone is the picture's vector"


@EVERY
@torch.inference_mode()
def test_an_absent_modality_cannot_be_heard(strategy: FusionStrategy) -> None:
    fusion = trained(strategy)
    text_only = torch.tensor([[1.0, 0.0]]).expand(3, 2)
    first, intent = fusion(vectors(1), vectors(2), text_only)
    second, _ = fusion(vectors(1), torch.zeros(3, 256), text_only)
    assert torch.equal(first, second)
    assert torch.allclose(first.norm(dim=1), torch.ones(3), atol=1e-5)
    assert torch.allclose(intent.sum(1), torch.ones(3), atol=1e-5)


@EVERY
@torch.inference_mode()
def test_a_query_of_nothing_is_zero_and_never_nan(strategy: FusionStrategy) -> None:
    fused, intent = trained(strategy)(vectors(1), vectors(2), torch.zeros(3, 2))
    assert fused.abs().max() == 0
    assert torch.isfinite(intent).all()


@EVERY
@torch.inference_mode()
def test_a_product_without_picture_and_labels_has_a_vector(strategy: FusionStrategy) -> None:
    fusion = ProductFusion(strategy, num_labels=5).eval()
    labels = torch.zeros(3, 16, dtype=torch.int64)
    labels[0, :2] = torch.tensor([1, 4])
    fused = fusion(vectors(1), torch.zeros(3, 256), labels, torch.tensor([[1.0, 0.0]]).expand(3, 2))
    assert torch.allclose(fused.norm(dim=1), torch.ones(3), atol=1e-5)
    assert not torch.allclose(fused[0], vectors(1)[0], atol=1e-3), "labels count"
    assert torch.allclose(fused[1], vectors(1)[1], atol=1e-5), "without labels and picture the text is all"


@given(
    presence=st.lists(st.lists(st.sampled_from([0.0, 1.0]), min_size=3, max_size=3), min_size=1, max_size=8),
    probability=st.floats(0.0, 0.99),
)
def test_modality_dropout_hides_but_never_everything(presence: list[list[float]], probability: float) -> None:
    before = torch.tensor(presence)
    after = drop_modalities(before, probability)
    assert (after <= before).all()
    assert ((after.sum(1) > 0) == (before.sum(1) > 0)).all()
