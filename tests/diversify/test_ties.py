"""Candidates of equal objective are taken by index: twins of one product stay in the order in which they came."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from assortment.diversify import STRATEGIES, diversify


def in_order(indices: np.ndarray, kinds: np.ndarray) -> bool:
    """Whether the chosen ones of each kind are the first of it, ascending."""
    return all(
        indices[kinds[indices] == kind].tolist() == np.flatnonzero(kinds == kind)[: np.sum(kinds[indices] == kind)].tolist()
        for kind in np.unique(kinds)
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), diversity=st.floats(0.0, 1.0))
def test_twins_on_axes_stay_in_their_order(strategy: str, seed: int, diversity: float) -> None:
    kinds = np.random.default_rng(seed).integers(0, 4, 20)
    relevance = np.array([0.2, 0.5, 0.6, 0.9])[kinds]
    page = diversify(np.eye(4, dtype=np.float32)[kinds], relevance, 12, strategy=strategy, diversity=diversity, groups=kinds)
    assert in_order(page.indices, kinds)


@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), diversity=st.floats(0.05, 0.95), dims=st.sampled_from([3, 8, 33, 384]))
def test_twins_of_any_direction_stay_in_their_order(strategy: str, seed: int, diversity: float, dims: int) -> None:
    assert in_order(*of_four_kinds(strategy, seed, diversity, dims))


def of_four_kinds(strategy: str, seed: int, diversity: float, dims: int) -> tuple[np.ndarray, np.ndarray]:
    """A page of up to 20 of candidates that are twins of four, and the kind of each candidate."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(4, dims)) + rng.normal(size=dims)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    kinds = rng.integers(0, 4, int(rng.integers(5, 80)))
    relevance = np.array([0.2, 0.5, 0.6, 0.9])[kinds]
    page = diversify(rows.astype(np.float32)[kinds], relevance, 20, strategy=strategy, diversity=diversity, groups=kinds)
    return page.indices, kinds
