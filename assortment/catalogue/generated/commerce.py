"""Prices, ratings and stock of invented products, shaped as in real shops: skewed, rounded, sometimes missing."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from random import Random
from typing import Final

from assortment.catalogue.product import MAX_RATING

CURRENCY: Final = "EUR"
_NO_PRICE: Final = 0.015  # shares of the products
_NO_RATING: Final = 0.07
_SOLD_OUT: Final = 0.05
_NEWEST: Final = datetime.date(2025, 12, 31)  # fixed: the same seed gives the same dates
_MEAN_AGE_DAYS: Final = 500
_OLDEST_DAYS: Final = 3650
_ENDINGS: Final = (0.99, 0.95, 0.49, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a shop adds to an article."""

    price: float | None
    rating: float | None
    rating_count: int
    stock: int


def base_price(rng: Random, low: float, high: float, level: float) -> float:
    """A price of an article before rounding: log-normal, two thirds between ``low`` and ``high`` times the brand's level."""
    middle = math.sqrt(low * high)
    spread = math.log(high / low) / 2
    return level * middle * math.exp(max(-1.4, min(1.4, rng.gauss(0, 0.7))) * spread)


def base_rating(rng: Random, level: float) -> float:
    """The true quality of an article, around 4.1; dearer brands are a little better."""
    return 4.1 + 0.4 * (level - 1) + rng.gauss(0, 0.35)


def added(rng: Random) -> datetime.date:
    """When an article entered the range: most are of the last two years, a few are ten years old."""
    return _NEWEST - datetime.timedelta(days=min(_OLDEST_DAYS, int(rng.expovariate(1 / _MEAN_AGE_DAYS))))


def offer(rng: Random, *, price: float, rating: float) -> Offer:
    """One product's price, rating and stock from those of its article."""
    rated = rng.random() >= _NO_RATING
    return Offer(
        price=None if rng.random() < _NO_PRICE else _shop_price(rng, price),
        rating=round(max(1.0, min(MAX_RATING, rating + rng.gauss(0, 0.12))), 1) if rated else None,
        rating_count=1 + int(math.exp(rng.gauss(3.2, 1.4))) if rated else 0,
        stock=0 if rng.random() < _SOLD_OUT else 1 + int(rng.expovariate(1 / 40)),
    )


def _shop_price(rng: Random, price: float) -> float:
    if price >= 100:
        return float(max(99, round(price / 10) * 10 - 1))
    ending = rng.choices(_ENDINGS, weights=(6, 2, 2, 1))[0]
    return max(0.49, round(math.floor(price) + ending, 2))
