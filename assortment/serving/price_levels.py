"""What is cheap and what is dear among products of one type: the halves that a filter asks for, and the thirds that a page mixes.

Both follow the offers of a catalogue version: they are made where its tables are opened, and stand in no file.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.serving.facet import Facet
from assortment.serving.facet_values import Codes, Mask

PRICE_BAND: Final = "price_band"
"""The facet of the thirds."""
_BANDS: Final = ("low", "middle", "high")
_MIDDLE: Final = 1


def price_levels(types: Codes, price: npt.NDArray[np.float64]) -> tuple[Mask, Mask, Facet]:
    """The halves and the thirds of each type's known prices; products of no type are one type.

    Args:
        types: (N,) code of each product's type, -1 for none.
        price: (N,) all in one currency; NaN unknown, which is in no half and no third.

    Returns:
        (N,) which products cost at most what the middle one of their type costs; (N,) which at least that; the third of each:
        low, middle or high. Equal prices are in one third; a price that reaches from the lower into the upper one is the middle.
    """
    known = np.flatnonzero(np.isfinite(price))
    rows = known[np.lexsort((price[known], types[known]))]  # one type after the other, the cheapest first
    first = np.flatnonzero(np.diff(types[rows], prepend=-2))
    num = np.diff(first, append=len(rows))  # (T,) prices of each type

    def at(place: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """For each of ``rows``, the price at the place (T,) of its type, from 0."""
        return np.repeat(price[rows[first + place]], num)

    costs = price[rows]
    low, high = np.zeros(len(price), dtype=np.bool_), np.zeros(len(price), dtype=np.bool_)
    low[rows], high[rows] = costs <= at((num - 1) // 2), costs >= at(num // 2)
    third = np.maximum(1, (num + 1) // 3)
    cheap, dear = at(third - 1), at(num - third)
    differ = cheap < dear
    codes = np.full(len(price), -1, dtype=np.int32)
    codes[rows] = _MIDDLE
    codes[rows[np.where(differ, costs <= cheap, costs < cheap)]] = _MIDDLE - 1
    codes[rows[np.where(differ, costs >= dear, costs > dear)]] = _MIDDLE + 1
    return low, high, Facet(values=_BANDS, codes=codes)
