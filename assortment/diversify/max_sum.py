"""Maximal sum of distances.

Borodin, Lee and Ye, "Max-sum diversification, monotone submodular functions and dynamic updates", PODS 2012. Each step takes
the largest ``(1 - diversity) * relevance + diversity * sum of (1 - cosine) to those chosen / PAGE``; the first is the most
relevant. The sum grows with every choice; the constant PAGE keeps it comparable with other strategies on a usual page, and
lets a longer selection extend a shorter one. O(k N D) time, O(N) memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats, Indices, Mask, Rows, compiled, dot, most_relevant, take
from assortment.diversify.greedy import Chosen, filled
from assortment.diversify.problem import Problem

PAGE: Final = 10


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``."""
    return filled(problem, k, _select, problem.vectors, problem.relevance, problem.diversity)


@compiled
def _select(
    vectors: Rows, relevance: Floats, diversity: float, prefix: Indices, num_shown: int,
    open_: Mask, codes: Indices, room: Indices, indices: Indices, gains: Floats,
) -> int:  # fmt: skip
    """Fills ``indices`` and ``gains`` (k,) and returns how many there are."""
    share = diversity / PAGE
    objective = (1.0 - diversity) * relevance
    for place in range(len(indices)):
        best, best_gain = -1, -np.inf
        if place < len(prefix):
            best = prefix[place]
        elif place == 0:
            best = most_relevant(relevance, open_)
        else:
            for i in range(len(objective)):
                if open_[i] and objective[i] > best_gain:
                    best, best_gain = i, objective[i]
        if best < 0:
            return place
        indices[place], gains[place] = best, objective[best]
        if place >= num_shown:
            take(best, open_, codes, room)
        if place + 1 < len(indices):
            for i in range(len(objective)):
                objective[i] += share * (1.0 - dot(vectors[i], vectors[best]))
    return len(indices)
