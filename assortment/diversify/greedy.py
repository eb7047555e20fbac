"""The loop of every strategy whose steps look at all candidates, and how the loops of others are called.

Strategies with lazy steps (MMR, DPP, SSD, COVER), max-sum, and expected alpha have loops of their own, compiled, to the same
rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np

from assortment.diversify.compiled import Floats, Indices, Mask, compiled, take
from assortment.diversify.problem import Problem

Chosen = tuple[list[int], list[float]]
"""Prefix and choices in order, and what each added to the objective."""

TIE: Final = 1e-12
"""Gains that differ by less are equal: sums of equal numbers differ in their last digits."""
SECOND: Final = 1e-6
"""The least weight of relevance, for strategies in which it has to decide among equals at diversity 1 too."""


class Objective(Protocol):
    """What a strategy thinks of the candidates, given what was chosen."""

    def gains(self) -> Floats:
        """(N,) what each candidate would add now; whoever is not open is ignored. It may be changed by the caller."""
        ...

    def choose(self, index: int) -> None:
        """Takes note of a choice."""
        ...


def greedy(problem: Problem, k: int, objective: Objective) -> Chosen:
    """The prefix, then up to ``k`` in all, each the open candidate of largest gain; of equals the first."""
    eligibility = problem.eligibility.copy()
    indices: list[int] = []
    gains: list[float] = []
    for place in range(k):
        values = objective.gains()
        if place < len(problem.prefix):
            best = int(problem.prefix[place])
        else:
            values[~eligibility.open] = -np.inf
            largest = values.max(initial=-np.inf)
            if largest == -np.inf:
                break
            best = int(np.argmax(values >= largest - TIE))
        indices.append(best)
        gains.append(float(values[best]))
        if place >= problem.num_shown:
            eligibility.take(best)
        if place + 1 < k:
            objective.choose(best)
    return indices, gains


def filled(problem: Problem, k: int, kernel: Callable[..., int], *own: object) -> Chosen:
    """What a compiled loop chooses: up to ``k``.

    Args:
        problem: the candidates.
        k: how many, the prefix among them.
        kernel: takes ``own``, then ``prefix, num_shown, open_, codes, room, indices, gains``; fills the last two, both (k,), and
            returns how many there are. It may change ``open_`` and ``room``.
        own: what the strategy chooses by.
    """
    indices, gains = np.empty(k, dtype=np.int64), np.empty(k)
    eligibility = problem.eligibility.copy()
    num = kernel(*own, problem.prefix, problem.num_shown, eligibility.open, eligibility.codes, eligibility.room, indices, gains)
    return indices[:num].tolist(), gains[:num].tolist()


def by_relevance(problem: Problem, k: int) -> Chosen:
    """The prefix, then the open candidates in order of relevance: what diversity 0 means for every strategy."""
    eligibility = problem.eligibility.copy()
    indices = np.empty(k, dtype=np.int64)
    num = _by_relevance(
        problem.relevance, problem.prefix, problem.num_shown, eligibility.open, eligibility.codes, eligibility.room, indices
    )
    return indices[:num].tolist(), problem.relevance[indices[:num]].tolist()


@compiled
def _by_relevance(
    relevance: Floats, prefix: Indices, num_shown: int, open_: Mask, codes: Indices, room: Indices, indices: Indices
) -> int:
    """Fills ``indices`` (k,) and returns how many there are."""
    order = np.argsort(-relevance, kind="mergesort")  # stable
    num, at = 0, 0
    while num < len(indices):
        if num < len(prefix):
            index = prefix[num]
        else:
            while at < len(order) and not open_[order[at]]:
                at += 1
            if at == len(order):
                break
            index = order[at]
        indices[num] = index
        if num >= num_shown:
            take(index, open_, codes, room)
        num += 1
    return num
