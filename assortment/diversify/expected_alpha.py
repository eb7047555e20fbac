"""The list of highest expected alpha-nDCG, greedily: what is likely relevant and new in the facets that the query leaves open.

Alpha-nDCG (Clarke et al., "Novelty and diversity in information retrieval evaluation", SIGIR 2008) credits a result with
``(1 - ALPHA) ^ n`` when n results above it have the same value of the facet in question. Which facet that is, and which results
are relevant, is known as a probability only, and the expectation over both is, as in Agrawal et al., "Diversifying search
results", WSDM 2009,

    relevance * (nothing + sum over facets of open * product over those chosen with the same value of (1 - ALPHA * relevance))

Each step takes the largest ``(1 - diversity) * relevance + diversity * `` that. Where nothing is open it is relevance again,
so an unambiguous query is answered by its most relevant products at any strength. The sum is monotone and submodular in the list,
so the greedy list is within 1 - 1/e of the best. O(k N F) time, O(N F) memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats
from assortment.diversify.facets import Facets
from assortment.diversify.greedy import Chosen, greedy
from assortment.diversify.problem import Problem

ALPHA: Final = 0.5
"""How much of a value's worth one relevant result takes, as alpha-nDCG is measured."""


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``; the problem has facets."""
    assert problem.facets is not None
    return greedy(problem, k, _ExpectedAlpha(problem, problem.facets))


class _ExpectedAlpha:
    def __init__(self, problem: Problem, facets: Facets) -> None:
        self._relevance = problem.relevance
        self._values = facets.values
        self._always = 1.0 - problem.diversity * facets.open.sum()  # the part of relevance that no choice takes away
        self._left = np.zeros(int(facets.values.max(initial=-1)) + 1)  # by value: what is left of its facet's worth
        for open_, values in zip(facets.open, facets.values, strict=True):
            self._left[values] = problem.diversity * open_

    def gains(self) -> Floats:
        gains: Floats = self._relevance * (self._always + self._left[self._values].sum(axis=0))
        return gains

    def choose(self, index: int) -> None:
        self._left[self._values[:, index]] *= 1.0 - ALPHA * self._relevance[index]
