"""What filters ask for, as people read it."""

from __future__ import annotations

from collections.abc import Sequence


def price_told(low: float | None, high: float | None) -> str:
    """A range of prices, to stand behind "has"."""
    if low is None:
        return f"a price up to {high:g}"
    return f"a price from {low:g}" if high is None else f"a price from {low:g} to {high:g}"


def without_told(name: str, values: Sequence[str]) -> str:
    """Values that are turned down, to stand behind "has"."""
    return f"{name} other than {' or '.join(values)}"
