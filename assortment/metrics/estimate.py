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


def pigeonhole_bootstrap(
    values: Sequence[Sequence[float]], *, seed: int = 0, num_resamples: int = NUM_RESAMPLES, confidence: float = CONFIDENCE
) -> Estimate:
    """The mean over runs and queries with its interval, both resampled with replacement (Owen 2007, "The pigeonhole bootstrap").

    An interval over queries alone takes one training's luck for the method's. Of one run there is nothing to resample but the
    queries, and of three the interval is still too narrow.

    Args:
        values: of each run one value for each query, in the same order.
        seed: of the resampling.
        num_resamples: how many.
        confidence: share of the resamples inside of the interval.

    Raises:
        InputError: when the runs are not of the same queries, and as ``bootstrap_mean``.
    """
    check_count("num_resamples", num_resamples)
    check_share("confidence", confidence, ends=False)
    if len({len(of_run) for of_run in values}) != 1:
        raise InputError(
            "values", f"{[len(of_run) for of_run in values]} values", "allowed: one or more runs of the same queries"
        )
    exact = np.asarray(values, dtype=np.float64)
    if exact.size == 0 or not np.isfinite(exact).all():
        raise InputError("values", "none, or not finite", "allowed: finite numbers, one or more a run")
    generator = np.random.default_rng(seed)
    num_runs, num_queries = exact.shape
    runs = generator.multinomial(num_runs, np.full(num_runs, 1 / num_runs), size=num_resamples)
    queries = generator.multinomial(num_queries, np.full(num_queries, 1 / num_queries), size=num_resamples)
    means = ((runs @ exact) * queries).sum(1) / exact.size
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Estimate(float(exact.mean()), float(low), float(high), num_queries)


def _resampled_means(values: npt.NDArray[np.float64], seed: int, num_resamples: int) -> npt.NDArray[np.float64]:
    """(num_resamples,) means of resamples. A resample is drawn as how often it takes each query: fewer numbers than indices."""
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(values.size, np.full(values.size, 1 / values.size), size=num_resamples)
    means: npt.NDArray[np.float64] = counts @ values / values.size
    return means
