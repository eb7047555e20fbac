"""Sorted pages: the relevant products in the order of price, rating or age.

An order covers what the scorer found: of the NUM_SCORED best matches that pass the filters, those at least half as relevant as
the best. Further down stand products that the query hardly meant, and the cheapest product of a shop answers no query. Only
when there are too few of them for the page, the next most relevant ones join, so that a page is full and in order.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment.errors import InputError
from assortment.serving.facet_values import Rows
from assortment.serving.offers import UNKNOWN_DATE, Offers
from assortment_client import contract as public

LEAST_SHARE: Final = 0.5
"""Of the best product's relevance, below which a product is left out of a sorted page that others fill."""
PRIOR_RATINGS: Final = 10
"""Ratings of the catalogue's mean that are added to each product's own: one rating of 5 is no better than 100 of 4.9."""


def check(sort: str, offers: Offers) -> None:
    """Refuses an order that the catalogue has no data for.

    Raises:
        InputError: naming the orders that it has.
    """
    known = {
        "relevance": True,
        "price_ascending": _any(~np.isnan(offers.price)),
        "price_descending": _any(~np.isnan(offers.price)),
        "rating": _any(~np.isnan(offers.rating)),
        "newest": _any(offers.added != UNKNOWN_DATE),
    }
    if not known[sort]:
        allowed = f"this catalogue has no data for it; allowed here: {', '.join(name for name in public.SORTS if known[name])}"
        raise InputError(f"{public.RULES}.sort", sort, allowed)


def relevant(relevance: npt.NDArray[np.float32], num_wanted: int) -> npt.NDArray[np.bool_]:
    """Which of (n,) products, best first, a sorted page is made of: at least ``num_wanted`` of them where there are so many."""
    enough: npt.NDArray[np.bool_] = relevance >= LEAST_SHARE * relevance.max(initial=0.0)
    enough[:num_wanted] = True
    return enough


def scores(sort: str, offers: Offers, rows: Rows, relevance: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(n,) above 0 to 1, higher for what stands earlier; unknown values come last, equal ones by relevance."""
    key = _key(sort, offers, rows)
    order = np.lexsort((-relevance, key, np.isnan(key)))  # the last one decides first
    places = np.empty(len(rows), dtype=np.int64)
    places[order] = np.arange(len(rows))
    earlier_is_higher: npt.NDArray[np.float64] = 1.0 - places / max(1, len(rows))
    return earlier_is_higher


def _key(sort: str, offers: Offers, rows: Rows) -> npt.NDArray[np.float64]:
    """(n,) what is sorted by, lowest first; NaN unknown."""
    key: npt.NDArray[np.float64]
    if sort == "newest":
        added = offers.added[rows]
        key = np.where(added == UNKNOWN_DATE, np.nan, -added.astype(np.float64))
    elif sort == "rating":
        count = np.maximum(offers.rating_count[rows], 1)  # a rating whose count is not told is one
        key = -(PRIOR_RATINGS * offers.mean_rating + count * offers.rating[rows]) / (PRIOR_RATINGS + count)
    else:
        key = offers.price[rows] if sort == "price_ascending" else -offers.price[rows]
    return key


def _any(known: npt.NDArray[Any]) -> bool:
    return bool(known.any())
