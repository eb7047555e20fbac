"""Measures of a ranked list: relevance, intent-aware diversity, distances, and how sure we can be of their means.

A ranking is a sequence of product ids, best first. Grades map ids to 0..3, a missing id counts as 0. Subtopics map ids to
the subtopics a product covers; a missing id covers none. All measures but the distances lie in [0, 1].
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Grades = Mapping[str, int]
Subtopics = Mapping[str, Collection[str]]
Floats = npt.NDArray[np.floating[Any]]

ALPHA: Final = 0.5  # how much a repeated subtopic loses, as in Clarke et al. 2008 and in ndeval
NUM_RESAMPLES: Final = 10_000
CONFIDENCE: Final = 0.95


def ndcg(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Normalised discounted cumulative gain at ``k`` with gains 2^grade - 1 and discounts log2(rank + 1).

    Burges et al. 2005. 0 when nothing is relevant.
    """
    gains = [2.0 ** grades.get(product, 0) - 1 for product in ranking[:k]]
    ideal = sorted((2.0**grade - 1 for grade in grades.values()), reverse=True)[:k]
    best = _discounted(ideal)
    return _discounted(gains) / best if best > 0 else 0.0


def alpha_ndcg(ranking: Sequence[str], subtopics: Subtopics, k: int, *, alpha: float = ALPHA) -> float:
    """Alpha-nDCG at ``k``: each further product of a subtopic counts (1 - alpha) of the one before.

    Clarke et al. 2008, "Novelty and diversity in information retrieval evaluation"; the ideal ranking is the greedy one, as
    there and in TREC's ndeval. 0 when no product covers a subtopic.
    """
    seen: Counter[str] = Counter()
    gains: list[float] = []
    for product in ranking[:k]:
        covered = subtopics.get(product, ())
        gains.append(_novelty(covered, seen, alpha))
        seen.update(covered)
    best = _discounted(_ideal_gains(subtopics, k, alpha))
    return _discounted(gains) / best if best > 0 else 0.0


def _ideal_gains(subtopics: Subtopics, k: int, alpha: float) -> list[float]:
    """Gains of the greedy ideal ranking; of equals, ndeval's choice: the product whose id sorts last.

    Products that cover the same subtopics are interchangeable, so they wait in one queue and only its end is looked at.
    """
    waiting: dict[frozenset[str], list[str]] = {}
    for product in sorted(subtopics):
        if subtopics[product]:
            waiting.setdefault(frozenset(subtopics[product]), []).append(product)
    seen: Counter[str] = Counter()
    gains: list[float] = []
    while waiting and len(gains) < k:
        gain, _, covered = max((_novelty(covered, seen, alpha), queue[-1], covered) for covered, queue in waiting.items())
        gains.append(gain)
        seen.update(covered)
        waiting[covered].pop()
        if not waiting[covered]:
            del waiting[covered]
    return gains


def _novelty(covered: Collection[str], seen: Mapping[str, int], alpha: float) -> float:
    return math.fsum((1 - alpha) ** seen.get(subtopic, 0) for subtopic in covered)


def subtopic_recall(ranking: Sequence[str], subtopics: Subtopics, k: int) -> float:
    """The share of all subtopics that the first ``k`` products cover (Zhai et al. 2003). 0 when there are none."""
    every = {subtopic for covered in subtopics.values() for subtopic in covered}
    shown = {subtopic for product in ranking[:k] for subtopic in subtopics.get(product, ())}
    return len(shown) / len(every) if every else 0.0


@dataclass(frozen=True, slots=True)
class Distance:
    """Distances 1 - cosine between the products of one list, 0 to 2."""

    mean: float
    """ILAD, the average over all pairs; 0 for fewer than two products."""
    minimum: float
    """ILMD, the closest pair; 0 for fewer than two products."""


def intra_list_distance(vectors: Floats) -> Distance:
    """How far apart the products of a list are. ``vectors`` (n, D), any length; a zero vector has cosine 0 with everything."""
    if len(vectors) < 2:
        return Distance(0.0, 0.0)
    exact = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    unit = np.divide(exact, lengths, out=np.zeros_like(exact), where=lengths > 0)
    pairs = (1 - unit @ unit.T)[np.triu_indices(len(unit), k=1)]
    return Distance(float(pairs.mean()), float(max(0.0, pairs.min())))


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


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

    The interval of no values is NaN.
    """
    exact = np.asarray(values, dtype=np.float64)
    if exact.size == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
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
        ValueError: when the two are not of the same length.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"paired values of the same queries are needed, got {len(ours)} and {len(theirs)}")
    difference = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    return bootstrap_mean(difference.tolist(), seed=seed, num_resamples=num_resamples, confidence=confidence)


def _resampled_means(values: npt.NDArray[np.float64], seed: int, num_resamples: int) -> npt.NDArray[np.float64]:
    """(num_resamples,) means of resamples. A resample is drawn as how often it takes each query: fewer numbers than indices."""
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(values.size, np.full(values.size, 1 / values.size), size=num_resamples)
    means: npt.NDArray[np.float64] = counts @ values / values.size
    return means
