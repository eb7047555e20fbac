"""Calibration: whether probabilities come true as often as they say, and shown categories have the shares wished for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from assortment.errors import InputError
from assortment.metrics.inputs import check_count, check_share, check_weights

NUM_BINS: Final = 10
SMOOTHING: Final = 0.01  # alpha of Steck 2018


def calibration_error(probabilities: Sequence[float], outcomes: Sequence[int], *, num_bins: int = NUM_BINS) -> float:
    """Expected calibration error: the mean gap between what was predicted and what happened, over bins of equal width.

    Naeini et al. 2015, "Obtaining well calibrated probabilities using Bayesian binning": the sum over bins of
    (predictions in the bin / all) * |share of 1s in the bin - mean probability in the bin|.

    Args:
        probabilities: of the outcome 1, each 0 to 1.
        outcomes: what happened, each 0 or 1, as many as probabilities.
        num_bins: a probability on the border of two bins belongs to the upper one, 1 to the last.

    Returns:
        0 (as predicted) to 1; 0 without predictions.

    Raises:
        InputError: for values that are not allowed, or when the two are not of the same length.
    """
    check_count("num_bins", num_bins)
    if len(probabilities) != len(outcomes):
        raise InputError("outcomes", f"{len(outcomes)} values", f"allowed: one a probability, that is {len(probabilities)}")
    for probability in probabilities:
        check_share("probabilities", probability, ends=True)
    for outcome in outcomes:
        if outcome not in (0, 1):
            raise InputError("outcomes", outcome, "allowed: 0 and 1")
    if not len(probabilities):
        return 0.0
    predicted = np.asarray(probabilities, dtype=np.float64)
    happened = np.asarray(outcomes, dtype=np.float64)
    borders = np.arange(1, num_bins) / num_bins
    bins = np.searchsorted(borders, predicted, side="right")
    gaps = np.bincount(bins, weights=happened - predicted, minlength=num_bins)
    return float(np.abs(gaps).sum() / len(predicted))


def calibration_divergence(shown: Sequence[str], wished: Mapping[str, float], *, alpha: float = SMOOTHING) -> float:
    """How far the categories of a list are from the shares wished for: 0 when they are the same, more when some are missing.

    Steck 2018, "Calibrated recommendations": the Kullback-Leibler divergence of the wished distribution p from the shown q,
    in bits, with q replaced by (1 - alpha) q + alpha p so that a category that is not shown costs much and not infinitely.

    Args:
        shown: the category of each product of the list; the order does not count.
        wished: category to its share or count, for instance a shopper's history; it is divided by its sum.
        alpha: between 0 and 1, both excluded.

    Returns:
        0 to log2(1 / alpha), 6.64 for the default. The most is reached when nothing wished for is shown, by an empty list
        too; 0 when nothing is wished for.

    Raises:
        InputError: for a wish that is negative or not finite, or an ``alpha`` that is not allowed.
    """
    check_share("alpha", alpha, ends=False)
    check_weights("wished", wished.values())
    largest = max(wished.values(), default=0)
    if largest <= 0:
        return 0.0
    total = math.fsum(weight / largest for weight in wished.values())
    counts = Counter(shown)
    terms: list[float] = []
    for category, weight in wished.items():
        p = weight / largest / total
        q = counts[category] / len(shown) if shown else 0.0
        if p > 0:
            terms.append(p * -math.log2((1 - alpha) * (q / p) + alpha))
    return min(max(0.0, math.fsum(terms)), math.log2(1 / alpha))
