"""Amounts of money as queries write them: "€50", "49,99 euros", "1.299 €", "1 000 €", "$2k"."""

from __future__ import annotations

import re
from typing import Final

from assortment.catalogue.money import parse_money

_WORDS: Final = r"(?:dollars?|euros?|pounds?|bucks|rupees|rs|usd|eur|gbp|inr|chf|jpy)\b\.?"
_BEFORE: Final = rf"(?:(?:(?<!\d)(?<!\d )[$€£¥₹]|\b{_WORDS})\s?)"
_BEHIND: Final = rf"(?:\s?(?:[$€£¥₹](?!\d)|\b{_WORDS}))"
"""A symbol that a digit follows is of that one."""
_PLAIN: Final = r"\d(?:[\d.,]{0,13}\d)?k?(?!\w)(?![.,]\d)"
"""At most 15 digits and marks, so that no query can keep a server busy with trying where a number ends."""
_SPACED: Final = r"[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3}){1,4}(?:[.,]\d\d?)?(?!\w)(?![.,]\d)"
AMOUNT: Final = rf"({_BEFORE}?(?:{_SPACED}(?={_BEHIND})|{_PLAIN}){_BEHIND}?)"
"""Spaces stand between thousands only where the currency is behind them: "under 500 256 gb" are two numbers."""
FIRST_AMOUNT: Final = rf"({_BEFORE}?(?:{_SPACED}|{_PLAIN}){_BEHIND}?)"
"""Where a word follows that goes with it, as in "between 1 000 and 2 000 €"."""
_CURRENCY: Final = re.compile(rf"[$€£¥₹]|\b{_WORDS}", re.IGNORECASE)
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")
_SPACES: Final = re.compile(r"(?<=\d)\s(?=\d)")
_THOUSAND: Final = 1_000


def has_currency(amount: str) -> bool:
    """Whether it names one."""
    return bool(_CURRENCY.search(amount))


def value_of(amount: str) -> float | None:
    """As a number above zero, None when it is none. A mark with just three digits behind it stands between thousands."""
    number = _CURRENCY.sub("", amount).strip().casefold()
    scale = _THOUSAND if number.endswith("k") else 1
    number = _SPACES.sub("", number.removesuffix("k"))
    if _THOUSANDS.fullmatch(number):
        number = re.sub(r"\D", "", number)
    parsed = parse_money(number, decimal=".") or parse_money(number, decimal=",")
    return None if parsed is None else parsed[0] * scale
