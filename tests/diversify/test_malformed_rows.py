"""Values that no strategy could live with are found wherever they stand, and unusual layouts are taken."""

from __future__ import annotations

import numpy as np
import pytest

from assortment.diversify import STRATEGIES, Constraints, diversify
from assortment.errors import InputError


def unit_rows(number: int, dims: int) -> np.ndarray:
    rows = np.random.default_rng(dims).normal(size=(number, dims))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dims", [1, 3, 8, 31, 384])
def test_a_value_that_is_not_finite_is_found_at_every_place_of_a_row(dims: int, wrong: float, dtype: type) -> None:
    for place in sorted({0, dims // 2, dims - 1}):
        rows = unit_rows(5, dims).astype(dtype)
        rows[3, place] = wrong
        with pytest.raises(InputError, match=r"^vectors\[3\]: .* allowed: finite values, unit length"):
            diversify(rows, np.full(5, 0.5), 2)


def test_opposite_infinities_do_not_cancel() -> None:
    rows = unit_rows(5, 8)
    rows[2, :2] = np.inf, -np.inf
    with pytest.raises(InputError, match=r"^vectors\[2\]"):
        diversify(rows, np.full(5, 0.5), 2)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_scores_that_a_model_rounded_past_their_range_are_taken(strategy: str) -> None:
    for score in (-5e-4, 0.0, 1.0005):
        for diversity in (1e-300, 0.5, 1.0):
            relevance, groups = np.full(4, score), np.full(4, -1)
            page = diversify(unit_rows(4, 8), relevance, 4, strategy=strategy, diversity=diversity, groups=groups)
            assert sorted(page.indices.tolist()) == [0, 1, 2, 3]
            assert np.isfinite(page.gains).all()
            assert page.relevance_loss == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("strategy", ["dpp", "dpp_published", "dpp_window", "ssd"])
@pytest.mark.parametrize("dims", [1, 2, 8])
def test_more_choices_than_dimensions_are_all_made(strategy: str, dims: int) -> None:
    relevance = np.random.default_rng(0).random(100)
    for diversity in (0.1, 0.9, 1.0):
        page = diversify(unit_rows(100, dims), relevance, 100, strategy=strategy, diversity=diversity)
        assert sorted(page.indices.tolist()) == list(range(100))
        assert np.isfinite(page.gains).all()


def test_rows_and_scores_of_any_memory_order_are_taken() -> None:
    rows, relevance = unit_rows(20, 8), np.random.default_rng(1).random(20)
    expected = diversify(rows, relevance, 5).indices
    twice = np.repeat(np.repeat(rows, 2, axis=0), 2, axis=1)[::2, ::2]
    for same in (np.asfortranarray(rows), twice):
        np.testing.assert_array_equal(diversify(same, relevance[::-1][::-1], 5).indices, expected)


def test_nothing_given_is_changed() -> None:
    rows, relevance, groups = unit_rows(20, 8), np.random.default_rng(1).random(20), np.arange(20) % 3
    copies = rows.copy(), relevance.copy(), groups.copy()
    for strategy in STRATEGIES:
        diversify(rows, relevance, 5, strategy=strategy, groups=groups, constraints=Constraints(shown=[1], pinned=[2]))
    for given, copy in zip((rows, relevance, groups), copies, strict=True):
        np.testing.assert_array_equal(given, copy)


@pytest.mark.parametrize("positions", [[1.5], np.array([False, True])])
def test_positions_that_are_no_whole_numbers_are_refused(positions: object) -> None:
    with pytest.raises(InputError, match=r"^excluded"):
        diversify(unit_rows(3, 8), np.full(3, 0.5), 2, constraints=Constraints(excluded=positions))  # type: ignore[arg-type]
