"""Diversification: from many scored candidates to the few to show, relevant and unlike one another.

One strategy a file. A strategy is a greedy selection: it picks one candidate after another, so a longer page extends a
shorter one. All strategies share one scale, ``diversity``: 0 is pure relevance, 1 is pure diversity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from assortment.diversify import dpp, mmr
from assortment.diversify.candidates import Candidates, Float, check
from assortment.diversify.selection import Selection, explain
from assortment.errors import InputError

__all__ = ["STRATEGIES", "Selection", "Strategy", "diversify"]

Strategy = Callable[[Candidates, int, float], tuple[list[int], list[float]]]
"""(candidates, k <= N, diversity) -> k distinct indices in the order chosen, and the objective's gain of each choice."""

STRATEGIES: Final[dict[str, Strategy]] = {"mmr": mmr.select, "dpp": dpp.select}


def diversify(vectors: Float, relevance: Float, k: int, *, strategy: str = "mmr", diversity: float = 0.5) -> Selection:
    """Chooses ``k`` of N candidates that are relevant and unlike one another.

    Args:
        vectors: (N, D) float32 or float16, rows of unit length; what "alike" means is their dot product. A zero row is
            like nothing.
        relevance: (N,) floating point, 0 to 1.
        k: how many to choose, at least 1; with fewer candidates all of them are returned.
        strategy: a name in ``STRATEGIES``.
        diversity: 0 gives exactly the candidates sorted by relevance (equal ones by index), 1 looks at vectors only,
            starting from the most relevant candidate.

    Returns:
        The selection, min(k, N) long; empty when N is 0. Candidates of equal objective are taken by index.

    Raises:
        InputError: for a wrong shape or dtype, a value that is not finite, a row that is neither of unit length nor zero,
            and a ``k``, ``strategy`` or ``diversity`` that is not allowed.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise InputError("k", k, "allowed: a whole number, at least 1")
    if not 0.0 <= diversity <= 1.0:
        raise InputError("diversity", diversity, "allowed: 0 (pure relevance) to 1 (pure diversity)")
    if strategy not in STRATEGIES:
        raise InputError("strategy", strategy, f"allowed: {', '.join(STRATEGIES)}")
    candidates = check(vectors, relevance)
    indices, gains = STRATEGIES[strategy](candidates, min(int(k), len(candidates)), float(diversity))
    return explain(candidates, indices, gains)
