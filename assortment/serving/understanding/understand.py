"""From a query as it was typed to the words to encode and the filters that the other words stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assortment.serving.filters import Filters
from assortment.serving.understanding.price_words import price_limits
from assortment.serving.understanding.told import price_told, without_told
from assortment.serving.understanding.turned_down import turned_down
from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.understanding.words import words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A query, taken apart."""

    text: str
    """The words that are left; all of them when nothing else would be."""
    without: Mapping[str, tuple[str, ...]]
    """Field of the filters, or attribute, to values that are turned down."""
    price: tuple[float | None, float | None]
    """From and to; None where there is no limit."""

    def __bool__(self) -> bool:
        return bool(self.without) or self.price != (None, None)

    def told(self) -> str:
        """For people, as in "a price up to 50; colour other than Black or Navy Blue"; empty when nothing was understood."""
        told = [price_told(*self.price)] if self.price != (None, None) else []
        return "; ".join([*told, *(without_told(name, values) for name, values in self.without.items())])

    def added_to(self, filters: Filters) -> Filters:
        """The filters with these among them; a price that the caller asks for stands."""
        without = {**filters.without}
        for name, values in self.without.items():
            without[name] = tuple(dict.fromkeys((*without.get(name, ()), *values)))
        return replace(filters, without=without, price=filters.price if filters.price != (None, None) else self.price)


def understand(text: str, known: ValueWords, *, has_prices: bool) -> Understood:
    """Takes a query apart.

    Args:
        text: as the caller wrote it.
        known: values of the catalogue.
        has_prices: whether limits of the price can be kept; where they cannot, such words stay in the text.
    """
    limits = price_limits(text) if has_prices else None
    down = turned_down(text, words_of(text), known)
    spans = down.spans
    if limits:
        apart = [span for span in spans if span[1] <= limits.start or span[0] >= limits.end]
        spans = sorted([*apart, (limits.start, limits.end)])
    left = _without(text, spans)
    return Understood(
        text=left if words_of(left) else text,
        without={name: tuple(values) for name, values in down.values.items()},
        price=(limits.low, limits.high) if limits else (None, None),
    )


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, place = [], 0
    for start, end in spans:
        kept.append(text[place:start])
        place = max(place, end)
    kept.append(text[place:])
    return " ".join(" ".join(kept).split()).strip(" ,;-/")
