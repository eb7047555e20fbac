"""Offers: what changes from hour to hour while a product stays the same, read from a table of their own.

    id,price,stock
    4711,19.90,3
    4712,,0

A column that is missing, and a field that is empty, leave what is known as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from assortment.catalogue.product import Product
from assortment.catalogue.readers.table_columns import TableSettings
from assortment.catalogue.readers.table_rows import Row, open_rows
from assortment.catalogue.readers.table_values import Values
from assortment.catalogue.summary import DUPLICATE_ID, EMPTY_ID, NOTHING_NEW, ReadSummary
from assortment.errors import DataError, InputError

COLUMNS: Final = ("price", "stock", "rating", "rating_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """News of one product; None for what stays as it is."""

    price: float | None = None
    """In the catalogue's currency, above zero."""
    stock: int | None = None
    """Pieces, 0 and above."""
    rating: float | None = None
    """Mean, 0 to 5."""
    rating_count: int | None = None

    def apply(self, product: Product) -> Product:
        """The product with this news."""
        changed: dict[str, Any] = {name: value for name in COLUMNS if (value := getattr(self, name)) is not None}
        return replace(product, **changed)


def read_offers(
    source: Path, summary: ReadSummary, *, columns: Mapping[str, str] | None = None, decimal: str = ""
) -> dict[str, Offer]:
    """The offers of a CSV, JSON lines or Parquet file by product id; of two rows with one id the first counts.

    Args:
        source: the file.
        summary: to fill; rows that cannot be used are counted by line.
        columns: ours to the file's, where they have other names.
        decimal: mark of prices, "." or ","; found out when empty.

    Raises:
        DataError: when the file is not of its format, has no ids or nothing that an offer has, or a problem is met that is
            fatal when strict.
        InputError: when ``columns`` maps something else than an id or an offer.
    """
    rows, settings = open_rows(source), TableSettings(decimal=decimal)
    named = _columns(rows.columns, columns or {}, source)
    offers: dict[str, Offer] = {}
    for line, row in rows.read(summary):
        values = Values({ours: row[theirs] for ours, theirs in named.items() if theirs in row}, line, summary, settings)
        if not (key := values.key("id")):
            summary.report(EMPTY_ID, line=line, value=_shown(row, named.values()))
        elif key in offers:
            summary.report(DUPLICATE_ID, line=line, value=key)
        elif (offer := _offer(values)) == Offer():
            summary.report(NOTHING_NEW, line=line, value=key)
        else:
            summary.kept += 1
            offers[key] = offer
    return offers


def _columns(found: Iterable[str], wanted: Mapping[str, str], source: Path) -> dict[str, str]:
    for ours in wanted:
        if ours not in ("id", *COLUMNS):
            raise InputError("--map", ours, f"allowed before the =: id, {', '.join(COLUMNS)}")
    found = list(found)
    if lost := [f"{ours}={theirs}" for ours, theirs in wanted.items() if theirs not in found]:
        raise DataError(f"{source} has no such column for --map {', '.join(lost)}; found: {', '.join(found)}")
    by_name = {name.casefold(): name for name in reversed(found)}
    named = {ours: theirs for ours in ("id", *COLUMNS) if (theirs := wanted.get(ours) or by_name.get(ours))}
    if "id" not in named or len(named) < 2:
        raise DataError(
            f"{source} needs a column id and one of {', '.join(COLUMNS)}; found: {', '.join(found)}. Map other names, for "
            "instance --map id=sku --map price=amount"
        )
    return named


def _offer(values: Values) -> Offer:
    price, _ = values.price()
    counted = values.key("rating_count") != ""
    return Offer(
        price=price,
        stock=values.stock(),
        rating=values.rating(),
        rating_count=values.rating_count() if counted else None,
    )


def _shown(row: Row, columns: Iterable[str]) -> str:
    return ", ".join(str(row.get(column)) for column in columns)
