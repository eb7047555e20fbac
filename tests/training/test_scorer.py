from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from assortment.catalogue.product import Product
from training.scorer import NUM_PRODUCT_FEATURES, LearnedScorer, product_features


def inputs(rows: int = 7, categories: int = 5) -> tuple[Tensor, ...]:
    torch.manual_seed(0)
    return (
        F.normalize(torch.randn(2, 256), dim=1),
        torch.randn(2, categories).softmax(1),
        F.normalize(torch.randn(2, rows, 256), dim=2),
        F.normalize(torch.randn(2, rows, 256), dim=2),
        torch.randint(-1, categories, (2, rows)),
        torch.randn(2, rows, NUM_PRODUCT_FEATURES),
    )


@torch.inference_mode()
def test_untrained_relevance_grows_with_the_cosine_alone() -> None:
    query, _, product, *_ = arguments = inputs()
    relevance = LearnedScorer()(*arguments)
    cosine = (product @ query.unsqueeze(-1)).squeeze(-1)
    assert relevance.min() >= 0
    assert relevance.max() <= 1
    assert torch.equal(relevance.argsort(1), cosine.argsort(1))


def test_every_input_can_be_heard_once_trained() -> None:
    torch.manual_seed(1)
    scorer = LearnedScorer()
    torch.nn.init.normal_(scorer.correction.weight)
    arguments = inputs()
    read = [argument.clone().requires_grad_(argument.is_floating_point()) for argument in arguments]
    scorer(*read).sum().backward()
    for argument in read:
        assert argument.grad is None or argument.grad.abs().max() > 0
    moved = scorer(*arguments[:4], torch.full_like(arguments[4], -1), arguments[5])
    assert not torch.allclose(moved, scorer(*arguments))


@pytest.fixture
def products() -> list[Product]:
    cheap = Product(id="1", title="a", category=("Shoes",), price=10.0, rating=4.0, rating_count=2)
    dear = dataclasses.replace(cheap, id="2", price=1000.0, rating=5.0, rating_count=400)
    middle = dataclasses.replace(cheap, id="3", price=100.0, rating=None, rating_count=0)
    unknown = Product(id="4", title="b", category=("Shoes",))
    car = Product(id="5", title="c", category=("Cars",), price=20_000.0)
    return [cheap, dear, middle, unknown, car]


def test_prices_are_compared_within_a_type_and_unknown_values_are_average(products: list[Product]) -> None:
    features = product_features(products)
    price, has_price, rating, has_rating, _ = features.T
    assert price[0] < price[2] < price[1]
    assert price[2] == pytest.approx(0.0, abs=1e-6)
    assert price[3] == price[4] == 0, "no price; and the only car cannot be dear among cars"
    assert has_price.tolist() == [1, 1, 1, 0, 1]
    assert has_rating.tolist() == [1, 1, 0, 0, 0]
    assert rating[0] < rating[1]
    assert np.isfinite(features).all()


def test_few_ratings_say_little(products: list[Product]) -> None:
    sure = dataclasses.replace(products[0], id="6", rating=1.0, rating_count=500)
    unsure = dataclasses.replace(products[0], id="7", rating=1.0, rating_count=1)
    rating = product_features([*products, sure, unsure])[:, 2]
    assert rating[5] < rating[6]
