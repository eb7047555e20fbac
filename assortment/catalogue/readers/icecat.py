"""The Icecat catalogue of electronics that search tutorials use (querqy/chorus): JSON lines, compressed by gzip.

Keys: id, title, name (the model), supplier, price in cents without a currency, short_description, date_released, ean, addresses
of pictures, and thousands of attr_t_* (text), attr_n_* (numbers) and attr_b_* (yes or no). There is no category: kinds of
product are read off the titles (``icecat_types``). Few attributes are facets (``icecat_facets``). Pictures are web
addresses, which are not fetched.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from assortment.catalogue.fields import parse_date, tidy
from assortment.catalogue.html_text import html_to_text
from assortment.catalogue.product import Product
from assortment.catalogue.readers.icecat_facets import FacetChooser, Facets
from assortment.catalogue.readers.icecat_types import TypeFinder
from assortment.catalogue.readers.json_lines import count_lines, json_rows
from assortment.catalogue.summary import BAD_DATE, BAD_PRICE, DUPLICATE_ID, EMPTY_ID, EMPTY_TITLE, ReadSummary
from assortment.errors import DataError

TABLES: Final = ("products.jsonl.gz", "products.jsonl")
_MAX_TYPE: Final = 40  # characters; what is longer is no name of a kind


class IcecatReader:
    """Reads the file, or the folder that holds it, twice: for the kinds and facets that are common, then for the products."""

    name = "icecat"
    description = "Icecat electronics as JSON lines: products.jsonl.gz (or .jsonl), or the folder that holds it; text only"

    def read(self, source: Path, summary: ReadSummary) -> Iterator[tuple[Product, bytes | None]]:
        """Yields each product and fills ``summary``.

        Raises:
            DataError: when there is no such file, none of its rows has id and title, or a problem is met that is fatal when
                strict.
        """
        path = _table(source)
        types, facets = _learn(path, summary)
        seen: set[str] = set()
        for line, row in json_rows(path, summary):
            key, title = _text(row, "id"), html_to_text(_text(row, "title"))
            if not key:
                summary.report(EMPTY_ID, line=line, value=title)
            elif key in seen:
                summary.report(DUPLICATE_ID, line=line, value=key)
            elif not title:
                summary.report(EMPTY_TITLE, line=line, value=f"id {key}")
            else:
                seen.add(key)
                summary.kept += 1
                description = html_to_text(_text(row, "short_description"))
                yield (
                    Product(
                        id=key,
                        title=title,
                        description="" if description == title else description,
                        category=types.find(title) or types.find(description) or _stated_type(row),
                        brand=_text(row, "supplier"),
                        attributes=facets.of(row),
                        price=_price(row, line, summary),
                        added=_added(row, line, summary),
                    ),
                    None,
                )

    def count(self, source: Path) -> int:
        """Lines of the file."""
        return count_lines(_table(source))


def _table(source: Path) -> Path:
    found = [source] if source.is_file() else [path for name in TABLES if (path := source / name).is_file()]
    if not found:
        raise DataError(f"{source} is no Icecat catalogue: {' or '.join(TABLES)} is missing; give the file or its folder")
    return found[0]


def _learn(path: Path, summary: ReadSummary) -> tuple[TypeFinder, Facets]:
    chooser = FacetChooser()
    named: list[tuple[str, str, str]] = []
    has_addresses = False
    for _, row in json_rows(path, ReadSummary(source=path.name)):
        chooser.add(row)
        has_addresses = has_addresses or any(key.startswith("img_") for key in row)
        named.append((html_to_text(_text(row, "title")), _text(row, "supplier"), _text(row, "name")))
    if not any(title for title, _, _ in named):
        raise DataError(f"{path} is no Icecat catalogue: no line is an object with a title")
    facets = chooser.choose()
    told = ", ".join(facets.names)
    summary.notes.append(f"{len(facets.names)} of {chooser.num_attributes:,} attributes in words are facets: {told}")
    if has_addresses:
        summary.notes.append("pictures are web addresses, which are not fetched: no product has one")
    return TypeFinder(named), facets


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return "" if value is None or isinstance(value, (bool, list, dict)) else tidy(str(value))


def _stated_type(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The attribute for it, which few products have and some fill with a number."""
    stated = _text(row, "attr_t_product_type")
    return (stated,) if any(c.isalpha() for c in stated) and len(stated) <= _MAX_TYPE else ()


def _price(row: Mapping[str, Any], line: int, summary: ReadSummary) -> float | None:
    """From cents. Nothing says which currency's."""
    cents = row.get("price")
    if cents is None:
        return None
    if isinstance(cents, bool) or not isinstance(cents, (int, float)) or not 0 < cents < 1e12:
        summary.report(BAD_PRICE, line=line, value=repr(cents))
        return None
    return round(cents / 100, 2)


def _added(row: Mapping[str, Any], line: int, summary: ReadSummary) -> datetime.date | None:
    written = _text(row, "date_released")
    if written and (added := parse_date(written)) is not None:
        return added
    if written:
        summary.report(BAD_DATE, line=line, value=written)
    return None
