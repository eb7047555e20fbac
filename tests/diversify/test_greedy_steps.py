"""Strategies against their definitions, computed the slow way on few candidates."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from assortment.diversify import Intents, diversify
from assortment.diversify.dpp import SHRINKAGE
from assortment.diversify.dpp_window import WINDOW

seeds = st.integers(0, 2**32 - 1)
TOLERANCE = 1e-4  # of an objective; cosines are float32


def few_candidates(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(8, 12)) + rng.normal(size=12)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), rng.random(8).astype(np.float32)


@given(seed=seeds, diversity=st.floats(0.0, 1.0))
def test_every_step_of_mmr_has_the_largest_objective(seed: int, diversity: float) -> None:
    vectors, relevance = few_candidates(seed)
    chosen = diversify(vectors, relevance, 6, strategy="mmr", diversity=diversity)
    for place in range(1, 6):
        before = chosen.indices[:place]
        objective = (1 - diversity) * relevance - diversity * (vectors @ vectors[before].T).max(axis=1)
        objective[before] = -np.inf
        assert chosen.gains[place] == pytest.approx(objective.max(), abs=TOLERANCE)
        assert objective[chosen.indices[place]] == pytest.approx(objective.max(), abs=TOLERANCE)


@given(seed=seeds, diversity=st.floats(0.05, 1.0))
def test_every_step_of_dpp_has_the_largest_gain_in_log_determinant(seed: int, diversity: float) -> None:
    vectors, relevance = few_candidates(seed)
    quality = np.exp((1 - diversity) / (2 * diversity) * relevance.astype(np.float64))
    similarity = SHRINKAGE * vectors.astype(np.float64) @ vectors.T
    np.fill_diagonal(similarity, 1.0)
    kernel = quality[:, None] * similarity * quality
    chosen = diversify(vectors, relevance, 6, strategy="dpp", diversity=diversity)

    def log_det(items: list[int]) -> float:
        return float(np.linalg.slogdet(kernel[np.ix_(items, items)]).logabsdet)

    before: list[int] = []
    for place, index in enumerate(chosen.indices.tolist()):
        gains = {i: diversity * (log_det([*before, i]) - log_det(before)) for i in range(8) if i not in before}
        if place > 0:  # the first is the most relevant one, which is the largest gain too unless diversity is 1
            assert gains[index] == pytest.approx(max(gains.values()), abs=1e-3)
        assert gains[index] == pytest.approx(chosen.gains[place], abs=1e-3)
        before.append(index)


def test_mmr_does_not_clip_negative_cosines() -> None:
    right_angle_and_opposite = np.float32([[1, 0], [0, 1], [-1, 0]])
    chosen = diversify(right_angle_and_opposite, np.float32([0.9, 0.8, 0.5]), 2, strategy="mmr", diversity=0.5)
    np.testing.assert_array_equal(chosen.indices, [0, 2])


def test_a_copy_costs_the_same_in_both_strategies() -> None:
    copies, relevance = np.float32([[1, 0], [1, 0]]), np.float32([0.9, 0.8])
    for diversity in (0.1, 0.5, 1.0):
        gains = [diversify(copies, relevance, 2, strategy=strategy, diversity=diversity).gains for strategy in ("mmr", "dpp")]
        assert gains[0][1] == pytest.approx(0.8 * (1 - diversity) - diversity)
        assert gains[1][1] == pytest.approx(gains[0][1])


def test_copies_of_one_item_follow_in_the_order_of_their_relevance() -> None:
    relevance = np.random.default_rng(3).random(100).astype(np.float32)
    chosen = diversify(np.full((100, 4), 0.5, np.float32), relevance, 100, strategy="dpp", diversity=0.7)
    np.testing.assert_array_equal(chosen.indices, np.argsort(-relevance))
    assert np.isfinite(chosen.gains).all()


def check_steps(page, objective_after, diversity: float) -> None:
    """Every choice has the largest objective. ``objective_after`` (before, index) is written from the definition."""
    for place, index in enumerate(page.indices.tolist()):
        before = page.indices[:place].tolist()
        values = {i: objective_after(before, i) for i in range(8) if i not in before}
        assert page.gains[place] == pytest.approx(values[index], abs=TOLERANCE)
        assert values[index] == pytest.approx(max(values.values()), abs=TOLERANCE)


@given(seed=seeds, diversity=st.floats(0.0, 1.0))
def test_every_step_of_cover(seed: int, diversity: float) -> None:
    vectors, relevance = few_candidates(seed)
    cosines = np.maximum(vectors.astype(np.float64) @ vectors.T, 0.0)

    def covered(chosen: list[int]) -> float:
        return float(np.sqrt(cosines[chosen].sum(axis=0)).mean()) if chosen else 0.0

    page = diversify(vectors, relevance, 6, strategy="cover", diversity=diversity)
    if diversity > 0.0:
        check_steps(
            page,
            lambda before, i: (1 - diversity) * relevance[i] + diversity * (covered([*before, i]) - covered(before)),
            diversity,
        )


@given(seed=seeds, diversity=st.floats(0.01, 1.0))
def test_every_step_of_xquad_and_calibration(seed: int, diversity: float) -> None:
    vectors, relevance = few_candidates(seed)
    rng = np.random.default_rng(seed)
    weights, coverage = rng.dirichlet(np.ones(4)), rng.random((8, 4))
    intents = Intents(weights=weights, coverage=coverage)

    def xquad(before: list[int], i: int) -> float:
        unserved = np.prod(1 - coverage[before], axis=0)
        return (1 - diversity) * relevance[i] + diversity * float(weights @ (coverage[i] * unserved))

    def calibration(before: list[int], i: int) -> float:
        shares = coverage / coverage.sum(axis=1, keepdims=True)
        smooth = 0.99 * shares[[*before, i]].mean(axis=0) + 0.01 * weights
        return (1 - diversity) * relevance[i] - diversity * float(weights @ np.log(weights / smooth))

    for strategy, objective in (("xquad", xquad), ("calibration", calibration)):
        page = diversify(vectors, relevance, 6, strategy=strategy, diversity=diversity, intents=intents)
        check_steps(page, objective, diversity)


@given(seed=seeds, diversity=st.floats(0.05, 1.0))
def test_a_sliding_window_forgets_exactly(seed: int, diversity: float) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(30, 12)) + rng.normal(size=12)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    relevance = rng.random(30)
    similarity = SHRINKAGE * vectors.astype(np.float64) @ vectors.T
    np.fill_diagonal(similarity, 1.0)
    page = diversify(vectors, relevance, 20, strategy="dpp_window", diversity=diversity)
    chosen = page.indices.tolist()
    for place in range(1, 20):
        recent = chosen[max(0, place - WINDOW) : place]
        kernel = similarity[np.ix_(recent, recent)]
        beside = similarity[recent]  # (w, N)
        residual = 1.0 - np.einsum("wn,wn->n", beside, np.linalg.solve(kernel, beside))
        objective = (1 - diversity) * relevance + diversity * np.log(np.maximum(residual, 1e-6))
        objective[chosen[:place]] = -np.inf
        assert objective[chosen[place]] == pytest.approx(objective.max(), abs=1e-3)


def test_the_published_fast_greedy_dpp_is_matched() -> None:
    """Chen et al. 2018, algorithm 1, over the explicit kernel, written from the paper."""
    for seed in range(100):
        rng = np.random.default_rng(seed)
        vectors = rng.normal(size=(60, 32)) + rng.normal(size=32)
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        relevance, diversity = rng.random(60), float(rng.uniform(0.1, 0.95))
        quality = np.exp((1 - diversity) / (2 * diversity) * relevance)
        kernel = quality[:, None] * (vectors.astype(np.float64) @ vectors.T) * quality
        left, rows, chosen = np.diag(kernel).copy(), np.zeros((60, 0)), [int(np.argmax(np.diag(kernel)))]
        while len(chosen) < 15:
            last = chosen[-1]
            new = (kernel[last] - rows @ rows[last]) / np.sqrt(left[last])
            rows = np.column_stack([rows, new])
            left = left - new**2
            left[chosen] = -np.inf
            chosen.append(int(left.argmax()))
        page = diversify(vectors, relevance, 15, strategy="dpp_published", diversity=diversity)
        assert page.indices.tolist() == chosen, seed
