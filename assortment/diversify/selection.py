"""What a diversification chose, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from assortment.diversify.greedy import Chosen
from assortment.diversify.problem import Problem


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """The chosen candidates in the order chosen, without what earlier pages showed.

    All arrays have one entry for each. What explains a choice is computed when it is first asked for.
    """

    indices: npt.NDArray[np.int64]
    """(k,) positions among the candidates, distinct."""
    gains: npt.NDArray[np.float64]
    """(k,) what each choice added to the strategy's objective; comparable within one strategy only."""
    diversity: float
    """The strength that was used: the given one, or the one that ``max_relevance_loss`` allowed."""
    unmet: str
    """Empty, or why there are fewer than asked for."""
    _problem: Problem = field(repr=False)
    _best: Callable[[], float] = field(repr=False)
    """The discounted relevance of the best list under the same constraints."""

    @classmethod
    def of(cls, problem: Problem, chosen: Chosen, *, best: Callable[[], float], unmet: str) -> Selection:
        """The page of a chosen list, which begins with what earlier pages showed."""
        page = slice(problem.num_shown, None)
        return cls(
            indices=np.array(chosen[0][page], dtype=np.int64),
            gains=np.array(chosen[1][page], dtype=np.float64),
            diversity=problem.diversity,
            unmet=unmet,
            _problem=problem,
            _best=best,
        )

    def __len__(self) -> int:
        return len(self.indices)

    @cached_property
    def relevance_loss(self) -> float:
        """Share of the discounted relevance of the best list, under the same constraints, that this one gives up; 0 to 1."""
        best = self._best()
        return max(0.0, 1.0 - discounted(self._problem.relevance[self.indices]) / best) if best > 0.0 else 0.0

    @cached_property
    def given_up(self) -> npt.NDArray[np.float64]:
        """(k,) relevance of the best candidate left when this one was chosen, less its own. Caps are not looked at."""
        given_up = np.zeros(len(self))
        left = np.where(self._problem.eligibility.open, self._problem.relevance, -np.inf)
        for place, index in enumerate(self.indices.tolist()):
            given_up[place] = max(0.0, float(left.max()) - float(self._problem.relevance[index]))
            left[index] = -np.inf
        return given_up

    @property
    def nearest(self) -> npt.NDArray[np.int64]:
        """(k,) place in this selection of the most similar item chosen before; -1 for the first."""
        return self._neighbours[0]

    @property
    def similarity(self) -> npt.NDArray[np.float32]:
        """(k,) cosine to that item; 0 for the first."""
        return self._neighbours[1]

    @cached_property
    def opens(self) -> npt.NDArray[np.int64]:
        """(k,) the group that a choice is the first of, on this page and earlier ones; -1 for none, and without groups."""
        opens = np.full(self._problem.num_shown + len(self), -1, dtype=np.int64)
        names = self._problem.group_names
        if names is not None:
            groups = names[[*self._problem.prefix[: self._problem.num_shown], *self.indices]]
            firsts = np.unique(groups, return_index=True)[1]
            opens[firsts] = groups[firsts]
        return opens[self._problem.num_shown :]

    @cached_property
    def _neighbours(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        nearest = np.full(len(self), -1, dtype=np.int64)
        similarity = np.zeros(len(self), dtype=np.float32)
        if len(self) > 1:
            rows = self._problem.vectors[self.indices]
            cosines = rows @ rows.T
            cosines[np.triu_indices(len(self))] = -np.inf  # itself and later ones
            nearest[1:] = cosines[1:].argmax(axis=1)
            similarity[1:] = cosines[1:].max(axis=1)
        return nearest, similarity


def discounted(relevance: npt.NDArray[np.float64]) -> float:
    """The sum of relevance over log2(place + 1), as in nDCG, of a list (n,) in its order."""
    return float(relevance @ discounts(len(relevance)))


def discounts(num: int) -> npt.NDArray[np.float64]:
    """(num,) 1 / log2(place + 1)."""
    weights: npt.NDArray[np.float64] = 1.0 / np.log2(np.arange(2, num + 2))
    return weights
