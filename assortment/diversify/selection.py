"""What a diversification chose, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assortment.diversify.candidates import Candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The chosen candidates in the order chosen; all arrays have one entry for each."""

    indices: npt.NDArray[np.int64]
    """(k,) positions among the candidates, distinct."""
    gains: npt.NDArray[np.float64]
    """(k,) what each choice added to the strategy's objective; comparable within one strategy only."""
    nearest: npt.NDArray[np.int64]
    """(k,) place in this selection of the most similar item chosen before; -1 for the first."""
    similarity: npt.NDArray[np.float32]
    """(k,) cosine to that item; 0 for the first."""

    def __len__(self) -> int:
        return len(self.indices)


def explain(candidates: Candidates, indices: list[int], gains: list[float]) -> Selection:
    """Adds to each choice its nearest earlier one: k x k cosines, little beside the k x N of choosing."""
    chosen = np.asarray(indices, dtype=np.int64)
    nearest = np.full(len(chosen), -1, dtype=np.int64)
    similarity = np.zeros(len(chosen), dtype=np.float32)
    if len(chosen) > 1:
        rows = candidates.vectors[chosen]
        cosines = rows @ rows.T
        cosines[np.triu_indices(len(chosen))] = -np.inf  # itself and later ones
        nearest[1:] = cosines[1:].argmax(axis=1)
        similarity[1:] = cosines[1:].max(axis=1)
    return Selection(indices=chosen, gains=np.asarray(gains, dtype=np.float64), nearest=nearest, similarity=similarity)
