"""From a query as it was typed to the words to encode and the filters that the other words stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assortment.serving.filters import Filters
from assortment.serving.understanding.phrases import phrases
from assortment.serving.understanding.price_words import price_limits
from assortment.serving.understanding.told import price_level_told, price_told, sort_told, without_told
from assortment.serving.understanding.turned_down import turned_down
from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.understanding.words import words_of
from assortment_client import contract as public

_EMPTIED: Final = re.compile(r'\( ?\)|\[ ?\]|" ?"')
_COMMAS: Final = re.compile(r"\s?,(?: ?,)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A query, taken apart."""

    text: str
    """The words that are left; all of them when nothing else would be."""
    without: Mapping[str, tuple[str, ...]]
    """Field of the filters, or attribute, to values that are turned down."""
    price: tuple[float | None, float | None]
    """From and to; None where there is no limit."""
    price_level: str = ""
    """One of PRICE_LEVELS, or empty."""
    sort: str = ""
    """One of SORTS, or empty."""

    def __bool__(self) -> bool:
        return bool(self.without or self.price_level or self.sort) or self.price != (None, None)

    def told(self) -> str:
        """For people, as in "a price up to 50; colour other than Black or Navy Blue"; empty when nothing was understood."""
        told = [price_told(*self.price)] if self.price != (None, None) else []
        told += [price_level_told(self.price_level)] if self.price_level else []
        told += [without_told(name, values) for name, values in self.without.items()]
        return "; ".join([*told, sort_told(self.sort)] if self.sort else told)

    def added_to(self, filters: Filters) -> Filters:
        """The filters with these among them; a price that the caller asks for stands."""
        without = {**filters.without}
        for name, values in self.without.items():
            without[name] = tuple(dict.fromkeys((*without.get(name, ()), *values)))
        price = filters.price if filters.price != (None, None) else self.price
        return replace(filters, without=without, price=price, price_level=filters.price_level or self.price_level)


def understand(
    text: str, known: ValueWords, *, has_prices: bool, sorts: Collection[str] = (), may_be_empty: bool = False
) -> Understood:
    """Takes a query apart.

    Args:
        text: as the caller wrote it.
        known: values of the catalogue.
        has_prices: whether limits and levels of the price can be kept; where they cannot, such words stay in the text.
        sorts: orders that words may ask for; those for another one stay.
        may_be_empty: whether no words have to be left, as beside a picture.
    """
    words = words_of(text)
    limits = price_limits(text, words, known) if has_prices else None
    down = turned_down(text, words, known)
    spans = down.spans
    for start, end in limits.spans if limits else ():
        spans = [*_apart(spans, start, end), (start, end)]
    asked = {}
    for phrase in phrases(text, words, known, {*(public.PRICE_LEVELS if has_prices else ()), *sorts}, tuple(spans)):
        spans = [*spans, (phrase.start, phrase.end)]
        asked["sort" if phrase.meaning in public.SORTS else "price_level"] = phrase.meaning
    left = _without(text, sorted(spans))
    return Understood(
        text=left if words_of(left) or (may_be_empty and spans) else text,
        without={name: tuple(values) for name, values in down.values.items()},
        price=(limits.low, limits.high) if limits else (None, None),
        **asked,
    )


def _apart(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Those that have no letter of another one."""
    return [span for span in spans if span[1] <= start or span[0] >= end]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    kept, place = [], 0
    for start, end in spans:
        kept.append(text[place:start])
        place = max(place, end)
    kept.append(text[place:])
    return _COMMAS.sub(",", _EMPTIED.sub("", " ".join(" ".join(kept).split()))).strip(" ,;-/")
