"""Maximal marginal relevance.

Carbonell and Goldstein, "The use of MMR, diversity-based reranking", SIGIR 1998. Each step takes the candidate with the
largest ``(1 - diversity) * relevance - diversity * max cosine to those already chosen``; the first is the most relevant one.

``select`` is the textbook: cosines are not clipped, so pointing away from everything chosen is better than being at right
angles to it. ``select_clipped`` takes negative cosines for zero, as pyversity does.

Steps are lazy and exact. A candidate's objective can only fall, so what it was when last computed is an upper bound, and only
candidates whose bound beats the best one found are brought up to date, against the choices they have not met.
O(k N D) time at worst, on real candidates a sixth to two thirds of that; O(N) memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats, Indices, Mask, Rows, compiled, dot, most_promising, most_relevant, take
from assortment.diversify.greedy import Chosen, filled
from assortment.diversify.problem import Problem

_LEAST_COSINE: Final = -1.01  # of two rows whose lengths are 1 within the tolerance of ``check_candidates``


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``, cosines as they are."""
    return _run(problem, k, clip=False)


def select_clipped(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``, negative cosines as zero."""
    return _run(problem, k, clip=True)


def _run(problem: Problem, k: int, *, clip: bool) -> Chosen:
    return filled(problem, k, _select, problem.vectors, problem.relevance, problem.diversity, clip)


@compiled
def _select(
    vectors: Rows, relevance: Floats, diversity: float, clip: bool, prefix: Indices, num_shown: int,
    open_: Mask, codes: Indices, room: Indices, indices: Indices, gains: Floats,
) -> int:  # fmt: skip
    """Fills ``indices`` and ``gains`` (k,) and returns how many there are."""
    worth = (1.0 - diversity) * relevance
    bound = worth + (0.0 if clip else diversity * -_LEAST_COSINE)  # (N,) the objective when last computed, or more
    nearest = np.empty(len(worth), dtype=np.float32)  # (N,) largest cosine to the choices met so far
    met = np.zeros(len(worth), dtype=np.int64)  # (N,) how many choices that was
    for place in range(len(indices)):
        best, best_gain = -1, -np.inf
        if place < len(prefix):
            best = prefix[place]
        elif place == 0:
            best = most_relevant(relevance, open_)
        else:
            best = most_promising(bound, open_)  # likely a good one to beat
            if best >= 0:
                _meet(best, place, vectors, worth, diversity, clip, indices, bound, nearest, met)
                best_gain = bound[best]
            for i in range(len(worth)):
                if not open_[i] or bound[i] < best_gain or (bound[i] == best_gain and i >= best):
                    continue
                _meet(i, place, vectors, worth, diversity, clip, indices, bound, nearest, met)
                if bound[i] > best_gain or (bound[i] == best_gain and i < best):
                    best, best_gain = i, bound[i]
        if best < 0:
            return place
        _meet(best, place, vectors, worth, diversity, clip, indices, bound, nearest, met)
        indices[place], gains[place] = best, bound[best] if place > 0 else worth[best]
        if place >= num_shown:
            take(best, open_, codes, room)
    return len(indices)


@compiled
def _meet(
    i: int, place: int, vectors: Rows, worth: Floats, diversity: float, clip: bool, indices: Indices,
    bound: Floats, nearest: Rows, met: Indices,
) -> None:  # fmt: skip
    """Brings candidate ``i`` past the first ``place`` choices."""
    if met[i] == place:
        return
    for j in range(met[i], place):
        cosine = dot(vectors[i], vectors[indices[j]])
        if clip and cosine < 0.0:
            cosine = np.float32(0.0)
        if j == 0 or cosine > nearest[i]:
            nearest[i] = cosine
    met[i] = place
    bound[i] = worth[i] - diversity * nearest[i]
