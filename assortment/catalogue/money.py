"""Prices as shops write them: "1.299,00 €", "$12.50", "CHF 1'299.-"."""

from __future__ import annotations

import math
import re
from typing import Final

SYMBOLS: Final = {"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "Kč": "CZK"}
_MONEY: Final = re.compile(r"(?P<before>[^\d+-]*?)\s*(?P<number>\d[\d.,'’\s]*?)(?:[.,][-–—]+)?\s*(?P<after>[^\d.,'’\s-]*)")
_GROUPED: Final = re.compile(r"\d{1,3}(?:([.,'’ ])\d{3})(?:\1\d{3})*")


def parse_money(written: str, *, decimal: str = "") -> tuple[float, str] | None:
    """Price and currency ("" when none is written); None for what is no price above zero, or could be two.

    ``decimal`` is the decimal mark, "." or ",". Without it the later of two different marks is the decimal one; a mark that
    comes once with three digits behind it ("1.299") may mean either, so it is refused.
    """
    match = _MONEY.fullmatch(" ".join(written.split()))
    if match is None or (match["before"] and match["after"]):
        return None
    currency = parse_currency(match["before"] or match["after"])
    number = _plain(match["number"].strip(), decimal)
    if currency is None or number is None:
        return None
    price = float(number)
    return (price, currency) if math.isfinite(price) and price > 0 else None


def parse_currency(written: str) -> str | None:
    """The ISO 4217 code of a code or a symbol, "" for an empty one; None for anything else."""
    if written in SYMBOLS:
        return SYMBOLS[written]
    return written.upper() if re.fullmatch(r"(?:[A-Za-z]{3})?", written) else None


def _plain(number: str, decimal: str) -> str | None:
    """The number with a decimal point and no marks between thousands; None when it is written in no known way."""
    if not decimal:
        found = _decimal_mark(number)
        if found is None:
            return None
        decimal = found
    whole, _, fraction = number.rpartition(decimal) if decimal and decimal in number else (number, "", "")
    if not (whole.isdecimal() or _GROUPED.fullmatch(whole)) or (decimal and decimal in whole):
        return None
    return re.sub(r"\D", "", whole) + "." + (fraction or "0") if fraction.isdecimal() or not fraction else None


def _decimal_mark(number: str) -> str | None:
    """Which mark is the decimal one, "" when there is none, None when that cannot be told."""
    marks = [mark for mark in number if mark in ".,"]
    if not marks or (len(set(marks)) == 1 and len(marks) > 1):
        return ""
    last = marks[-1]
    if len(marks) == 1 and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", number):
        return None
    return last
