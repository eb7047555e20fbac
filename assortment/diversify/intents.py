"""What shoppers who type one query may mean: several intents, how likely each is, and which candidates serve it.

xQuAD, PM-2 and calibration choose by them. They come from a model of the query, or from the candidates: the values of their
facets, each as likely as the relevance behind it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment.diversify.compiled import Floats, Indices, compiled
from assortment.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Intents:
    """I intents over N candidates."""

    weights: Floats
    """(I,) how likely each intent is, summing to 1."""
    coverage: Floats
    """(N, I) how far a candidate serves an intent, 0 to 1."""

    @classmethod
    def of_groups(cls, groups: Sequence[Indices], relevance: Floats, open_: Sequence[float] | None = None) -> Intents:
        """One intent for each value of each facet.

        A facet weighs as much as it is open: the probability that two candidates, drawn by relevance, differ in it (the
        Gini-Simpson index). Its values share that weight by their relevance. Facets that all candidates agree in, or that none
        has, weigh nothing.

        Where a model of the query tells what is open, that counts too, and a value has the relevance of its best candidate alone:
        a shopper who wants it is served by one.

        Args:
            groups: for each facet the (N,) codes of the candidates, -1 for none.
            relevance: (N,) 0 to 1.
            open_: the chance that the query leaves each facet open, one of them above 0; None when nothing tells.
        """
        weights: list[Floats] = []
        columns: list[Floats] = []
        share_of = _shares if open_ is None else _shares_of_best
        for codes, chance in zip(groups, open_ or [1.0] * len(groups), strict=True):
            values, value_of = np.unique(codes, return_inverse=True)
            if len(values) and values[0] == -1:
                values, value_of = values[1:], value_of - 1
            if not len(values) or chance <= 0.0:
                continue
            mass = share_of(value_of, len(values), relevance)
            weights.append(chance * mass * (1.0 - float(mass @ mass)))
            columns.append((value_of[:, None] == np.arange(len(values))).astype(np.float64))
        if not weights:
            return cls(weights=np.empty(0), coverage=np.empty((len(relevance), 0)))
        every = np.concatenate(weights)
        total = every.sum()
        return cls(weights=every / total if total > 0 else np.full(len(every), 1.0 / len(every)), coverage=np.hstack(columns))

    def checked(self, num_candidates: int) -> Intents:
        """These intents, as float64.

        Raises:
            InputError: for wrong shapes, values outside 0 to 1, and weights that do not sum to 1.
        """
        weights, coverage = (np.asarray(array, dtype=np.float64) for array in (self.weights, self.coverage))
        if weights.ndim != 1 or coverage.shape != (num_candidates, len(weights)):
            shapes = f"weights {weights.shape}, coverage {coverage.shape}"
            raise InputError("intents", shapes, f"allowed: weights (I,) and coverage ({num_candidates}, I)")
        for name, values in (("weights", weights), ("coverage", coverage)):
            if values.size and not (values.min() >= 0.0 and values.max() <= 1.0 + 1e-6):
                raise InputError(f"intents.{name}", "values outside", "allowed: 0 to 1")
        if len(weights) and abs(weights.sum() - 1.0) > 1e-3:
            raise InputError("intents.weights", float(weights.sum()), "allowed: weights that sum to 1")
        return Intents(weights=weights, coverage=coverage)


@compiled
def openness(codes: npt.NDArray[np.integer[Any]], relevance: Floats) -> float:
    """The probability that two candidates drawn by relevance differ in a facet, 0 to 1; those without it do not count.

    Compiled, because each search asks it of every facet.

    Args:
        codes: (N,) value of each candidate, -1 for none.
        relevance: (N,); all count alike when nothing is relevant.
    """
    known = codes >= 0
    weights = np.where(known, np.maximum(relevance, 0.0), 0.0)
    if weights.sum() <= 0.0:
        weights = known.astype(np.float64)
    total = weights.sum()
    if total <= 0.0:
        return 0.0
    mass = np.zeros(codes.max() + 1)
    for i in range(len(codes)):
        if known[i]:
            mass[codes[i]] += weights[i]
    return 1.0 - float((mass * mass).sum() / (total * total))


def _shares(value_of: npt.NDArray[np.integer[Any]], num_values: int, relevance: Floats) -> Floats:
    """(V,) share of the relevance behind each value; -1 counts for none. Equal shares by count when nothing is relevant."""
    has = value_of >= 0
    mass = np.bincount(value_of[has], weights=np.maximum(relevance[has], 0.0), minlength=num_values)
    if mass.sum() <= 0.0:
        mass = np.bincount(value_of[has], minlength=num_values).astype(np.float64)
    shares: Floats = mass / mass.sum()
    return shares


def _shares_of_best(value_of: npt.NDArray[np.integer[Any]], num_values: int, relevance: Floats) -> Floats:
    """(V,) share of each value's best candidate in the relevance of the best of all; equal ones when nothing is relevant."""
    best = np.zeros(num_values)
    has = value_of >= 0
    np.maximum.at(best, value_of[has], relevance[has])
    total = best.sum()
    return best / total if total > 0.0 else np.full(num_values, 1.0 / num_values)
