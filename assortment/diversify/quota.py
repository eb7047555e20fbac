"""Quotas: every group gets the share of the page that its relevance earns.

A group's quota is its share of all candidates' relevance, so a page of ten mirrors what the query found. Each step takes the
largest ``(1 - diversity) * relevance + diversity * (quota * places so far - places its group has)``, the largest remainder method
step by step. Candidates in no group have no quota. For hard limits, use a cap. O(k N) time, O(N) memory.
"""

from __future__ import annotations

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.greedy import SECOND, Chosen, greedy
from assortment.diversify.problem import Problem


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``; the problem has groups."""
    assert problem.groups is not None
    return greedy(problem, k, _Quota(problem))


class _Quota:
    def __init__(self, problem: Problem) -> None:
        assert problem.groups is not None
        self._groups, self._diversity = problem.groups, problem.diversity
        self._worth = max(1.0 - problem.diversity, SECOND) * problem.relevance
        mass = np.bincount(self._groups + 1, weights=np.maximum(problem.relevance, 0.0), minlength=1)
        mass[0] = 0.0  # no group
        shares = mass / mass.sum() if mass.sum() > 0.0 else mass
        self._quota = shares[self._groups + 1]  # (N,)
        self._count = np.zeros(len(problem))
        self._places = 0

    def gains(self) -> Floats:
        gains: Floats = self._worth + self._diversity * (self._quota * (self._places + 1) - self._count)
        return gains

    def choose(self, index: int) -> None:
        self._places += 1
        self._count[self._groups == self._groups[index]] += 1.0
