from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.metrics import gini, novelty

counts = st.lists(st.integers(0, 1000) | st.floats(0, 1e300), max_size=12)
popularity = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 1000))
rankings = st.lists(st.sampled_from("abcdefgh"), unique=True)


def slow_gini(values: list[float]) -> float:
    """The definition: half the mean difference of two counts, over the mean count."""
    mean = math.fsum(values) / len(values)
    pairs = math.fsum(abs(one - other) for one in values for other in values) / len(values) ** 2
    return pairs / (2 * mean)


def test_gini_by_hand() -> None:
    assert gini([5, 5, 5]) == 0
    assert gini([0, 0, 0, 9]) == 3 / 4
    assert gini([1, 3]) == pytest.approx(1 / 4)


@given(counts)
def test_gini_lies_between_equal_and_one_takes_all(values: list[float]) -> None:
    assert 0 <= gini(values) <= max(0, len(values) - 1) / max(1, len(values))
    assert gini([7] * len(values)) == 0


@given(st.lists(st.integers(0, 1000), min_size=1).filter(any), st.integers(1, 9))
def test_gini_is_that_of_its_definition_and_knows_no_unit(values: list[float], scale: int) -> None:
    assert gini(values) == pytest.approx(slow_gini(values), abs=1e-12)
    assert gini([value * scale for value in values]) == pytest.approx(gini(values), abs=1e-12)


def test_novelty_by_hand() -> None:
    sold = {"a": 8, "b": 4, "c": 4}
    assert novelty(["a"], sold) == 1
    assert novelty(["a", "b"], sold) == 3 / 2
    assert novelty(["a", "b"], sold, 1) == 1


def test_what_nobody_has_seen_counts_as_seen_once() -> None:
    assert novelty(["never"], {"a": 16}) == novelty(["never"], {"a": 16, "never": 0}) == 4


@given(rankings, popularity)
def test_novelty_lies_between_0_and_the_rarest(ranking: list[str], sold: dict[str, int]) -> None:
    found = novelty(ranking, sold)
    assert 0 <= found <= math.log2(max(1, sum(sold.values()))) + 1e-12
    assert novelty(ranking[::-1], sold) == pytest.approx(found)


def test_nothing_shown_gives_0() -> None:
    assert gini([]) == gini([0, 0]) == 0
    assert novelty([], {"a": 1}) == novelty(["a"], {}) == 0


@pytest.mark.parametrize("value", [-1, math.inf, math.nan])
def test_wrong_counts_are_named(value: float) -> None:
    with pytest.raises(ValueError, match=f"counts: {value} is not allowed; allowed: finite numbers from 0"):
        gini([1, value])
    with pytest.raises(ValueError, match=f"popularity: {value} is not allowed"):
        novelty(["a"], {"a": value})  # type: ignore[dict-item]
