"""Maximal marginal relevance.

Carbonell and Goldstein, "The use of MMR, diversity-based reranking", SIGIR 1998. Each step takes the candidate with the
largest ``(1 - diversity) * relevance - diversity * max cosine to those already chosen``. Cosines are not clipped at zero,
so pointing away from everything chosen is better than being at right angles to it. O(k N D) time, O(N) memory.
"""

from __future__ import annotations

import numpy as np

from assortment.diversify.candidates import Candidates


def select(candidates: Candidates, k: int, diversity: float) -> tuple[list[int], list[float]]:
    """Chooses ``k <= N`` candidates; the first is always the most relevant one, its gain has no similarity term."""
    if k == 0:
        return [], []
    worth = (1.0 - diversity) * candidates.relevance  # (N,)
    first = int(candidates.relevance.argmax())
    indices, gains = [first], [float(worth[first])]
    worth[first] = -np.inf  # never again
    nearest = candidates.similarity_to(first)  # (N,) largest cosine to a chosen one
    while len(indices) < k:
        objective = worth - diversity * nearest
        best = int(objective.argmax())
        indices.append(best)
        gains.append(float(objective[best]))
        worth[best] = -np.inf
        np.maximum(nearest, candidates.similarity_to(best), out=nearest)
    return indices, gains
