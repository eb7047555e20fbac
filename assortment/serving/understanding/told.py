"""What filters ask for, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_ORDERS: Final = {
    "price_ascending": "cheapest first",
    "price_descending": "dearest first",
    "rating": "best rated first",
    "newest": "newest first",
}

_MOST_VALUES: Final = 10


def price_told(low: float | None, high: float | None) -> str:
    """A range of prices, to stand behind "has"."""
    if low is None:
        return f"a price up to {high:g}"
    return f"a price from {low:g}" if high is None else f"a price from {low:g} to {high:g}"


def price_level_told(level: str) -> str:
    """A level of the price, to stand behind "has"."""
    return f"a price in the {'lower' if level == 'low' else 'upper'} half of its type"


def sort_told(sort: str) -> str:
    """An order of the page."""
    return _ORDERS[sort]


def without_told(name: str, values: Sequence[str]) -> str:
    """Values that are turned down, to stand behind "has"; of many, the first ones, and how many more there are."""
    whole = f"{name} other than {' or '.join(values)}"
    short = f"{name} other than {' or '.join(values[:_MOST_VALUES])} and {len(values) - _MOST_VALUES} more"
    return short if len(values) > _MOST_VALUES and len(short) < len(whole) else whole
