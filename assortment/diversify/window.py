"""The volume that the last few choices span: what is far up the page no longer counts.

``similarity`` is as in ``volume``. Both windows keep one Cholesky factor a candidate and choice. When the oldest choice leaves,

* ``exact`` gives the factorisation of the similarities among those that stay, by Givens rotations (Chen et al. 2018, section 5,
  "diversity within sliding window"): O(w N) a step;
* otherwise what the oldest one explained is given back, and what others explain stays as it was (SSD's sliding window).

Residuals can grow again, so steps are not lazy: O(k N (D + w)) time, O(w N) memory.
"""

from __future__ import annotations

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.greedy import SECOND
from assortment.diversify.problem import Problem
from assortment.diversify.volume import FLOOR, LOG


class WindowObjective:
    """``(1 - diversity) * relevance + diversity * novelty(residual)`` over the last ``window`` choices."""

    def __init__(
        self, problem: Problem, window: int, *, exact: bool, novelty: int, scale: float = 1.0, offset: float = 0.0
    ) -> None:
        self._problem, self._window, self._exact, self._novelty = problem, window, exact, novelty
        self._scale, self._offset = scale, offset
        self._worth = max(1.0 - problem.diversity, SECOND) * problem.relevance
        self._residual = np.ones(len(problem))
        self._factors: list[Floats] = []  # (N,) each, of the choices in the window, oldest first
        self._chosen: list[int] = []  # those choices

    def gains(self) -> Floats:
        """See ``Objective``. The first one is the most relevant: all residuals are 1."""
        left = np.maximum(self._residual, FLOOR)
        novelty = np.log(left) if self._novelty == LOG else np.sqrt(left)
        gains: Floats = self._worth + self._problem.diversity * novelty
        return gains

    def choose(self, index: int) -> None:
        """See ``Objective``."""
        similarity = self._scale * self._problem.similarity_to(index).astype(np.float64) + self._offset
        similarity[index] = 1.0
        for factor in self._factors:
            similarity -= factor[index] * factor
        left = float(self._residual[index])
        factor = similarity / np.sqrt(left) if left > FLOOR else np.zeros_like(similarity)
        self._factors.append(factor)
        self._chosen.append(index)
        self._residual -= factor * factor
        if len(self._factors) > self._window:
            self._leave()

    def _leave(self) -> None:
        """The oldest choice leaves the window."""
        evicted = self._factors.pop(0)
        self._chosen.pop(0)
        if self._exact:
            for place, (index, factor) in enumerate(zip(self._chosen, self._factors, strict=True)):
                diagonal, beside = factor[index], evicted[index]
                length = np.hypot(diagonal, beside)
                if length > 0.0:
                    self._factors[place] = (diagonal * factor + beside * evicted) / length
                    evicted = (diagonal * evicted - beside * factor) / length
        self._residual += evicted * evicted
