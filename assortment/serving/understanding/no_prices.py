"""What a number without a currency is when it is no price: a size, an age, a count, a year."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from assortment.serving.understanding import inches
from assortment.serving.understanding.plain_adjectives import num_adjectives
from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.understanding.words import CONNECTORS, Word, is_plural

_UNIT: Final = re.compile(
    r"\s*(?:[\"\u2033'\u2032%\u00b0]|-?(?:inch(?:es)?|in|cm|mm|m|km|ft|feet|met(?:er|re)s?|sqm|kg|g|gr|grams?|lbs?|oz|ounces?|gb|tb|mb"
    r"|gigabytes?|terabytes?|mp|megapixels?|mah|w|watts?|lumens?|v|volts?|hz|mhz|ghz|ml|cl|l|lit(?:er|re)s?|years?|yrs?|months?|days?"
    r"|hours?|minutes?|man|people|persons?|players?|pieces?|pcs|packs?|pages?|denier|cores?|carats?|karat|calories|kcal|degrees"
    r"|db|decibels?|x)\b)",
    re.IGNORECASE,
)
_MEASURED: Final = re.compile(
    r"(?<!\d\s)\b(?:sizes?|sized|waist|bras?|heights?|lengths?|widths?|depth|diameter|weight|years?|ages?|aged|inseam|spf|capacity|volume)"
    r"(?:\s+(?:is|are|of))?[\s:(,]*$",
    re.IGNORECASE,
)
"""What is measured otherwise than in money, right before the words of a limit."""
_AGED: Final = re.compile(r"(?:kids?|child(?:ren)?|boys?|girls?|bab(?:y|ies)|toddlers?|infants?|age[ds]?)\s*$", re.IGNORECASE)
_PEOPLE: Final = re.compile(
    r"\b(?:kids?|child(?:ren)?|boys?|girls?|bab(?:y|ies)|toddlers?|infants?|teens?|teenagers?|adults?|seniors?|elderly|men|women|man"
    r"|woman|people|persons?|those|anyone|everyone|age[ds]?)(?:['\u2019]s|s['\u2019])?\s*$",
    re.IGNORECASE,
)
"""Who may be "over" a number of years, right before the words of a lower limit."""
_OLDEST_CHILD: Final = 18
_MOST_COUNTED: Final = 12
"""Of products in a query: "max 2 books" counts them, "up to 50 shoes" tells a price."""
_LOOKED_AT: Final = 40  # characters before a limit
_MORE_DIGITS: Final = re.compile(r"(?<=\d)[ \u00a0\u202f]\d{3}(?:[.,]\d\d?)?(?!\w)")
_YEARS: Final = (1900, 2100)


def is_measured(text: str, start: int) -> bool:
    """Whether what stands before ``start`` is measured otherwise than in money, as in "size between 38 and 42"."""
    return bool(_MEASURED.search(text, max(0, start - _LOOKED_AT), start))


def is_aged(text: str, start: int) -> bool:
    """Whether people stand before ``start``, so that a number behind it may be their age, as in "books for teens over 12"."""
    return bool(_PEOPLE.search(text, max(0, start - _LOOKED_AT), start))


def goes_on(text: str, end: int) -> bool:
    """Whether the number that ends at ``end`` may have more digits: "€1 000", which "€500 256 gb" does not."""
    more = _MORE_DIGITS.match(text, end)
    return more is not None and (not _UNIT.match(text, more.end()) or inches.may_be_a_word(text, more.end()))


def is_no_price(text: str, span: tuple[int, int], numbers: Sequence[float], words: Sequence[Word], known: ValueWords) -> bool:
    """Whether numbers without a currency, with the words that make limits of them, are no prices.

    Args:
        text: the query.
        span: where it has the limits.
        numbers: one limit, or both.
        words: all of the query.
        known: values of the catalogue.
    """
    start, end = span
    if is_measured(text, start) or (_UNIT.match(text, end) and not inches.is_a_word(text, end, max(numbers), words, known)):
        return True
    if len(numbers) > 1 and all(_YEARS[0] <= number <= _YEARS[1] for number in numbers):
        return True
    return max(numbers) <= _OLDEST_CHILD and bool(_AGED.search(text, max(0, start - _LOOKED_AT), start))


def counts_something(text: str, end: int, number: float, words: Sequence[Word], known: ValueWords) -> bool:
    """Whether something follows right behind a number that it may count, as in "up to 5 doors" and "max 2 books".

    That is a word that is no value and connects nothing, or a category behind a few. Behind more than a few, words that only
    describe are passed over: "max 50 waterproof" and "max 50 waterproof jacket" are prices, "max 50 waterproof pouches" is none,
    whether they are a category or not. "Under 60 waterproof" is not asked: nobody says "under" of what is counted without unit.

    Args:
        text: the query.
        end: where the number ends.
        number: itself.
        words: all of the query.
        known: values of the catalogue, which may follow: "up to 50 red shoes".
    """
    rest = _right_behind(text, end, words[bisect_left(words, end, key=attrgetter("start")) :])
    meaning = known.longest(rest, as_written=False)
    described = num_adjectives(rest) if meaning is None and number > _MOST_COUNTED else 0
    if described:
        rest = _right_behind(text, rest[described - 1].end, rest[described:])
        meaning = known.longest(rest, as_written=False)
        if meaning is not None:
            return "category" in meaning.fields and is_plural(rest[meaning.num_words - 1].text)
    if meaning is not None:
        return "category" in meaning.fields and number <= _MOST_COUNTED and number.is_integer()
    return bool(rest) and rest[0].text not in CONNECTORS


def _right_behind(text: str, end: int, words: Sequence[Word]) -> Sequence[Word]:
    """The words, if nothing but spaces and hyphens is between ``end`` and the first one; else none."""
    return words if words and not text[end : words[0].start].strip(" -") else ()
