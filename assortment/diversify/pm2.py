"""Proportionality: each intent gets its share of places.

Dang and Croft, "Diversity by proportionality: an election-based approach to search result diversification", SIGIR 2012. Places
go to intents as seats go to parties (Sainte-Lague): an intent of weight w that holds s places has the quotient w / (2 s + 1).
Each step takes the largest ``(1 - diversity) * relevance + diversity * relevance * (FAVOUR * quotient * coverage of the leading
intent + (1 - FAVOUR) * sum of the same over the others) / largest quotient``. A choice fills places of the intents that it
serves, by their shares in it. O(k N I) time, O(N I) memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.greedy import Chosen, greedy
from assortment.diversify.intents import Intents
from assortment.diversify.problem import Problem

FAVOUR: Final = 0.5
"""Lambda of the paper: how much the leading intent counts beside the others."""


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``; the problem has intents."""
    assert problem.intents is not None
    return greedy(problem, k, _Pm2(problem, problem.intents))


class _Pm2:
    def __init__(self, problem: Problem, intents: Intents) -> None:
        self._diversity = problem.diversity
        self._worth = (1.0 - problem.diversity) * problem.relevance
        self._votes = intents.coverage * problem.relevance[:, None]  # (N, I) how well a candidate answers each intent
        self._weights = intents.weights
        self._seats = np.zeros(len(intents.weights))

    def gains(self) -> Floats:
        quotient = self._weights / (2.0 * self._seats + 1.0)
        if not len(quotient) or quotient.max() <= 0.0:
            return self._worth.copy()
        share = (1.0 - FAVOUR) * quotient
        share[int(quotient.argmax())] *= FAVOUR / (1.0 - FAVOUR)
        gains: Floats = self._worth + self._diversity * (self._votes @ share) / quotient.max()
        return gains

    def choose(self, index: int) -> None:
        votes = self._votes[index]
        if (total := votes.sum()) > 0.0:
            self._seats += votes / total
