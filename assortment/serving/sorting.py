"""Sorted pages: the relevant products in the order of price, rating or age.

An order covers the products of the catalogue that pass the filters and are at least half as relevant as the best of them. Further
down stand products that the query hardly meant, and the cheapest product of a shop answers no query. Only when there are too few
of them for the page, the next most relevant ones join, so that a page is full and in order.

The scorer looks at ``places`` and hands over the NUM_SCORED relevant products that come first; here they are put in their order.
"""

from __future__ import annotations

from typing import Final

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


def possible(offers: Offers, *, least: float = 0.0) -> list[str]:
    """The orders that the catalogue has data for, relevance first: of some product, and of the share ``least`` or more."""
    priced = ~np.isnan(offers.price)
    known = {
        "price_ascending": priced,
        "price_descending": priced,
        "rating": ~np.isnan(offers.rating),
        "newest": offers.added != UNKNOWN_DATE,
    }
    return [sort for sort in public.SORTS if sort not in known or (known[sort].any() and known[sort].mean() >= least)]


def check(sort: str, offers: Offers) -> None:
    """Refuses an order that the catalogue has no data for.

    Raises:
        InputError: naming the orders that it has.
    """
    known = possible(offers)
    if sort not in known:
        allowed = f"this catalogue has no data for it; allowed here: {', '.join(known)}"
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


def places(offers: Offers) -> npt.NDArray[np.int32]:
    """(len(SORTS), N) each product's place in each order, from 0: equal values share one, unknown ones have the last.

    By relevance, which depends on the query, all places are 0.
    """
    every = np.zeros((len(public.SORTS), len(offers)), dtype=np.int32)
    for order, sort in enumerate(public.SORTS[1:], start=1):
        every[order] = np.unique(_key(sort, offers, np.arange(len(offers), dtype=np.int32)), return_inverse=True)[1]
    return every


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
