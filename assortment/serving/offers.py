"""Offers: price, rating, stock and age of each product, the columns that change while vectors stay."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment import artefacts

UNKNOWN_STOCK: Final = -1
UNKNOWN_DATE: Final = int(np.iinfo(np.int32).min)
ROW: Final = np.dtype(
    [
        ("price", np.float64),  # in the catalogue's currency; NaN unknown. Cents of large prices are lost in 32 bits
        ("rating", np.float64),  # mean, 0 to 5; NaN unknown
        ("rating_count", np.int32),
        ("stock", np.int32),  # pieces; UNKNOWN_STOCK
        ("added", np.int32),  # days since 1970-01-01; UNKNOWN_DATE
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The columns of ``artefacts.OFFERS``, each (N,) and contiguous."""

    price: npt.NDArray[np.float64]
    rating: npt.NDArray[np.float64]
    rating_count: npt.NDArray[np.int32]
    stock: npt.NDArray[np.int32]
    added: npt.NDArray[np.int32]
    mean_rating: float
    """Of the rated products; 0 when none is."""

    def __len__(self) -> int:
        return len(self.price)

    @classmethod
    def open(cls, folder: Path) -> Offers:
        """Reads the table of ``folder``."""
        return cls.of(np.load(folder / artefacts.OFFERS))

    @classmethod
    def of(cls, rows: npt.NDArray[np.void]) -> Offers:
        """The columns of (N,) ``ROW``."""
        columns = {name: np.ascontiguousarray(rows[name]) for name in ROW.names or ()}
        rated = columns["rating"][~np.isnan(columns["rating"])]
        return cls(**columns, mean_rating=float(rated.mean()) if len(rated) else 0.0)
