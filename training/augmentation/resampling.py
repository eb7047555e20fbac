"""How often products of each type are drawn, so that large types do not crowd out the small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def draw_weights(types: Sequence[str], balance: float) -> npt.NDArray[np.float64]:
    """(N,) weight of each product: its type's size to the power of -``balance``.

    0 draws every product alike, 1 every type alike; at 0.5 a type weighs as the root of its size.
    """
    _, number, counts = np.unique(np.array(types, dtype=object).astype(str), return_inverse=True, return_counts=True)
    weights: npt.NDArray[np.float64] = counts[number.reshape(-1)].astype(np.float64) ** -balance
    return weights
