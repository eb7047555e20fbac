"""``max_relevance_loss``: never exceeded, and no stronger diversity on the grid would fit."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from assortment.diversify import STRATEGIES, Constraints, diversify
from assortment.diversify.loss_budget import COARSE, FINE
from assortment.errors import InputError

strategies = st.sampled_from(sorted(STRATEGIES))
losses = st.sampled_from([0.0, 0.001, 0.01, 0.05, 0.3, 1.0])


def problem(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(25, 8)) + rng.normal(size=8)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), rng.random(25), rng.integers(0, 4, 25)


@given(strategy=strategies, seed=st.integers(0, 2**32 - 1), loss=losses, k=st.integers(1, 12), shown=st.booleans())
def test_the_budget_is_never_exceeded(strategy: str, seed: int, loss: float, k: int, shown: bool) -> None:
    vectors, relevance, groups = problem(seed)
    rules = Constraints(shown=[4, 9]) if shown else None
    page = diversify(vectors, relevance, k, strategy=strategy, max_relevance_loss=loss, groups=groups, constraints=rules)
    plain = diversify(vectors, relevance, k, strategy=strategy, diversity=0.0, groups=groups, constraints=rules)
    weights = 1 / np.log2(np.arange(2, k + 2))
    spent = 1 - relevance[page.indices] @ weights / (relevance[plain.indices] @ weights)
    assert spent <= loss + 1e-9
    assert page.relevance_loss == pytest.approx(max(0.0, spent), abs=1e-9)


@settings(max_examples=40)
@given(strategy=strategies, seed=st.integers(0, 2**32 - 1), loss=losses)
def test_no_stronger_diversity_on_the_grid_fits(strategy: str, seed: int, loss: float) -> None:
    vectors, relevance, groups = problem(seed)

    def spent(diversity: float) -> float:
        return diversify(vectors, relevance, 8, strategy=strategy, diversity=diversity, groups=groups).relevance_loss

    page = diversify(vectors, relevance, 8, strategy=strategy, max_relevance_loss=loss, groups=groups)
    same = diversify(vectors, relevance, 8, strategy=strategy, diversity=page.diversity, groups=groups)
    np.testing.assert_array_equal(page.indices, same.indices)
    stronger = [step / COARSE for step in range(1, COARSE + 1) if step / COARSE > page.diversity]
    assert all(spent(diversity) > loss for diversity in stronger)
    if page.diversity < 1 / COARSE:
        assert all(spent(step / FINE) > loss for step in range(round(page.diversity * FINE) + 1, FINE // COARSE))


def test_everything_may_be_spent_and_nothing_too() -> None:
    vectors, relevance, _ = problem(1)
    assert diversify(vectors, relevance, 10, max_relevance_loss=1.0).diversity == 1.0
    np.testing.assert_array_equal(diversify(vectors, relevance, 10, max_relevance_loss=0.0).indices, np.argsort(-relevance)[:10])


def test_it_takes_the_place_of_diversity() -> None:
    vectors, relevance, _ = problem(1)
    with pytest.raises(InputError, match=r"^max_relevance_loss: 0.1 .* give one of the two"):
        diversify(vectors, relevance, 10, max_relevance_loss=0.1, diversity=0.5)
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match=r"^max_relevance_loss: .* allowed: 0 to 1"):
            diversify(vectors, relevance, 10, max_relevance_loss=wrong)
