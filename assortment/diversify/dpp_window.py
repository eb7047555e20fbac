"""Determinantal point process over a sliding window: each choice is held against the last WINDOW ones only.

Chen, Zhang and Zhou, NeurIPS 2018, section 5. On long pages what a shopper has scrolled past may come again. Similarities are
shrunk as in ``dpp``.

One Cholesky factor is kept for each candidate and choice. When the oldest choice leaves, Givens rotations turn the others into
the factorisation of the similarities among those that stay: O(w N) a step. Residuals can grow again, so steps are not lazy:
O(k N (D + w)) time, O(w N) memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.dpp import SHRINKAGE
from assortment.diversify.greedy import SECOND, Chosen, greedy
from assortment.diversify.problem import Problem
from assortment.diversify.volume import FLOOR

WINDOW: Final = 10
"""About what a shopper sees at once."""


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``."""
    return greedy(problem, k, _DppWindow(problem))


class _DppWindow:
    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._worth = max(1.0 - problem.diversity, SECOND) * problem.relevance
        self._residual = np.ones(len(problem))  # all equal at first: the first choice is the most relevant
        self._factors: list[Floats] = []  # (N,) each, of the choices in the window, oldest first
        self._chosen: list[int] = []  # those choices

    def gains(self) -> Floats:
        gains: Floats = self._worth + self._problem.diversity * np.log(np.maximum(self._residual, FLOOR))
        return gains

    def choose(self, index: int) -> None:
        similarity = SHRINKAGE * self._problem.similarity_to(index).astype(np.float64)
        similarity[index] = 1.0
        for factor in self._factors:
            similarity -= factor[index] * factor
        left = float(self._residual[index])
        factor = similarity / np.sqrt(left) if left > FLOOR else np.zeros_like(similarity)
        self._factors.append(factor)
        self._chosen.append(index)
        self._residual -= factor * factor
        if len(self._factors) > WINDOW:
            self._leave()

    def _leave(self) -> None:
        """The oldest choice leaves the window."""
        evicted = self._factors.pop(0)
        self._chosen.pop(0)
        for place, (index, factor) in enumerate(zip(self._chosen, self._factors, strict=True)):
            diagonal, beside = factor[index], evicted[index]
            length = np.hypot(diagonal, beside)
            if length > 0.0:
                self._factors[place] = (diagonal * factor + beside * evicted) / length
                evicted = (diagonal * evicted - beside * factor) / length
        self._residual += evicted * evicted
