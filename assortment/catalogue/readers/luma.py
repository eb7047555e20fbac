"""A Magento product export, for instance of the Luma demo shop: ``products.csv``, reviews and ``images.zip``.

What a shopper buys is a product: each variant, with its own colour, size, picture, price and stock. The configurable row
above it is the article: it lends its name, description, category, attributes and ratings, and is a product itself only when
none of its variants is in the file. The variants of an article share its sku as their variant group.

The export is a table of some 70 columns with HTML and line breaks in its values. A category is the deepest of a row's paths;
colours and sizes are stated only by the variants, materials and climates only by the article, reviews are of articles.
Special prices, which run out, are not read; no column tells the currency.
"""

from __future__ import annotations

import datetime
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assortment.catalogue.fields import MISSING, parse_price, parse_whole, tidy
from assortment.catalogue.html_text import html_to_text
from assortment.catalogue.product import Product
from assortment.catalogue.readers import magento
from assortment.catalogue.readers.delimited import DelimitedTable
from assortment.catalogue.readers.pictures import PictureSource
from assortment.catalogue.readers.reviews import Ratings, read_reviews
from assortment.catalogue.summary import (
    BAD_DATE,
    BAD_PRICE,
    BAD_STOCK,
    DUPLICATE_ID,
    EMPTY_ID,
    EMPTY_TITLE,
    NO_PICTURE,
    Problem,
    ReadSummary,
)
from assortment.errors import DataError

TABLE: Final = "products.csv"
REVIEWS: Final = "products_reviews.csv"
PICTURES: Final = ("images", "images.zip")
ARTICLE: Final = Problem(name="article that is sold as its variants", effect="its variants kept", serious=False)
HIDDEN: Final = Problem(name="product that no shopper can find", effect="skipped", serious=False)
OTHER_VIEW: Final = Problem(name="row of another store view", effect="skipped", serious=False)
_REQUIRED: Final = ("sku", "product_type", "name", "categories", "price", "additional_attributes")
_HIDDEN: Final = "Not Visible Individually"
_NO_SELECTION: Final = "no_selection"  # what Magento writes for no picture

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Articles:
    """The configurable rows and which variant belongs to which."""

    rows: Mapping[str, Row]
    article_of: Mapping[str, str]
    """Sku of a variant to that of its article."""
    varied: Mapping[str, tuple[str, ...]]
    """Sku of a variant to the values in which it differs from the others."""
    sold: frozenset[str]
    """Articles that have a variant in the file."""


class LumaReader:
    """Reads the export from a folder."""

    name = "luma"
    description = "a Magento product export: a folder with products.csv, products_reviews.csv and images.zip (or a folder images)"

    def read(self, source: Path, summary: ReadSummary) -> Iterator[tuple[Product, bytes | None]]:
        """Yields each variant and each product without variants, with its picture, and fills ``summary``.

        Raises:
            DataError: when ``source`` has no ``products.csv`` of these columns, or a problem is met that is fatal when strict.
        """
        table = _table(source)
        articles, names = _articles(table)
        path = source / REVIEWS
        ratings = read_reviews(path, names, summary) if path.is_file() else {}
        pictures = PictureSource(place for name in PICTURES if (place := source / name).exists())
        seen: set[str] = set()
        for line, written in table.rows(summary):
            row = {column: value.strip() for column, value in written.items()}
            if _is_product(row, articles, seen, line, summary):
                seen.add(row["sku"])
                article = articles.rows.get(articles.article_of.get(row["sku"], ""), row)
                name, picture = _picture(pictures, row, line, summary)
                summary.kept += 1
                of_row: dict[str, Any] = {
                    "price": _price(row, article, line, summary),
                    "stock": _stock(row, line, summary),
                    "added": _added(row, line, summary),
                }
                rated = ratings.get(article["sku"]) or ratings.get(row["sku"]) or Ratings()
                yield _product(row, article, articles, picture=name, ratings=rated, **of_row), picture

    def count(self, source: Path) -> int:
        """Rows of the table; lines tell little, values span several."""
        return sum(1 for _ in _table(source).rows(ReadSummary(source=TABLE)))


def _table(source: Path) -> DelimitedTable:
    if not (path := source / TABLE).is_file():
        raise DataError(f"{source} is no Magento export: {TABLE} is missing; give the folder that holds it")
    return DelimitedTable(path, required=_REQUIRED)


def _articles(table: DelimitedTable) -> tuple[_Articles, set[str]]:
    """The articles, and the sku of every row."""
    rows: dict[str, Row] = {}
    article_of: dict[str, str] = {}
    varied: dict[str, tuple[str, ...]] = {}
    skus: set[str] = set()
    for _, row in table.rows(ReadSummary(source=TABLE)):
        sku = row["sku"].strip()
        skus.add(sku)
        if row["product_type"].strip() == "configurable" and not row.get("store_view_code", MISSING).strip():
            rows.setdefault(sku, {column: value.strip() for column, value in row.items()})
            for variant, values in magento.parse_variations(row.get("configurable_variations", MISSING)).items():
                article_of.setdefault(variant, sku)
                varied.setdefault(variant, values)
    sold = frozenset(article for variant, article in article_of.items() if variant in skus)
    return _Articles(rows, article_of, varied, sold), skus


def _is_product(row: Row, articles: _Articles, seen: set[str], line: int, summary: ReadSummary) -> bool:
    """Whether a row is one, and a report when it is not."""
    sku = row["sku"]
    shown = articles.rows.get(articles.article_of.get(sku, ""), row)
    if not sku:
        summary.report(EMPTY_ID, line=line, value=row["name"])
    elif row.get("store_view_code"):
        summary.report(OTHER_VIEW, line=line, value=f"{sku}: {row['store_view_code']}")
    elif sku in seen:
        summary.report(DUPLICATE_ID, line=line, value=sku)
    elif sku in articles.sold:
        summary.report(ARTICLE, line=line, value=sku)
    elif any(each.get("product_online", "1") == "2" for each in (row, shown)) or shown.get("visibility") == _HIDDEN:
        summary.report(HIDDEN, line=line, value=sku)
    elif not tidy(row["name"]):
        summary.report(EMPTY_TITLE, line=line, value=f"sku {sku}")
    else:
        return True
    return False


def _picture(pictures: PictureSource, row: Row, line: int, summary: ReadSummary) -> tuple[str, bytes | None]:
    """The base image. Its path starts with a slash, which stands for the shop's folder of media."""
    path = row.get("base_image", MISSING).lstrip("/")
    if not path or path == _NO_SELECTION:
        summary.report(NO_PICTURE, line=line, value=f"sku {row['sku']}")
        return "", None
    return pictures.written(path, line=line, summary=summary)


def _price(row: Row, article: Row, line: int, summary: ReadSummary) -> float | None:
    """The row's own price, else its article's."""
    if not (written := tidy(row["price"]) or tidy(article["price"])):
        return None
    if (price := parse_price(written)) is None:
        summary.report(BAD_PRICE, line=line, value=written)
    return price


def _added(row: Row, line: int, summary: ReadSummary) -> datetime.date | None:
    if not (written := row.get("created_at", MISSING)):
        return None
    if (added := magento.parse_created(written)) is None:
        summary.report(BAD_DATE, line=line, value=written)
    return added


def _product(
    row: Row,
    article: Row,
    articles: _Articles,
    *,
    picture: str,
    ratings: Ratings,
    price: float | None,
    stock: int | None,
    added: datetime.date | None,
) -> Product:
    sku = row["sku"]
    category = magento.narrowest(magento.parse_categories(row["categories"]) or magento.parse_categories(article["categories"]))
    attributes = {
        **magento.parse_attributes(article["additional_attributes"]),
        **magento.parse_attributes(row["additional_attributes"]),
    }
    if whom := magento.for_whom(category):
        attributes.setdefault("gender", whom)
    return Product(
        id=sku,
        title=_title(row, article, articles.varied.get(sku, ())),
        description=html_to_text(row.get("description") or article.get("description") or row.get("short_description") or ""),
        department=category[0] if category else "",
        category=category,
        brand=attributes.pop("manufacturer", ""),
        attributes=attributes,
        price=price,
        rating=ratings.mean,
        rating_count=len(ratings.values),
        stock=stock,
        variant_group=article["sku"] if article is not row else "",
        picture=picture,
        added=added,
    )


def _title(row: Row, article: Row, varied: tuple[str, ...]) -> str:
    """The name. Magento names variants "Hoodie-XS-Black"; shoppers read "Hoodie, XS, Black"."""
    name, stem = tidy(html.unescape(row["name"])), tidy(html.unescape(article["name"]))
    made_of_values = varied and name.replace(" ", "") == "-".join((stem, *varied)).replace(" ", "")
    return ", ".join((stem, *varied)) if made_of_values else name


def _stock(row: Row, line: int, summary: ReadSummary) -> int | None:
    """Pieces, 0 when the shop calls it sold out or owes some; None when pieces are not counted."""
    if row.get("is_in_stock") == "0":
        return 0
    counted = "1" in (row.get("manage_stock") or "1", row.get("use_config_manage_stock") or "1")
    written = row.get("qty", MISSING)
    if not counted or written == MISSING:
        return None
    if (number := parse_whole(written.removeprefix("-").partition(".")[0])) is None:
        summary.report(BAD_STOCK, line=line, value=written)
        return None
    return 0 if written.startswith("-") else number
