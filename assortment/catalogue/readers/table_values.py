"""Values of a shop's own table as a product has them. What cannot be used is reported with its line, and left out."""

from __future__ import annotations

import datetime
import html
import json
import math
from dataclasses import dataclass
from typing import Any

from assortment.catalogue.fields import attribute_name, parse_date, parse_whole, tidy
from assortment.catalogue.html_text import html_to_text
from assortment.catalogue.money import parse_currency, parse_money
from assortment.catalogue.product import MAX_RATING
from assortment.catalogue.readers.table_columns import TableSettings
from assortment.catalogue.readers.table_rows import Row, flat
from assortment.catalogue.summary import (
    BAD_ATTRIBUTES,
    BAD_CURRENCY,
    BAD_DATE,
    BAD_PRICE,
    BAD_RATING,
    BAD_RATING_COUNT,
    BAD_STOCK,
    NO_RATING,
    TWO_NUMBERS,
    TWO_PRICES,
    Problem,
    ReadSummary,
)


@dataclass(frozen=True, slots=True)
class Values:
    """One row."""

    row: Row
    """Our columns to what stands in them; absent ones are missing."""
    line: int
    summary: ReadSummary
    settings: TableSettings

    def text(self, column: str) -> str:
        """White space tidied, entities and markup read."""
        return html_to_text(as_text(self.row.get(column)))

    def key(self, column: str) -> str:
        """A name that is compared: white space tidied, nothing else."""
        return as_text(self.row.get(column))

    def category(self) -> tuple[str, ...]:
        """From a list, or a path of text."""
        value = self.row.get("category")
        if isinstance(value, (list, tuple)):
            levels = list(value)
        else:  # entities first: a separator may be written as one
            levels = html.unescape(as_text(value)).split(html.unescape(self.settings.category_separator))
        return tuple(level for each in levels if (level := html_to_text(as_text(each))))

    def price(self) -> tuple[float | None, str]:
        """Price and currency; the column ``currency`` is believed before a symbol in the price."""
        value = self.row.get("price")
        if not (written := as_text(value)):
            return None, ""
        is_number = not isinstance(value, str)
        money = parse_money(written, decimal="." if is_number else self.settings.decimal)
        if money is None:
            readable = any(parse_money(written, decimal=mark) for mark in ".,") and not (is_number or self.settings.decimal)
            self._report(TWO_PRICES if readable else BAD_PRICE, written)
            return None, ""
        price, currency = money
        if named := as_text(self.row.get("currency")):
            told = parse_currency(named)
            if told is None:
                self._report(BAD_CURRENCY, named)
            currency = told or currency
        return price, currency

    def rating(self) -> float | None:
        """0 to 5; a decimal comma is read. 0 without a rating is none at all."""
        if not (written := as_text(self.row.get("rating"))):
            return None
        try:
            rating = float(written.replace(",", "."))
        except ValueError:
            rating = math.nan
        if rating == 0 and not self._parsed("rating_count"):
            self._report(NO_RATING, written)
        elif 0 <= rating <= MAX_RATING:
            return rating
        else:
            self._report(BAD_RATING, written)
        return None

    def rating_count(self) -> int:
        """0 when there is none."""
        return self._whole("rating_count", BAD_RATING_COUNT) or 0

    def stock(self) -> int | None:
        """Pieces."""
        return self._whole("stock", BAD_STOCK)

    def added(self) -> datetime.date | None:
        """The day."""
        value = self.row.get("added")
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        if not (written := as_text(value)):
            return None
        if (day := parse_date(written)) is None:
            self._report(BAD_DATE, written)
        return day

    def attributes(self, whole: Any) -> dict[str, Any]:
        """All attributes of a row from one JSON object, by name."""
        if not (written := as_text(whole)):
            return {}
        try:
            told = json.loads(written)
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict):
            return {name: value for column, value in flat(told).items() if (name := attribute_name(column))}
        self._report(BAD_ATTRIBUTES, written)
        return {}

    def _whole(self, column: str, problem: Problem) -> int | None:
        if not (written := as_text(self.row.get(column))):
            return None
        if (number := self._parsed(column)) is None:
            may_be_either = isinstance(self.row.get(column), str) and not self.settings.decimal
            readable = may_be_either and any(parse_whole(written, decimal=mark) is not None for mark in ".,")
            self._report(TWO_NUMBERS if readable else problem, written)
        return number

    def _parsed(self, column: str) -> int | None:
        value = self.row.get(column)
        return parse_whole(as_text(value), decimal=self.settings.decimal if isinstance(value, str) else ".")

    def _report(self, problem: Problem, value: str) -> None:
        self.summary.report(problem, line=self.line, value=value)


def as_text(value: Any) -> str:
    """A value as people write it: 3.0 is "3", true "yes", a list "a, b"; empty when it is missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(text for each in value if (text := as_text(each)))
    if isinstance(value, bytes):
        return tidy(value.decode("utf-8", errors="replace"))
    return tidy(str(value))
