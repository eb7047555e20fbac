from __future__ import annotations

import math

import numpy as np
import pytest

from training.pairs.baselines import baselines, fit_logistic, logistic, word_overlap
from training.pairs.file import Pair
from training.pairs.measures import accuracy_interval, area_under_curve, measure, wrongly_counted

PROBABILITY = np.array([0.9, 0.8, 0.4, 0.6, 0.1])
RELEVANT = np.array([True, True, True, False, False])


def test_figures_equal_a_hand_count() -> None:
    figures = measure(PROBABILITY, RELEVANT)
    assert (figures["pairs"], figures["correct"]) == (5, 3)
    assert figures["accuracy"] == 3 / 5
    assert figures["precision"] == figures["recall"] == pytest.approx(2 / 3)
    assert figures["f1"] == pytest.approx(2 / 3)
    assert figures["auc"] == pytest.approx(5 / 6)  # of six pairs of a relevant and another one, only .4 and .6 are wrong
    assert figures["log_loss"] == pytest.approx(-sum(map(math.log, (0.9, 0.8, 0.4, 0.4, 0.9))) / 5)
    assert figures["calibration_error"] == pytest.approx((0.1 + 0.2 + 0.6 + 0.6 + 0.1) / 5)


def test_a_ragged_last_batch_skews_the_mean_of_batches_and_not_the_accuracy() -> None:
    correct = np.array([True] * 8 + [False] * 2)  # batches of 4, 4 and 2
    wrong = wrongly_counted(correct, 4)
    assert correct.mean() == 0.8
    assert wrong["mean_of_batch_accuracies"] == pytest.approx(2 / 3)
    assert (wrong["accuracy_of_last_batch"], wrong["last_batch_size"]) == (0.0, 2)
    assert (wrong["lowest_batch_accuracy"], wrong["highest_batch_accuracy"]) == (0.0, 1.0)


def test_ties_count_half_and_one_class_has_no_curve() -> None:
    assert area_under_curve(np.full(5, 0.3), RELEVANT) == 0.5
    assert math.isnan(area_under_curve(PROBABILITY, np.ones(5, dtype=bool)))


def test_the_interval_resamples_queries() -> None:
    correct = np.repeat([True, False], 50)
    low, high = accuracy_interval(correct, ["a"] * 50 + ["b"] * 50, seed=0)
    assert (low, high) == (0.0, 1.0)
    low, high = accuracy_interval(correct, [str(i) for i in range(100)], seed=0)
    assert 0.35 < low < 0.5 < high < 0.65


def test_logistic_regression_finds_the_slope() -> None:
    x = np.linspace(-3, 3, 400)[:, None]
    truth = np.random.default_rng(0).random(400) < logistic(x, np.array([2.0, 0.5]))
    assert fit_logistic(x, truth) == pytest.approx([2.0, 0.5], abs=0.5)


def test_each_baseline_knows_only_its_own() -> None:
    def pair(query: str, desc: str, price: float | None) -> Pair:
        return Pair(line=2, label=None, query=query, desc=desc, price=price)

    by_price = [pair("shirt", "lamp", price) for price in (1.0, 2.0, 50.0, 60.0) * 5]
    by_words = [pair("red shirts", desc, None) for desc in ("Red shirt", "shirt, red", "lamp", "shoes") * 5]
    truth = np.array([True, True, False, False] * 5)
    assert word_overlap(by_words[0]) == 1.0
    for pairs, right, blind in ((by_price, "price_only", "word_overlap"), (by_words, "word_overlap", "price_only")):
        found = baselines(pairs, truth, pairs, truth)
        assert found[right]["accuracy"] == 1.0
        assert found[blind]["auc"] == found["majority"]["auc"] == 0.5


def test_separable_classes_do_not_overflow() -> None:
    weights = fit_logistic(np.array([[0.0], [1000.0]]), np.array([False, True]))
    assert np.isfinite(weights).all()
