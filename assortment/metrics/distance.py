"""How unlike one another the products of a list are, by their vectors.

What "unlike" means is the caller's choice of vectors, one row a product in any order: text vectors give unlike titles and
descriptions, picture vectors unlike looks, the index's product vectors what the server itself compares. Rows need not have
unit length. A zero row is like itself and has cosine 0 with everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assortment.metrics.inputs import Floats, unit_rows


@dataclass(frozen=True, slots=True)
class Distance:
    """Distances 1 - cosine between the products of one list, 0 to 2."""

    mean: float
    """ILAD, the average over all pairs; 0 for fewer than two products."""
    minimum: float
    """ILMD, the closest pair; 0 for fewer than two products."""


def intra_list_distance(vectors: Floats) -> Distance:
    """How far apart the products of a list are. ``vectors`` (n, D), any length; a zero vector has cosine 0 with everything.

    The average is the intra-list similarity of Ziegler et al. 2005, "Improving recommendation lists through topic
    diversification", turned into a distance; it hides one pair of twins in a varied list, which the minimum shows.
    """
    unit = unit_rows("vectors", vectors)
    if len(unit) < 2:
        return Distance(0.0, 0.0)
    pairs = (1 - unit @ unit.T)[np.triu_indices(len(unit), k=1)].clip(0.0, 2.0)
    return Distance(float(pairs.mean()), float(pairs.min()))


def vendi_score(vectors: Floats) -> float:
    """The effective number of different products in a list: 1 when all are alike, n when every two have cosine 0.

    Friedman & Dieng 2022, "The Vendi Score: A diversity evaluation metric for machine learning": the exponential of the
    entropy of the eigenvalues of K / n, where K (n, n) holds the cosines.

    Args:
        vectors: (n, D), rows of any length.

    Returns:
        1 to n; 0 for an empty list.
    """
    unit = unit_rows("vectors", vectors)
    if not len(unit):
        return 0.0
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, 1.0)  # of a zero row too
    shares = np.linalg.eigvalsh(cosines / len(unit))
    shares = shares[shares > 0]  # rounding leaves tiny negative ones
    return float(np.exp(-(shares * np.log(shares)).sum()).clip(1.0, len(unit)))
