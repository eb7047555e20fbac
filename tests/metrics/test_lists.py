from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.metrics import category_coverage, category_entropy, duplicate_title_rate

titles = st.lists(st.sampled_from(["Red Shoe", "red  shoe", "RED SHOE!", "Blue Shoe", "Hat", "", "?"]), max_size=12)
categories = st.lists(st.sampled_from("abcdef"), max_size=20)


def test_repeated_titles_are_counted_however_they_are_written() -> None:
    assert duplicate_title_rate(["Men's Red Shoe", "mens red  shoe", "Hat", "HAT!", "hat"]) == 3 / 5
    assert duplicate_title_rate(["Red Shoe", "Red Shoes"]) == 0


def test_titles_of_which_nothing_is_left_are_no_duplicates() -> None:
    assert duplicate_title_rate(["?", "!", ""]) == 0


@given(titles)
def test_the_rate_lies_below_1_and_a_list_twice_repeats_at_least_half_of_its_names(found: list[str]) -> None:
    rate = duplicate_title_rate(found)
    assert 0 <= rate <= max(0, len(found) - 1) / max(1, len(found))
    named = [title for title in found if title not in ("", "?")]
    assert duplicate_title_rate(named * 2) >= (0.5 if named else 0)


def test_entropy_by_hand() -> None:
    assert category_entropy(["a", "a", "b", "b"]) == pytest.approx(1)
    assert category_entropy(["a", "a", "b", "b"], normalised=True) == pytest.approx(1 / 2)
    assert category_entropy(["a", "a", "a", "b"]) == pytest.approx(2 - 3 / 4 * math.log2(3))


@given(categories)
def test_entropy_lies_between_one_category_and_all_different(found: list[str]) -> None:
    entropy = category_entropy(found)
    assert 0 <= entropy <= math.log2(max(1, len(set(found)))) + 1e-12
    assert 0 <= category_entropy(found, normalised=True) <= 1
    assert category_entropy(["z"] * len(found)) == 0
    assert category_entropy(sorted(found)) == pytest.approx(entropy)
    if len(found) > 1:
        assert category_entropy([str(place) for place in range(len(found))], normalised=True) == pytest.approx(1)


def test_coverage_counts_each_category_once() -> None:
    assert category_coverage(["a", "a", "b"], ["a", "b", "c", "d"]) == 1 / 2


@given(categories)
def test_coverage_lies_between_0_and_1(found: list[str]) -> None:
    assert category_coverage(found, "abcdef") == len(set(found)) / 6


def test_empty_lists_give_0() -> None:
    assert duplicate_title_rate([]) == 0
    assert category_entropy([]) == category_entropy([], normalised=True) == category_entropy(["a"], normalised=True) == 0
    assert category_coverage([], ["a"]) == category_coverage([], []) == 0


def test_a_category_outside_the_possible_ones_is_named() -> None:
    with pytest.raises(ValueError, match="shown: 'x' is not allowed; allowed: the 2 possible categories"):
        category_coverage(["a", "x"], ["a", "b"])
