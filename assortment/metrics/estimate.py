"""How sure we can be of a mean over queries: bootstrap intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.errors import InputError
from assortment.metrics.inputs import check_count, check_share

NUM_RESAMPLES: Final = 10_000
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries and its bootstrap interval."""

    mean: float
    low: float
    high: float
    num_queries: int


def bootstrap_mean(
    values: Sequence[float], *, seed: int = 0, num_resamples: int = NUM_RESAMPLES, confidence: float = CONFIDENCE
) -> Estimate:
    """The mean of per-query values with its percentile bootstrap interval (Efron 1979), queries resampled with replacement.

    No values have no mean: mean and interval are NaN, and ``num_queries`` is 0.

    Raises:
        InputError: for a value that is not finite, or a ``num_resamples`` or ``confidence`` that is not allowed.
    """
    check_count("num_resamples", num_resamples)
    check_share("confidence", confidence, ends=False)
    exact = np.asarray(values, dtype=np.float64)
    if exact.size == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    if not np.isfinite(exact).all():
        raise InputError("values", float(exact[~np.isfinite(exact)][0]), "allowed: finite numbers, one a query")
    means = _resampled_means(exact, seed, num_resamples)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Estimate(float(exact.mean()), float(low), float(high), int(exact.size))


def paired_bootstrap(
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    seed: int = 0,
    num_resamples: int = NUM_RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The mean of ``ours - theirs`` over the same queries with its bootstrap interval: above zero, ours is better.

    Raises:
        InputError: when the two are not of the same length, and as ``bootstrap_mean``.
    """
    if len(ours) != len(theirs):
        lengths = f"{len(ours)} and {len(theirs)} values"
        raise InputError("ours, theirs", lengths, "paired values of the same queries are needed, as many of each")
    difference = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    return bootstrap_mean(difference.tolist(), seed=seed, num_resamples=num_resamples, confidence=confidence)


def _resampled_means(values: npt.NDArray[np.float64], seed: int, num_resamples: int) -> npt.NDArray[np.float64]:
    """(num_resamples,) means of resamples. A resample is drawn as how often it takes each query: fewer numbers than indices."""
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(values.size, np.full(values.size, 1 / values.size), size=num_resamples)
    means: npt.NDArray[np.float64] = counts @ values / values.size
    return means
