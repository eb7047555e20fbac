"""Reading single fields of raw catalogues: missing values, stray white space, prices."""

from __future__ import annotations

import math
from typing import Final

MISSING: Final = ""
_MISSING_MARKS: Final = frozenset({"NA", "N/A", "nan", "NaN", "null", "NULL"})


def tidy(value: str) -> str:
    """White space trimmed and runs of it made one; "NA" and its like become empty."""
    value = " ".join(value.replace("\0", " ").split())
    return MISSING if value in _MISSING_MARKS else value


def parse_price(value: str) -> float | None:
    """A price above zero with a decimal point; None when ``value`` is no such number."""
    try:
        price = float(value)
    except ValueError:
        return None
    return price if math.isfinite(price) and price > 0 and "_" not in value else None
