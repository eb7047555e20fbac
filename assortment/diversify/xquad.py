"""Explicit query aspect diversification.

Santos, Macdonald and Ounis, "Exploiting query reformulations for web search result diversification", WWW 2010. Each step takes
the largest ``(1 - diversity) * relevance + diversity * sum over intents of weight * coverage * product over those chosen of
(1 - coverage)``: what serves a likely intent that nothing chosen serves yet. O(k N I) time, O(N I) memory.
"""

from __future__ import annotations

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.greedy import Chosen, greedy
from assortment.diversify.intents import Intents
from assortment.diversify.problem import Problem


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``; the problem has intents."""
    assert problem.intents is not None
    return greedy(problem, k, _Xquad(problem, problem.intents))


class _Xquad:
    def __init__(self, problem: Problem, intents: Intents) -> None:
        self._diversity = problem.diversity
        self._worth = (1.0 - problem.diversity) * problem.relevance
        self._coverage = intents.coverage
        self._unserved = intents.weights.copy()  # (I,) weight times the chance that no choice serves the intent

    def gains(self) -> Floats:
        gains: Floats = self._worth + self._diversity * (self._coverage @ self._unserved)
        return gains

    def choose(self, index: int) -> None:
        self._unserved *= np.maximum(1.0 - self._coverage[index], 0.0)
