"""The list of highest expected alpha-nDCG, greedily: what is likely relevant and new in the facets that the query leaves open.

Alpha-nDCG (Clarke et al., "Novelty and diversity in information retrieval evaluation", SIGIR 2008) credits a result with
``(1 - ALPHA) ^ n`` when n results above it have the same value of the facet in question. Which facet that is, and which results
are relevant, is known as a probability only, and the expectation over both is, as in Agrawal et al., "Diversifying search
results", WSDM 2009,

    relevance * (nothing + sum over facets of open * product over those chosen with the same value of (1 - ALPHA * relevance))

Each step takes the largest ``(1 - diversity) * relevance + diversity * `` that. Where nothing is open it is relevance again,
so an unambiguous query is answered by its most relevant products at any strength. The sum is monotone and submodular in the list,
so the greedy list is within 1 - 1/e of the best. O(k N F) time, O(N F) memory, compiled.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.diversify.compiled import Floats, Indices, Mask, compiled, take
from assortment.diversify.greedy import TIE, Chosen, filled
from assortment.diversify.problem import Problem

ALPHA: Final = 0.5
"""How much of a value's worth one relevant result takes, as alpha-nDCG is measured."""


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``; the problem has facets."""
    assert problem.facets is not None
    weights, values = problem.diversity * problem.facets.open, problem.facets.values
    left = np.zeros(int(values.max(initial=-1)) + 1)
    for weight, of_facet in zip(weights, values, strict=True):
        left[of_facet] = weight
    always = 1.0 - float(weights.sum())
    return filled(problem, k, _select, problem.relevance, values, left, always)


@compiled
def _select(
    relevance: Floats, values: Indices, left: Floats, always: float, prefix: Indices, num_shown: int,
    open_: Mask, codes: Indices, room: Indices, indices: Indices, gains: Floats,
) -> int:  # fmt: skip
    """Fills ``indices`` and ``gains`` (k,) and returns how many there are.

    ``relevance`` is (N,), ``values`` (F, N) numbered across the facets, ``left`` (V,) what is left of the worth of each value's
    facet (changed), ``always`` the part of relevance that no choice takes away; the rest as in ``Problem`` and ``Eligibility``.
    """
    worth = np.empty(len(relevance))
    for place in range(len(indices)):
        _weigh(relevance, values, left, always, worth)
        best = prefix[place] if place < len(prefix) else _largest(worth, open_)
        if best < 0:
            return place
        indices[place], gains[place] = best, worth[best]
        if place >= num_shown:
            take(best, open_, codes, room)
        for facet in range(len(values)):
            left[values[facet, best]] *= 1.0 - ALPHA * relevance[best]
    return len(indices)


@compiled
def _weigh(relevance: Floats, values: Indices, left: Floats, always: float, worth: Floats) -> None:
    """What each candidate would add now, into ``worth`` (N,)."""
    worth[:] = 0.0
    for facet in range(len(values)):
        for i in range(len(worth)):
            worth[i] += left[values[facet, i]]
    for i in range(len(worth)):
        worth[i] = relevance[i] * (always + worth[i])


@compiled
def _largest(worth: Floats, open_: Mask) -> int:
    """The open candidate that is worth most, of equals the first; -1 when none is open."""
    largest = -np.inf
    for i in range(len(worth)):
        if open_[i] and worth[i] > largest:
            largest = worth[i]
    for i in range(len(worth)):
        if open_[i] and worth[i] >= largest - TIE:
            return i
    return -1
