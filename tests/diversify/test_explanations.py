"""What a selection tells of its choices."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from assortment.diversify import STRATEGIES, Constraints, diversify

strategies = st.sampled_from(sorted(STRATEGIES))
seeds = st.integers(0, 2**32 - 1)


def candidates(seed: int, number: int = 20) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit rows, relevance, and group codes from 0 without gaps, some candidates in none."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(number, 8))
    groups = np.unique(rng.integers(0, 5, number), return_inverse=True)[1] - int(seed % 2)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), rng.random(number), groups


@given(strategy=strategies, seed=seeds, diversity=st.floats(0.0, 1.0))
def test_a_choice_opens_its_group_when_no_earlier_one_of_any_page_is_in_it(strategy: str, seed: int, diversity: float) -> None:
    vectors, relevance, groups = candidates(seed)
    rules = Constraints(shown=[4, 9], pinned=[2])
    page = diversify(vectors, relevance, 12, strategy=strategy, diversity=diversity, groups=groups, constraints=rules)
    seen = set(groups[[4, 9]].tolist())
    for index, opened in zip(page.indices, page.opens.tolist(), strict=True):
        group = int(groups[index])
        assert opened == (group if group not in seen else -1)
        seen.add(group)


@given(strategy=strategies, seed=seeds, diversity=st.floats(0.0, 1.0))
def test_what_is_given_up_is_the_distance_to_the_best_one_left(strategy: str, seed: int, diversity: float) -> None:
    vectors, relevance, groups = candidates(seed)
    rules = Constraints(shown=[4, 9], pinned=[2], excluded=[7])
    page = diversify(vectors, relevance, 12, strategy=strategy, diversity=diversity, groups=groups, constraints=rules)
    left = set(range(20)) - {4, 9, 7}
    for index, given_up in zip(page.indices.tolist(), page.given_up, strict=True):
        assert given_up == pytest.approx(max(relevance[list(left)]) - relevance[index])
        left.remove(index)


@given(strategy=strategies, seed=seeds, diversity=st.floats(0.0, 1.0))
def test_no_figure_is_nan_and_all_are_as_long_as_the_page(strategy: str, seed: int, diversity: float) -> None:
    vectors, relevance, groups = candidates(seed)
    page = diversify(vectors, relevance, 25, strategy=strategy, diversity=diversity, groups=groups)
    assert len(page) == 20
    for figures in (page.gains, page.given_up, page.nearest, page.similarity, page.opens):
        assert figures.shape == (20,)
        assert np.isfinite(figures).all()
    assert 0.0 <= page.relevance_loss <= 1.0


def test_without_groups_nothing_is_opened() -> None:
    vectors, relevance, _ = candidates(0)
    assert diversify(vectors, relevance, 5).opens.tolist() == [-1] * 5


def test_opens_tells_the_codes_that_were_given() -> None:
    page = diversify(np.eye(3, dtype=np.float32), np.array([0.9, 0.8, 0.7]), 3, groups=np.array([10, 20, 20]))
    assert page.opens.tolist() == [10, 20, -1]
