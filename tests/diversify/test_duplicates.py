"""Collapsing variants, equal titles and near duplicates."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from assortment.diversify import collapse
from assortment.errors import InputError

NO_VECTORS = np.empty((0, 0), dtype=np.float32)


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4), st.floats(0, 1)), max_size=30))
def test_the_best_of_each_group_is_kept_and_all_others_are_counted(products: list[tuple[int, int, float]]) -> None:
    variants, titles = np.array([p[0] for p in products]), np.array([p[1] for p in products])
    relevance = np.array([p[2] for p in products])
    left = collapse(NO_VECTORS, relevance, groups=(variants, titles))
    assert len(left.kept) + left.counts.sum() == len(products)
    for codes in (variants, titles):
        kept = codes[left.kept]
        assert len(set(kept[kept >= 0].tolist())) == (kept >= 0).sum()
    for index in np.argsort(-relevance, kind="stable")[:1].tolist():
        assert index in left.kept
    assert (np.diff(left.kept) > 0).all()


def test_near_duplicates_are_counted_at_the_nearest_one_kept() -> None:
    vectors = np.float32([[1, 0], [0, 1], [0.999, 0.045], [0.8, 0.6]])
    left = collapse(vectors, np.array([0.9, 0.8, 0.7, 0.6]), threshold=0.95)
    assert left.kept.tolist() == [0, 1, 3]
    assert left.counts.tolist() == [1, 0, 0]


def test_those_at_the_start_are_kept_whatever_they_share() -> None:
    left = collapse(NO_VECTORS, np.array([0.1, 0.2, 0.9, 0.8]), groups=(np.array([0, 0, 0, 1]),), first=2)
    assert left.kept.tolist() == [0, 1, 3]
    assert left.counts.tolist() == [1, 0, 0]


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1, float("nan")])
def test_a_wrong_threshold_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match=r"^threshold: .* above 0, at most 1"):
        collapse(np.eye(2, dtype=np.float32), np.array([0.9, 0.8]), threshold=threshold)
