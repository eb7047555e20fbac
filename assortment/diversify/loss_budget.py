"""The strongest diversity that costs at most a given share of relevance: the one control a merchant understands.

The cost of a list is the share of discounted relevance (weights 1 / log2(place + 1), as in nDCG) that it gives up against the
best list under the same constraints (with two or more caps: the one that takes the most relevant first). It does not always grow
with the strength, so a bisection could miss: instead strengths are tried from 1 down, in steps of 1 / COARSE, then upwards in
steps of 1 / FINE from the first that fits. What is found fits; it is the strongest multiple of 1 / COARSE that does, or a
stronger one within 1 / COARSE of it. Strengths below 1 / COARSE are tried at multiples of 1 / FINE downwards. Diversity 0
always fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.greedy import Chosen, by_relevance
from assortment.diversify.problem import Problem
from assortment.diversify.selection import discounted, discounts

Select = Callable[[Problem, int], Chosen]

COARSE: Final = 32
FINE: Final = 256
_GLANCE: Final = 3  # places after which a hopeless strength shows; greedy lists extend one another
_ROUNDING: Final = 1e-12


def strongest(problem: Problem, k: int, select: Select, max_loss: float) -> tuple[Problem, Chosen]:
    """The problem at the strongest diversity within the budget, and its list of up to ``k`` (prefix included)."""
    best = by_relevance(problem, k)
    floor = (1.0 - max_loss - _ROUNDING) * discounted_page(problem, best)
    top = np.sort(np.append(problem.relevance[problem.eligibility.open], problem.relevance[problem.prefix]))[::-1]

    def attempt(step: int) -> tuple[Problem, Chosen] | None:
        tried = replace(problem, diversity=step / FINE)
        if _hopeless(tried, select(tried, min(k, problem.num_shown + _GLANCE)), top[: k - problem.num_shown], floor):
            return None
        chosen = select(tried, k)
        return (tried, chosen) if discounted_page(tried, chosen) >= floor else None

    stride = FINE // COARSE
    for coarse in range(FINE, 0, -stride):
        if found := attempt(coarse):
            above = range(min(FINE, coarse + stride) - 1, coarse, -1)
            return next((stronger for fine in above if (stronger := attempt(fine))), found)
    for fine in range(stride - 1, 0, -1):
        if found := attempt(fine):
            return found
    return replace(problem, diversity=0.0), best


def discounted_page(problem: Problem, chosen: Chosen) -> float:
    """Discounted relevance of the page: what earlier pages showed does not count."""
    return discounted(problem.relevance[chosen[0][problem.num_shown :]])


def _hopeless(problem: Problem, opening: Chosen, top: Floats, floor: float) -> bool:
    """Whether a list that begins so stays below the floor even if the best of all, ``top``, follow, whatever caps say."""
    begun = len(opening[0]) - problem.num_shown
    rest = top[: max(0, len(top) - begun)]
    return discounted_page(problem, opening) + float(rest @ discounts(len(top))[begun : begun + len(rest)]) < floor
