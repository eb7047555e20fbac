"""Diversification by the facets that a query leaves open."""

from __future__ import annotations

import itertools

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from assortment.diversify import Facets, diversify
from assortment.diversify.expected_alpha import ALPHA
from assortment.errors import InputError

seeds = st.integers(0, 2**32 - 1)


def shop(seed: int, number: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors, which do not matter here, relevance, and the values (2, N) of two facets."""
    rng = np.random.default_rng(seed)
    return np.zeros((number, 4), dtype=np.float32), rng.random(number), rng.integers(-1, 3, (2, number))


def expected(relevance: np.ndarray, facets: Facets, chosen: tuple[int, ...]) -> float:
    """What a set is worth, its order aside: the sum of its greedy gains at diversity 1."""
    worth = 0.0
    for place, i in enumerate(chosen):
        gain = 1.0 - facets.open.sum()
        for open_, values in zip(facets.open, facets.values, strict=True):
            gain += open_ * np.prod([1.0 - ALPHA * relevance[j] for j in chosen[:place] if values[j] == values[i]])
        worth += relevance[i] * gain
    return worth


@given(seed=seeds, diversity=st.floats(0.0, 1.0))
def test_where_nothing_is_open_the_page_is_sorted_by_relevance(seed: int, diversity: float) -> None:
    vectors, relevance, values = shop(seed)
    facets = Facets(open=np.zeros(2), values=values)
    page = diversify(vectors, relevance, 8, strategy="expected_alpha", diversity=diversity, facets=facets)
    assert page.indices.tolist() == np.argsort(-relevance, kind="stable")[:8].tolist()


def test_of_equals_each_shows_another_value_of_the_open_facet() -> None:
    relevance = np.full(9, 0.9)
    colours, brands = np.repeat([4, 7, 9], 3), np.tile([0, 1, 2], 3)
    sure = np.array([1.0, 0.0])
    for open_, expected_page in ((sure, [0, 3, 6]), (sure[::-1], [0, 1, 2]), (np.array([0.5, 0.5]), [0, 4, 8])):
        facets = Facets(open=open_, values=np.stack([colours, brands]))
        page = diversify(np.zeros((9, 4), np.float32), relevance, 3, strategy="expected_alpha", diversity=1.0, facets=facets)
        assert page.indices.tolist() == expected_page


def test_what_is_hardly_relevant_does_not_come_forward_for_being_new() -> None:
    facets = Facets(open=np.ones(1), values=np.array([[0, 0, 0, 1]]))
    page = diversify(
        np.zeros((4, 4), np.float32), np.array([0.9, 0.8, 0.7, 0.1]), 3, strategy="expected_alpha", diversity=1.0, facets=facets
    )
    assert page.indices.tolist() == [0, 1, 2]


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_the_greedy_page_is_within_its_bound_of_the_best_one(seed: int) -> None:
    vectors, relevance, values = shop(seed, 8)
    facets = Facets(open=np.random.default_rng(seed).dirichlet(np.ones(3))[:2], values=values)
    page = diversify(vectors, relevance, 3, strategy="expected_alpha", diversity=1.0, facets=facets)
    best = max(expected(relevance, facets, chosen) for chosen in itertools.combinations(range(8), 3))
    ours = expected(relevance, facets, tuple(page.indices.tolist()))
    assert (1 - 1 / np.e) * best - 1e-9 <= ours <= best + 1e-9
    assert page.gains.sum() == pytest.approx(ours)


@given(seed=seeds)
def test_codes_may_be_any_numbers(seed: int) -> None:
    vectors, relevance, values = shop(seed)
    far_apart = np.array([-(2**63), 2**63 - 1, -1, 10**6], dtype=np.int64)[values + 1]
    near_and_far = np.stack([values[0], far_apart[1]])
    pages = [
        diversify(
            vectors, relevance, 6, strategy="expected_alpha", diversity=1.0, facets=Facets(open=np.full(2, 0.5), values=codes)
        )
        for codes in (values, far_apart, near_and_far)
    ]
    assert pages[0].indices.tolist() == pages[1].indices.tolist() == pages[2].indices.tolist()


def test_there_may_be_no_facets_and_no_candidates() -> None:
    none = Facets(open=np.empty(0), values=np.empty((0, 3), dtype=np.int64))
    page = diversify(np.zeros((3, 4), np.float32), np.array([0.1, 0.9, 0.5]), 2, strategy="expected_alpha", facets=none)
    assert page.indices.tolist() == [1, 2]
    nobody = Facets.stack([1.0], [np.empty(0, dtype=np.int64)])
    assert len(diversify(np.zeros((0, 4), np.float32), np.empty(0), 2, strategy="expected_alpha", facets=nobody)) == 0


@pytest.mark.parametrize(
    ("facets", "told"),
    [
        (Facets(open=np.ones(1), values=np.zeros((1, 2), dtype=np.int64)), r"whole numbers \(F, 3\)"),
        (Facets(open=np.ones(1), values=np.zeros((1, 3))), "whole numbers"),
        (Facets(open=np.array([0.7, 0.7]), values=np.zeros((2, 3), dtype=np.int64)), "at most 1 in sum"),
        (Facets(open=np.array([-0.1]), values=np.zeros((1, 3), dtype=np.int64)), "probabilities"),
        (Facets(open=np.array([np.nan]), values=np.zeros((1, 3), dtype=np.int64)), "probabilities"),
        ("colour", "allowed: Facets"),
        (None, "facets, or groups to make them of"),
    ],
)
def test_facets_that_cannot_be_are_refused(facets: Facets, told: str) -> None:
    with pytest.raises(InputError, match=f"(?i){told}"):
        diversify(np.zeros((3, 4), np.float32), np.ones(3), 2, strategy="expected_alpha", facets=facets)
