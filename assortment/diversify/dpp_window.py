"""Determinantal point process over a sliding window: each choice is held against the last WINDOW ones only.

Chen, Zhang and Zhou, NeurIPS 2018, section 5. On long pages what a shopper has scrolled past may come again. Similarities are
shrunk as in ``dpp``. O(k N (D + w)) time, O(w N) memory.
"""

from __future__ import annotations

from typing import Final

from assortment.diversify.dpp import SHRINKAGE
from assortment.diversify.greedy import Chosen, greedy
from assortment.diversify.problem import Problem
from assortment.diversify.volume import LOG
from assortment.diversify.window import WindowObjective

WINDOW: Final = 10
"""About what a shopper sees at once."""


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``."""
    return greedy(problem, k, WindowObjective(problem, WINDOW, exact=True, novelty=LOG, scale=SHRINKAGE))
