"""Which facets a query leaves open, and the candidates' values of them: what ``expected_alpha`` chooses by.

They come from a model of the query. "nike" leaves the type open, "nike running shoes for men" next to nothing; what is left of
1 is the chance that nothing is open, that is, that the shopper wants the best answers and no choice between kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment.diversify.compiled import Floats, Indices
from assortment.errors import InputError

_ROUNDING = 1e-3  # of a sum of probabilities that a model computed in float32
_WIDE = 1 << 12  # codes of a facet from lowest to highest, from which on they are numbered anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """F facets over N candidates."""

    open: Floats
    """(F,) how likely it is that the query leaves each facet open before all others; at most 1 in sum."""
    values: Indices
    """(F, N) the value that each candidate has, by any code; -1 for none, which counts as a value too."""

    @classmethod
    def of_groups(cls, groups: Indices) -> Facets:
        """The groups (N,) as the one facet that is open for sure."""
        return cls(open=np.ones(1), values=groups[np.newaxis])

    @classmethod
    def stack(cls, open_: Sequence[float], columns: Sequence[npt.NDArray[np.integer[Any]]]) -> Facets:
        """One column (N,) of codes a facet, one facet at least."""
        return cls(open=np.asarray(open_, dtype=np.float64), values=np.stack(columns).astype(np.int64))

    def checked(self, num_candidates: int) -> Facets:
        """These facets, with values numbered from 0 across all facets: the value of one facet is never that of another.

        Not every number has to be there: codes that lie close together keep their distances, which is quicker than to count them.

        Raises:
            InputError: for wrong shapes and dtypes, and for probabilities outside 0 to 1 or above 1 in sum.
        """
        open_, values = np.asarray(self.open, dtype=np.float64), np.asarray(self.values)
        if open_.ndim != 1 or values.shape != (len(open_), num_candidates) or not np.issubdtype(values.dtype, np.integer):
            told = f"open {open_.shape}, values {values.shape} of dtype {values.dtype}"
            raise InputError("facets", told, f"allowed: open (F,) and whole numbers (F, {num_candidates})")
        if open_.size and not (open_.min() >= 0.0 and open_.sum() <= 1.0 + _ROUNDING):  # False for NaN
            raise InputError("facets.open", open_.tolist(), "allowed: probabilities, at most 1 in sum")
        values = values.astype(np.int64)
        if not values.size:
            return Facets(open=open_, values=values)
        lowest = values.min(axis=1)
        spans = values.max(axis=1) - lowest + 1  # 0 or less where that overflows
        numbered = values - lowest[:, np.newaxis]
        for facet in np.flatnonzero((spans > _WIDE) | (spans <= 0)):
            distinct, numbered[facet] = np.unique(values[facet], return_inverse=True)
            spans[facet] = len(distinct)
        starts = np.cumsum(spans) - spans
        return Facets(open=open_, values=numbered + starts[:, np.newaxis])
