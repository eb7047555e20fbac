"""Groups in turn: one of each, then a second of each.

Each step takes the largest ``(1 - diversity) * relevance - diversity * how many of its group are chosen``. At 1 this is the plain
round robin, groups in the order of their best candidate; below, a far better candidate may come before its turn. Candidates in
no group are each a group of their own. O(k N) time, O(N) memory.
"""

from __future__ import annotations

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.greedy import SECOND, Chosen, greedy
from assortment.diversify.problem import Problem


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``; the problem has groups."""
    assert problem.groups is not None
    return greedy(problem, k, _RoundRobin(problem))


class _RoundRobin:
    def __init__(self, problem: Problem) -> None:
        assert problem.groups is not None
        self._groups, self._diversity = problem.groups, problem.diversity
        self._worth = max(1.0 - problem.diversity, SECOND) * problem.relevance
        self._count = np.zeros(len(problem))  # (N,) chosen ones of each candidate's group

    def gains(self) -> Floats:
        gains: Floats = self._worth - self._diversity * self._count
        return gains

    def choose(self, index: int) -> None:
        if (group := self._groups[index]) >= 0:
            self._count[self._groups == group] += 1.0
