"""Which products are shown at all: how evenly exposure falls on them, and how far from the best-sellers a list goes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from assortment.metrics.inputs import check_weights, top


def gini(counts: Sequence[float]) -> float:
    """Gini's coefficient of exposure: 0 when all products are shown equally often, near 1 when one takes everything.

    Gini 1912; for recommendations Fleder & Hosanagar 2009, "Blockbuster culture's next rise or fall". It is half the mean
    difference of two products' counts over the mean count, without a correction for small n.

    Args:
        counts: how often each product was shown, those never shown included as 0; any finite number from 0.

    Returns:
        0 to (n - 1) / n; 0 for no products and when nothing was shown.

    Raises:
        InputError: for a count that is negative or not finite.
    """
    check_weights("counts", counts)
    largest = max(counts, default=0)
    if largest <= 0:
        return 0.0
    ordered = np.sort(np.asarray(counts, dtype=np.float64) / largest)
    size = len(ordered)
    places = 2 * np.arange(1, size + 1) - size - 1
    return float(np.clip(places @ ordered / (size * ordered.sum()), 0.0, (size - 1) / size))


def novelty(ranking: Sequence[str], popularity: Mapping[str, int], k: int | None = None) -> float:
    """Mean self-information, in bits, of the products of a list: -log2 of a product's share of all popularity.

    Zhou et al. 2010, "Solving the apparent diversity-accuracy dilemma of recommender systems"; Vargas & Castells 2011. High
    when a list leaves the best-sellers.

    Args:
        ranking: product ids; the order does not count.
        popularity: product id to how often it was bought, clicked or shown. A product without a count, or with 0, is taken
            as one that was seen once: what nobody has seen has no finite self-information.
        k: how many products count; None takes the whole list.

    Returns:
        0 to log2 of the sum of all counts; 0 for an empty list and without any popularity.

    Raises:
        InputError: for a count that is negative or not finite.
    """
    check_weights("popularity", popularity.values())
    shown = top(ranking, k)
    if not shown:
        return 0.0
    total = max(1, math.fsum(popularity.values()))
    return math.fsum(math.log2(total / max(1, popularity.get(product, 0))) for product in shown) / len(shown)
