"""The public Kaggle layout "Fashion Product Images": ``styles.csv`` and ``images/<id>.jpg``, or zip files of pictures.

Columns: id, gender, masterCategory, subCategory, articleType, baseColour, season, year, usage, productDisplayName; a shop's
own export may add price and currency in front of the name. The name is the last column, and its commas are not always
quoted: what stands beyond the last column belongs to it. "NA" means missing. A line is a row, so a stray quote damages one
row only.

Of several pictures of a product the sharpest is taken (a folder ``images``, then ``images.zip``, ``images_224.zip``,
``images_60x80.zip``): checking them costs a quarter of a millisecond each, and both the encoder and people see more.

Titles repeat often, for different products ("Lucera Women Silver Earrings" 73 times), so a repeated title makes no variant
group. Brands are read off the titles, see ``assortment.catalogue.brands``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assortment.catalogue.brands import BrandFinder
from assortment.catalogue.fields import MISSING, parse_price, tidy
from assortment.catalogue.product import Product
from assortment.catalogue.readers.pictures import PictureSource, checked
from assortment.catalogue.summary import (
    BAD_PRICE,
    BAD_ROW,
    DUPLICATE_ID,
    EMPTY_ID,
    EMPTY_TITLE,
    UNQUOTED_COMMA,
    ReadSummary,
)
from assortment.errors import DataError

TABLE: Final = "styles.csv"
TITLE: Final = "productDisplayName"
PICTURES: Final = ("images", "images.zip", "images_224.zip", "images_60x80.zip")  # the sharpest first
CATEGORIES: Final = ("masterCategory", "subCategory", "articleType")
ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType(
    {"gender": "gender", "colour": "baseColour", "season": "season", "usage": "usage", "year": "year"}
)
_REQUIRED: Final = frozenset(("id", *CATEGORIES, "gender", "baseColour", TITLE))


class FashionReader:
    """Reads the layout from a folder."""

    name = "fashion"
    description = (
        "Kaggle's Fashion Product Images: a folder with styles.csv and images/<id>.jpg, images_224.zip or images_60x80.zip"
    )

    def read(self, source: Path, summary: ReadSummary) -> Iterator[tuple[Product, bytes | None]]:
        """Yields each product with its encoded picture and fills ``summary``.

        Raises:
            DataError: when ``source`` has no ``styles.csv`` of these columns, or a problem is met that is fatal when strict.
        """
        table = _table(source)
        columns = _columns(table)
        brands = BrandFinder(values[TITLE] for _, values in _rows(table, columns, ReadSummary(source=TABLE)))
        pictures = PictureSource(place for name in PICTURES if (place := source / name).exists())
        seen: set[str] = set()
        for line, values in _rows(table, columns, summary):
            if not (key := values["id"]):
                summary.report(EMPTY_ID, line=line, value=values[TITLE])
            elif key in seen:
                summary.report(DUPLICATE_ID, line=line, value=key)
            elif not values[TITLE]:
                summary.report(EMPTY_TITLE, line=line, value=f"id {key}")
            else:
                seen.add(key)
                name, picture = checked(pictures.by_stem(key), wanted=f"id {key}", line=line, summary=summary)
                summary.kept += 1
                price = _price(values, line, summary)
                yield _product(values, brand=brands.find(values[TITLE]), price=price, picture=name), picture

    def count(self, source: Path) -> int:
        """Lines of the table."""
        with _table(source).open("rb") as file:
            return sum(1 for _ in file) - 1


def _table(source: Path) -> Path:
    if not (table := source / TABLE).is_file():
        raise DataError(f"{source} is no fashion catalogue: {TABLE} is missing; give the folder that holds it")
    return table


def _columns(table: Path) -> list[str]:
    """The header, checked."""
    with table.open(encoding="utf-8-sig", errors="replace") as file:
        columns = [name.strip() for name in next(csv.reader([file.readline()]), [])]
    if missing := sorted(_REQUIRED.difference(columns)):
        raise DataError(f"{table}, line 1: columns {', '.join(missing)} are missing; found: {', '.join(columns) or 'none'}")
    if columns[-1] != TITLE:
        raise DataError(
            f"{table}, line 1: {TITLE} must be the last column, because its commas may be unquoted; last is {columns[-1]}"
        )
    return columns


def _rows(table: Path, columns: list[str], summary: ReadSummary) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and tidied values of every row that parses."""
    with table.open("rb") as file:
        next(file)
        for line, raw in enumerate(file, start=2):
            if not raw.strip():
                continue
            summary.read += 1
            try:
                fields = next(csv.reader([raw.decode().rstrip("\r\n")]))
            except (UnicodeDecodeError, csv.Error) as error:
                summary.report(BAD_ROW, line=line, value=f"{error}: {raw[:60]!r}")
                continue
            if len(fields) < len(columns):
                summary.report(BAD_ROW, line=line, value=f"{len(fields)} fields instead of {len(columns)}: {raw[:60]!r}")
                continue
            if len(fields) > len(columns):
                fields[len(columns) - 1 :] = [",".join(fields[len(columns) - 1 :])]
                summary.report(UNQUOTED_COMMA, line=line, value=fields[-1])
            yield line, {column: tidy(value) for column, value in zip(columns, fields, strict=True)}


def _price(values: Mapping[str, str], line: int, summary: ReadSummary) -> float | None:
    if not (written := values.get("price", MISSING)):
        return None
    if (price := parse_price(written)) is None:
        summary.report(BAD_PRICE, line=line, value=written)
    return price


def _product(values: Mapping[str, str], *, brand: str, price: float | None, picture: str) -> Product:
    return Product(
        id=values["id"],
        title=values[TITLE],
        department=values["masterCategory"],
        category=tuple(level for column in CATEGORIES if (level := values[column])),
        brand=brand,
        attributes={name: value for name, column in ATTRIBUTES.items() if (value := values.get(column, MISSING))},
        price=price,
        currency=values.get("currency", MISSING) if price is not None else "",
        picture=picture,
    )
