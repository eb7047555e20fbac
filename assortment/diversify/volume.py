"""How much of each candidate is new: the part of its vector outside the span of the chosen ones, kept without building it.

DPP and SSD both grow the volume that the chosen vectors span. ``residual`` is the squared length that is left of a candidate
once the directions of the chosen ones are taken out, by an incremental Cholesky factorisation of the similarities: one dot
product and t multiplications to bring a candidate past the t-th choice (Chen et al. 2018, section 4). Their similarity is
``scale * cosine + offset`` between two candidates and 1 to itself.

Steps are lazy and exact: a residual only falls, so an objective computed earlier is an upper bound (Hemmi et al., "Lazy and
fast greedy MAP inference for determinantal point process", NeurIPS 2022, arXiv 2206.05947).
O(k N (D + k)) time at worst, O(k N) memory.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from assortment.diversify.compiled import (
    Floats,
    Indices,
    Mask,
    Rows,
    compiled,
    compiled_sums,
    dot,
    most_promising,
    most_relevant,
    take,
)
from assortment.diversify.greedy import Chosen, filled
from assortment.diversify.problem import Problem

LOG: Final = 0
"""A candidate's worth grows with the logarithm of its residual: DPP."""
ROOT: Final = 1
"""It grows with the residual length: SSD."""
FLOOR: Final = 1e-6
"""Of a residual; less is the rounding of float32 dot products. What lies that far inside the span adds no direction, and follows
in the order of relevance."""


def select(problem: Problem, k: int, *, novelty: int, scale: float = 1.0, offset: float = 0.0) -> Chosen:
    """Chooses up to ``k`` by ``(1 - diversity) * relevance + diversity * novelty(residual)``; the first is the most relevant."""
    return filled(problem, k, _fill, problem.vectors, problem.relevance, problem.diversity, novelty, scale, offset)


@compiled
def gain_of(worth: float, diversity: float, residual: float, novelty: int) -> float:
    """The objective of one candidate."""
    if diversity == 0.0:
        return worth
    left = max(residual, FLOOR)
    return worth + diversity * (math.log(left) if novelty == LOG else math.sqrt(left))


@compiled
def _fill(
    vectors: Rows, relevance: Floats, diversity: float, novelty: int, scale: float, offset: float, prefix: Indices,
    num_shown: int, open_: Mask, codes: Indices, room: Indices, indices: Indices, gains: Floats,
) -> int:  # fmt: skip
    """Fills ``indices`` and ``gains`` (k,) and returns how many there are."""
    num = len(relevance)
    worth = (1.0 - diversity) * relevance
    residual = np.ones(num)
    factor = np.empty((num, len(indices)))  # row i: Cholesky factors of candidate i with the choices it has met
    met = np.zeros(num, dtype=np.int64)
    bound = np.empty(num)  # (N,) the objective when last computed
    for i in range(num):
        bound[i] = gain_of(worth[i], diversity, 1.0, novelty)
    objective, state = (diversity, novelty, scale, offset), (residual, factor, met, bound)
    for place in range(len(indices)):
        best, best_gain = -1, -np.inf
        if place < len(prefix):
            best = prefix[place]
        elif place == 0:
            best = most_relevant(relevance, open_)
        else:
            best = most_promising(bound, open_)  # likely a good one to beat
            if best >= 0:
                _meet(best, place, best_gain, vectors, indices, worth, objective, state)
                best_gain = bound[best]
            for i in range(num):
                if not open_[i] or bound[i] < best_gain or (bound[i] == best_gain and i >= best):
                    continue
                _meet(i, place, best_gain, vectors, indices, worth, objective, state)
                if bound[i] > best_gain or (bound[i] == best_gain and i < best):
                    best, best_gain = i, bound[i]
        if best < 0:
            return place
        _meet(best, place, -np.inf, vectors, indices, worth, objective, state)
        indices[place], gains[place] = best, bound[best]
        if place >= num_shown:
            take(best, open_, codes, room)
    return len(indices)


@compiled
def _meet(
    i: int, place: int, beat: float, vectors: Rows, indices: Indices, worth: Floats,
    objective: tuple[float, int, float, float], state: tuple[Floats, Floats, Indices, Floats],
) -> None:  # fmt: skip
    """Takes the first ``place`` choices out of candidate ``i``, one after the other, while it can still reach ``beat``."""
    diversity, novelty, scale, offset = objective
    residual, factor, met, bound = state
    while met[i] < place and bound[i] >= beat:
        step = met[i]
        choice = indices[step]
        explained = _dot(factor[choice, :step], factor[i, :step])
        part = 0.0
        if residual[choice] > FLOOR:
            part = float(scale * dot(vectors[i], vectors[choice]) + offset - explained) / math.sqrt(residual[choice])
        factor[i, step] = part
        residual[i] = max(residual[i] - part * part, 0.0)
        met[i] = step + 1
        bound[i] = gain_of(worth[i], diversity, residual[i], novelty)


@compiled_sums
def _dot(a: Floats, b: Floats) -> float:
    """The dot product of two rows of factors."""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total
