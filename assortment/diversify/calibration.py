"""Calibration: the list has intents in the proportions in which the query has them.

Steck, "Calibrated recommendations", RecSys 2018. Each step takes the largest ``(1 - diversity) * relevance - diversity * KL(p,
q)``, where p are the intents' weights and q their shares in the list with this candidate, mixed with SMOOTHING of p so that no
logarithm is infinite. The divergence is a submodular gain, so the greedy list is within 1 - 1/e of the best one.
O(k N I) time and O(N I) memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.greedy import Chosen, greedy
from assortment.diversify.intents import Intents
from assortment.diversify.problem import Problem

SMOOTHING: Final = 0.01
"""Alpha of the paper."""


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``; the problem has intents."""
    assert problem.intents is not None
    return greedy(problem, k, _Calibration(problem, problem.intents))


class _Calibration:
    def __init__(self, problem: Problem, intents: Intents) -> None:
        self._diversity = problem.diversity
        self._worth = (1.0 - problem.diversity) * problem.relevance
        likely = intents.weights > 0.0  # an intent of weight 0 has no part in the divergence
        self._wanted = intents.weights[likely]
        total = intents.coverage.sum(axis=1, keepdims=True)
        self._shares = np.divide(intents.coverage, total, out=np.zeros_like(intents.coverage), where=total > 0)[:, likely]
        self._sum = np.zeros(len(self._wanted))
        self._num = 0

    def gains(self) -> Floats:
        shares = (self._sum + self._shares) / (self._num + 1)  # (N, I) of the list with each candidate
        smooth = (1.0 - SMOOTHING) * shares + SMOOTHING * self._wanted
        divergence = np.log(self._wanted / smooth) @ self._wanted  # (N,)
        gains: Floats = self._worth - self._diversity * divergence
        return gains

    def choose(self, index: int) -> None:
        self._sum += self._shares[index]
        self._num += 1
