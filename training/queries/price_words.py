"""Words about the price. They change no grade: product vectors know no price, and a query must not be led astray by one."""

from __future__ import annotations

from typing import Final

import numpy as np

_BEFORE: Final = ("cheap", "affordable", "low price", "inexpensive", "discounted", "expensive", "premium", "budget", "best price")
_BEHIND: Final = ("on sale", "under {}", "below {}", "less than {}", "at a low price", "with discount", "that cost less than {}")
_AMOUNTS: Final = (10, 15, 20, 25, 30, 50, 80, 100, 200, 500, 999, 1000, 1500, 2000)


def add_price_words(text: str, generator: np.random.Generator) -> str:
    """A text with a price word before or behind it."""
    if generator.random() < 0.5:
        return f"{generator.choice(_BEFORE)} {text}"
    return f"{text} {str(generator.choice(_BEHIND)).format(generator.choice(_AMOUNTS))}"
