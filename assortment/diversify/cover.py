"""Coverage of all candidates by those chosen: facility location with a concave transformation.

As in pyversity's COVER with its default ``gamma`` of 1/2. Candidate i covers candidate j by their cosine (negative ones are
zero), and the list covers j by the square root of the sum. Each step takes the largest
``(1 - diversity) * relevance + diversity * mean over j of what it adds to j's coverage``; so a list stands for the whole, not
for its edges. Dividing by N keeps the gain between 0 and 1.

Gains only fall (the coverage is submodular), so steps are lazy and exact (Minoux 1978). O(N^2 D + k N^2) time at worst, in fact
little more than the N x N similarities; O(N^2) memory: 16 MB at 2,000 candidates.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats, Indices, Mask, Rows, compiled, compiled_sums, most_promising, take
from assortment.diversify.greedy import Chosen, filled
from assortment.diversify.problem import Problem

TIE: Final = 1e-6
"""Gains that differ by less are equal: a matrix product in float32 rounds equal rows differently."""


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``."""
    return filled(problem, k, _select, problem.vectors @ problem.vectors.T, problem.relevance, problem.diversity)


@compiled_sums
def _covered_with(covered: Rows, similarity: Rows) -> float:
    """The sum of square roots of the coverage with one more candidate, whose cosines are ``similarity`` (N,)."""
    total = np.float32(0.0)
    for j in range(len(covered)):
        total += np.sqrt(covered[j] + max(similarity[j], np.float32(0.0)))
    return float(total)


@compiled
def _select(
    similarity: Rows, relevance: Floats, diversity: float, prefix: Indices, num_shown: int,
    open_: Mask, codes: Indices, room: Indices, indices: Indices, gains: Floats,
) -> int:  # fmt: skip
    """Fills ``indices`` and ``gains`` (k,) and returns how many there are. ``similarity`` is (N, N)."""
    share = diversity / max(len(relevance), 1)
    worth = (1.0 - diversity) * relevance
    nothing = np.zeros(len(worth), dtype=np.float32)
    covered = np.zeros(len(worth), dtype=np.float32)
    before = 0.0  # the sum of the square roots of ``covered``
    bound = np.full(len(worth), np.inf)  # (N,) the objective when last computed
    for place in range(len(indices)):
        if place < len(prefix):
            best = prefix[place]
        else:
            best = most_promising(bound, open_) if place > 0 else -1  # a good one to beat
            best_gain = -np.inf
            if best >= 0:
                best_gain = worth[best] + share * (_covered_with(covered, similarity[best]) - before)
            for i in range(len(worth)):
                if not open_[i] or i == best or bound[i] < best_gain - TIE:
                    continue
                bound[i] = worth[i] + share * (_covered_with(covered, similarity[i]) - before)
                if bound[i] > best_gain + TIE or (bound[i] >= best_gain - TIE and i < best):
                    best, best_gain = i, bound[i]
        if best < 0:
            return place
        indices[place] = best
        gains[place] = worth[best] + share * (_covered_with(covered, similarity[best]) - before)
        for j in range(len(worth)):
            covered[j] += max(similarity[best, j], np.float32(0.0))
        before = _covered_with(covered, nothing)
        if place >= num_shown:
            take(best, open_, codes, room)
    return len(indices)
