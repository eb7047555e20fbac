"""Reading single fields of raw catalogues: missing values, stray white space, prices, whole numbers, dates, attribute names."""

from __future__ import annotations

import datetime
import math
import re
from typing import Final

from assortment.catalogue.money import plain_number

MISSING: Final = ""
RESERVED: Final = frozenset({"department", "type", "brand", "category"})
"""No names for attributes: these facets come from fields of their own."""
_MISSING_MARKS: Final = frozenset({"NA", "N/A", "nan", "NaN", "null", "NULL"})
_UNKNOWN_MARKS: Final = frozenset({"na", "n/a", "n.a.", "nan", "none", "null", "-", "--", "\u2013", "\u2014"})
_UNPRINTABLE: Final = re.compile("[\0\ud800-\udfff]")  # halves of a character, which JSON may carry
_DATE_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[T ,].*)?")


def tidy(value: str) -> str:
    """White space trimmed and runs of it made one, characters that cannot be stored left out; "NA" and its like become empty."""
    value = " ".join(_UNPRINTABLE.sub(" ", value).split())
    return MISSING if value in _MISSING_MARKS else value


def parse_price(value: str) -> float | None:
    """A price above zero with a decimal point; None when ``value`` is no such number."""
    try:
        price = float(value)
    except ValueError:
        return None
    return price if math.isfinite(price) and price > 0 and "_" not in value else None


def known(value: str) -> str:
    """A brand or an attribute's value; empty for "n/a", "None", "-" and their like, however they are written."""
    return MISSING if value.casefold() in _UNKNOWN_MARKS else value


def parse_whole(value: str, *, decimal: str = "") -> int | None:
    """A whole number from 0, also when written "12.0" or "12,000,000"; None when ``value`` is none.

    Three digits behind one mark ("1,000") are thousands when ``decimal``, the decimal mark, is another one; without it they may
    be either, and so none, as in prices.
    """
    if re.fullmatch(r"\d{1,18}[.,](?:0{1,2}|0{4,})", value, re.ASCII):
        return int(re.split("[.,]", value)[0])
    whole, _, fraction = (plain_number(value, decimal) or "").partition(".")
    is_whole = re.fullmatch(r"\d{1,18}", whole, re.ASCII) and not fraction.strip("0")
    return int(whole) if is_whole else None


def parse_date(value: str) -> datetime.date | None:
    """The day of an ISO date or time, or of one written 31.12.2024; None when ``value`` is no such day."""
    if match := _DATE_FIRST.fullmatch(value):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(value):
        day, month, year = match.groups()
    else:
        return None
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def attribute_name(written: str) -> str:
    """An attribute's name as every catalogue spells it: "Product Type" is product_type, and color colour, so that shops merge."""
    name = re.sub(r"\W+", "_", written.lower()).strip("_")
    return "colour" if name == "color" else name
