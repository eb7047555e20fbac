from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.metrics import calibration_divergence, calibration_error

predictions = st.lists(st.tuples(st.sampled_from([i / 20 for i in range(21)]) | st.floats(0, 1), st.integers(0, 1)), max_size=40)
wishes = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 50) | st.floats(0, 1e300))
shown = st.lists(st.sampled_from("abcdef"), max_size=12)


def slow_calibration_error(pairs: list[tuple[float, int]], num_bins: int) -> float:
    """The formula bin by bin, with mean probability and share of 1s."""
    error = 0.0
    for place in range(num_bins):
        low, high = place / num_bins, (place + 1) / num_bins
        held = [(p, happened) for p, happened in pairs if low <= p < high or (p == 1 and high == 1)]
        if held:
            predicted = math.fsum(p for p, _ in held) / len(held)
            observed = sum(happened for _, happened in held) / len(held)
            error += len(held) / len(pairs) * abs(observed - predicted)
    return error


def test_calibration_error_by_hand() -> None:
    assert calibration_error([1, 1, 0], [1, 1, 0]) == 0
    assert calibration_error([1, 0], [0, 1]) == 1
    # bins [0.2, 0.3) with a gap of |1/2 - 0.25| and [0.9, 1] with |1 - 0.9|
    assert calibration_error([0.25, 0.25, 0.9, 0.9], [0, 1, 1, 1]) == pytest.approx((0.25 + 0.1) / 2)


def test_gaps_inside_a_bin_hide_one_another_and_more_bins_show_them() -> None:
    assert calibration_error([0.1, 0.9], [1, 0], num_bins=1) == pytest.approx(0)
    assert calibration_error([0.1, 0.9], [1, 0], num_bins=2) == pytest.approx(0.9)


@given(predictions, st.integers(1, 20))
def test_calibration_error_is_that_of_a_slow_reference(pairs: list[tuple[float, int]], num_bins: int) -> None:
    found = calibration_error([p for p, _ in pairs], [happened for _, happened in pairs], num_bins=num_bins)
    assert 0 <= found <= 1
    assert found == pytest.approx(slow_calibration_error(pairs, num_bins), abs=1e-12)


def test_wrong_predictions_are_named() -> None:
    with pytest.raises(ValueError, match=r"probabilities: 1\.5 is not allowed; allowed: 0 to 1"):
        calibration_error([1.5], [1])
    with pytest.raises(ValueError, match="outcomes: 2 is not allowed; allowed: 0 and 1"):
        calibration_error([0.5], [2])
    with pytest.raises(ValueError, match="outcomes: '1 values' is not allowed; allowed: one a probability, that is 2"):
        calibration_error([0.5, 0.5], [1])
    with pytest.raises(ValueError, match="num_bins: 0 is not allowed"):
        calibration_error([0.5], [1], num_bins=0)
    with pytest.raises(ValueError, match="probabilities: nan is not allowed"):
        calibration_error([math.nan], [1])


def test_divergence_by_hand() -> None:
    wished = {"a": 0.75, "b": 0.25}
    assert calibration_divergence(["a", "a", "b", "a"], wished) == pytest.approx(0)
    smoothed_a, smoothed_b = 0.99 * 1 + 0.01 * 0.75, 0.01 * 0.25
    expected = 0.75 * math.log2(0.75 / smoothed_a) + 0.25 * math.log2(0.25 / smoothed_b)
    assert calibration_divergence(["a", "a"], wished) == pytest.approx(expected)


def test_counts_are_as_good_as_shares() -> None:
    assert calibration_divergence(["a"], {"a": 3, "b": 1}) == pytest.approx(calibration_divergence(["a"], {"a": 0.75, "b": 0.25}))


@given(shown, wishes, st.sampled_from([0.01, 0.1, 0.5]))
def test_divergence_lies_between_0_and_the_price_of_showing_nothing_wished_for(
    found: list[str], wished: dict[str, float], alpha: float
) -> None:
    worst = math.log2(1 / alpha) if any(wished.values()) else 0
    assert 0 <= calibration_divergence(found, wished, alpha=alpha) <= worst
    assert calibration_divergence(["z"], wished, alpha=alpha) == pytest.approx(worst)
    assert calibration_divergence(sorted(found), wished, alpha=alpha) == calibration_divergence(found, wished, alpha=alpha)


@given(shown.filter(bool))
def test_a_list_of_the_wished_shares_has_no_divergence(found: list[str]) -> None:
    wished = {category: found.count(category) for category in found}
    assert calibration_divergence(found, wished) == pytest.approx(0, abs=1e-12)


def test_empty_input_gives_the_documented_figures() -> None:
    assert calibration_error([], []) == 0
    assert calibration_divergence(["a"], {}) == calibration_divergence([], {"a": 0}) == 0
    assert calibration_divergence([], {"a": 1}) == pytest.approx(math.log2(100))


@pytest.mark.parametrize("alpha", [0, 1, math.nan])
def test_wrong_wishes_are_named(alpha: float) -> None:
    with pytest.raises(ValueError, match=r"alpha: .* is not allowed; allowed: 0 to 1, both excluded"):
        calibration_divergence(["a"], {"a": 1}, alpha=alpha)
    with pytest.raises(ValueError, match="wished: -1 is not allowed"):
        calibration_divergence(["a"], {"a": -1})
