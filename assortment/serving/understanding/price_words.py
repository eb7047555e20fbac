"""Limits of the price in a query: "under 50", "between 20 and 40 euros", "over $100", "20-30 €".

A number is a price when a currency stands beside it, or when the words before it can mean nothing else of a product and no unit
follows: "under 50" is one, "under 50 inch" and "toys for kids under 12" are not, and "over 18" is none without a currency.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from assortment.catalogue.money import parse_money

_CURRENCY: Final = r"(?:[$€£¥₹]|\b(?:dollars?|euros?|pounds?|bucks|rupees|rs|usd|eur|gbp|inr|chf|jpy)\b\.?)"
_AMOUNT: Final = rf"({_CURRENCY}?\s?\d(?:[\d.,]{{0,13}}\d)?k?(?!\w)(?![.,]\d)\s?{_CURRENCY}?)"
"""At most 15 digits and marks, so that no query can keep a server busy with trying where a number ends."""
_START: Final = r"(?<!\w)(?<!\d[.,])(?:(?:that |which )?(?:costs?|costing|priced(?: at)?|for)\s+)?"
_UP_TO: Final = re.compile(
    _START
    + r"(?:under|below|less than|cheaper than|up to|at most|no more than|not more than|not over|max(?:imum)?\.?(?: of)?)\s+"
    + _AMOUNT,
    re.IGNORECASE,
)
_FROM: Final = re.compile(
    _START + r"(?:over|above|more than|at least|upwards of|from|starting at|min(?:imum)?\.?(?: of)?)\s+" + _AMOUNT, re.IGNORECASE
)
_BETWEEN: Final = re.compile(
    rf"{_START}(?:between\s+{_AMOUNT}\s+and\s+{_AMOUNT}|from\s+{_AMOUNT}\s+to\s+{_AMOUNT}|{_AMOUNT}\s*[-\u2013]\s*{_AMOUNT})",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(
    r"\s*(?:[\"\u2033'\u2032%\u00b0]|-?(?:inch(?:es)?|in|cm|mm|m|km|ft|feet|kg|g|gr|grams?|lbs?|oz|ounces?|gb|tb|mb|mp|megapixels?|mah|w|watts?|v|volts?"
    r"|hz|mhz|ghz|ml|cl|l|lit(?:er|re)s?|years?|yrs?|months?|days?|hours?|minutes?|people|persons?|players?|pieces?|pcs|packs?"
    r"|pages?|denier|cores?|carats?|karat|calories|kcal|degrees|db|decibels?|x)\b)",
    re.IGNORECASE,
)
_AGED: Final = re.compile(r"(?:kids?|child(?:ren)?|boys?|girls?|bab(?:y|ies)|toddlers?|infants?|age[ds]?)\s*$", re.IGNORECASE)
_OLDEST_CHILD: Final = 18
_THOUSAND: Final = 1_000


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """What was found."""

    start: int
    end: int
    """Where the text says so."""
    low: float | None
    high: float | None


def price_limits(text: str) -> PriceLimits | None:
    """The limits that a text sets to the price; None when it sets none. The first ones count."""
    if not any(character.isdecimal() for character in text):
        return None
    for pattern, needs_currency in ((_BETWEEN, False), (_UP_TO, False), (_FROM, True)):
        for found in pattern.finditer(text):
            amounts = [group for group in found.groups() if group]
            marked = any(re.search(_CURRENCY, amount, re.IGNORECASE) for amount in amounts)
            plain_range = pattern is _BETWEEN and found[0].lstrip()[:1].isdigit()
            if not marked and (needs_currency or plain_range or _is_something_else(text, found, amounts)):
                continue
            prices = [_price(amount) for amount in amounts]
            if any(price is None for price in prices):
                continue
            low, high = _ends(pattern, [price for price in prices if price is not None])
            return PriceLimits(found.start(), found.end(), low, high)
    return None


def _ends(pattern: re.Pattern[str], prices: list[float]) -> tuple[float | None, float | None]:
    if pattern is _BETWEEN:
        return min(prices), max(prices)
    return (None, prices[0]) if pattern is _UP_TO else (prices[0], None)


def _is_something_else(text: str, found: re.Match[str], amounts: list[str]) -> bool:
    """Whether a number without a currency is a size, an age or a count."""
    if _UNIT.match(text, found.end()):
        return True
    highest = max((_price(amount) or 0.0) for amount in amounts)
    return highest <= _OLDEST_CHILD and bool(_AGED.search(text[: found.start()]))


def _price(amount: str) -> float | None:
    number = re.sub(_CURRENCY, "", amount, flags=re.IGNORECASE).strip().casefold()
    thousands = number.endswith("k")
    number = number.removesuffix("k")
    parsed = parse_money(number, decimal=".") or parse_money(number, decimal=",")
    return None if parsed is None else parsed[0] * (_THOUSAND if thousands else 1)
