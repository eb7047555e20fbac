"""The offers of products as the columns that filters and sort orders read, and their places in each order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment import artefacts
from assortment.catalogue.product import Product
from assortment.serving import sorting
from assortment.serving.offers import ROW, UNKNOWN_DATE, UNKNOWN_STOCK, Offers

_EPOCH: Final = date(1970, 1, 1)
_MOST_PIECES: Final = int(np.iinfo(np.int32).max)


def write(folder: Path, products: Sequence[Product]) -> None:
    """Writes OFFERS: what changes while vectors stay, for filters and sort orders.

    A file in its place is replaced, not written over: it may have other links.
    """
    path = folder / artefacts.OFFERS
    path.unlink(missing_ok=True)
    np.save(path, _rows(products))


def places(products: Sequence[Product]) -> npt.NDArray[np.int32]:
    """(len(SORTS), N) as ``serving.sorting.places`` makes them."""
    return sorting.places(Offers.of(_rows(products)))


def _rows(products: Sequence[Product]) -> npt.NDArray[np.void]:
    """(N,) ``serving.offers.ROW``."""
    rows = np.empty(len(products), dtype=ROW)
    for row, product in enumerate(products):
        added: date | None = product.added
        rows[row] = (
            math.nan if product.price is None else product.price,
            math.nan if product.rating is None else product.rating,
            min(product.rating_count, _MOST_PIECES),
            UNKNOWN_STOCK if product.stock is None else max(0, min(product.stock, _MOST_PIECES)),
            UNKNOWN_DATE if added is None else (added - _EPOCH).days,
        )
    return rows
