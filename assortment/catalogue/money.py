"""Prices as shops write them: "1.299,00 €", "$12.50", "CHF 1'299.-"."""

from __future__ import annotations

import math
import re
from typing import Final

SYMBOLS: Final = {"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "Kč": "CZK"}
_MONEY: Final = re.compile(
    r"(?P<before>[^\d+-]*?)\s*(?P<number>\d[\d.,'\u2019\s]*?)(?:[.,][-\u2013\u2014]+)?\s*(?P<after>[^\d.,'\u2019\s-]*)"
)
_BETWEEN_THOUSANDS: Final = r"[.,'\u2019 ]"
_NO_MARK: Final = "\0"
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:([.,'\u2019 ])\d{3})(?:\1\d{3})*")


def parse_money(written: str, *, decimal: str = "") -> tuple[float, str] | None:
    """Price and currency ("" when none is written); None for what is no price above zero, or could be two.

    ``decimal`` is the decimal mark, "." or ",". Without it the later of two different marks is the decimal one; a mark that
    comes once with three digits behind it ("1.299") may mean either, so it is refused.
    """
    match = _MONEY.fullmatch(" ".join(written.split()))
    if match is None or (match["before"] and match["after"]):
        return None
    currency = parse_currency(match["before"] or match["after"])
    number = plain_number(match["number"].strip(), decimal)
    if currency is None or number is None:
        return None
    price = float(number)
    return (price, currency) if math.isfinite(price) and price > 0 else None


def parse_currency(written: str) -> str | None:
    """The ISO 4217 code of a code or a symbol, "" for an empty one; None for anything else."""
    if written in SYMBOLS:
        return SYMBOLS[written]
    return written.upper() if re.fullmatch(r"(?:[A-Za-z]{3})?", written) else None


def plain_number(number: str, decimal: str) -> str | None:
    """A number with a decimal point and no marks between thousands; None when it is written in no known way, or in two.

    ``decimal`` as ``parse_money`` has it.
    """
    mark = decimal or _decimal_mark(number)
    if mark is None:
        return None
    whole, fraction = number.rsplit(mark, 1) if mark and mark in number else (number, "0")
    if not fraction.isdecimal() or not (whole.isdecimal() or (_GROUPED.fullmatch(whole) and mark not in whole)):
        return None
    return f"{re.sub(_BETWEEN_THOUSANDS, '', whole)}.{fraction}"


def _decimal_mark(number: str) -> str | None:
    """Which mark is the decimal one, _NO_MARK when there is none, None when that cannot be told."""
    marks = [mark for mark in number if mark in ".,"]
    if not marks or (len(marks) > 1 and len(set(marks)) == 1):
        return _NO_MARK
    return None if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", number) else marks[-1]
