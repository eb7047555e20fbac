"""Offers: what changes from hour to hour while a product stays the same, read from a table of their own.

    id,price,stock
    4711,19.90,3
    4712,,0

A price may name its currency, or a column ``currency`` may.
A column that is missing, and a field that is empty, leave what is known as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from assortment.catalogue.product import Product
from assortment.catalogue.readers.table_columns import TableSettings, column_called
from assortment.catalogue.readers.table_rows import Row, open_rows
from assortment.catalogue.readers.table_values import Values
from assortment.catalogue.summary import DUPLICATE_ID, EMPTY_ID, NOTHING_NEW, OTHER_CURRENCY, ReadSummary
from assortment.errors import DataError, InputError

COLUMNS: Final = ("price", "stock", "rating", "rating_count")
_CURRENCY: Final = "currency"  # comes with a price


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """News of one product; None for what stays as it is."""

    price: float | None = None
    """Above zero."""
    currency: str = ""
    """That of ``price``, ISO 4217; empty: the product's."""
    stock: int | None = None
    """Pieces, 0 and above."""
    rating: float | None = None
    """Mean, 0 to 5."""
    rating_count: int | None = None

    def apply(self, product: Product) -> Product:
        """The product with this news; a price in another currency than its own is not taken."""
        changed: dict[str, Any] = {name: value for name in COLUMNS if (value := getattr(self, name)) is not None}
        if self.is_foreign_to(product.currency):
            changed.pop("price")
        return replace(product, **changed)

    def is_foreign_to(self, currency: str) -> bool:
        """Whether the price is in another currency than this one; an unknown one, "", is none's."""
        return self.price is not None and "" not in (self.currency, currency) and self.currency != currency


def read_offers(
    source: Path,
    summary: ReadSummary,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: str = "",
    currency_of: Mapping[str, str] | None = None,
) -> dict[str, Offer]:
    """The offers of a CSV, JSON or Parquet file by product id; of two rows with one id the first counts.

    Args:
        source: the file.
        summary: to fill; rows that cannot be used are counted by line.
        columns: ours to the file's, where they have other names.
        decimal: mark of prices, "." or ","; found out when empty.
        currency_of: that of each product, by id: prices in another one are counted and left out. ``Offer.apply`` does not take
            them either, but counts nothing.

    Raises:
        DataError: when the file is not of its format, has no ids or nothing that an offer has, or a problem is met that is
            fatal when strict.
        InputError: when ``columns`` maps something else than an id or an offer.
    """
    columns = columns or {}
    rows, settings = open_rows(source, needed=[columns.get("id", "id")]), TableSettings(decimal=decimal)
    named = _columns(rows.columns, columns, source)
    offers: dict[str, Offer] = {}
    for line, row in rows.read(summary):
        values = Values({ours: row[theirs] for ours, theirs in named.items() if theirs in row}, line, summary, settings)
        if not (key := values.key("id")):
            summary.report(EMPTY_ID, line=line, value=_shown(row, named.values()))
        elif key in offers:
            summary.report(DUPLICATE_ID, line=line, value=key)
        elif (offer := _offer(values, (currency_of or {}).get(key, ""))) == Offer():
            summary.report(NOTHING_NEW, line=line, value=key)
        else:
            summary.kept += 1
            offers[key] = offer
    return offers


def _columns(found: Iterable[str], wanted: Mapping[str, str], source: Path) -> dict[str, str]:
    for ours in wanted:
        if ours not in ("id", *COLUMNS, _CURRENCY):
            raise InputError("--map", ours, f"allowed before the =: id, {', '.join((*COLUMNS, _CURRENCY))}")
    found = list(found)
    chosen = {ours: column_called(theirs, found) for ours, theirs in wanted.items()}
    if lost := [f"{ours}={wanted[ours]}" for ours, theirs in chosen.items() if theirs not in found]:
        raise DataError(f"{source} has no such column for --map {', '.join(lost)}; found: {', '.join(found)}")
    by_name = {name.casefold(): name for name in reversed(found)}
    named = {ours: theirs for ours in ("id", *COLUMNS, _CURRENCY) if (theirs := chosen.get(ours) or by_name.get(ours))}
    if "id" not in named or named.keys().isdisjoint(COLUMNS):
        raise DataError(
            f"{source} needs a column id and one of {', '.join(COLUMNS)}; found: {', '.join(found)}. Map other names, for "
            "instance --map id=sku --map price=amount"
        )
    return named


def _offer(values: Values, own_currency: str) -> Offer:
    price, currency = values.price()
    if Offer(price=price, currency=currency).is_foreign_to(own_currency):
        values.summary.report(OTHER_CURRENCY, line=values.line, value=f"{price:g} {currency}, the product's is {own_currency}")
        price, currency = None, ""
    counted = values.key("rating_count") != ""
    return Offer(
        price=price,
        currency=currency,
        stock=values.stock(),
        rating=values.rating(),
        rating_count=values.rating_count() if counted else None,
    )


def _shown(row: Row, columns: Iterable[str]) -> str:
    return ", ".join(str(row.get(column)) for column in columns)
