"""The Magento reader: variants of articles, HTML, category paths, reviews."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from assortment.catalogue.product import Product
from assortment.catalogue.readers.luma import ARTICLE, HIDDEN, OTHER_VIEW, LumaReader
from assortment.catalogue.readers.reviews import BAD_REVIEW, REPEATED, UNKNOWN_PRODUCT
from assortment.catalogue.summary import (
    BAD_DATE,
    BAD_PRICE,
    BAD_ROW,
    BAD_STOCK,
    DUPLICATE_ID,
    EMPTY_ID,
    EMPTY_TITLE,
    NO_PICTURE,
    REFUSED_PATH,
    Problem,
    ReadSummary,
)
from assortment.errors import DataError

COLUMNS = [
    *("sku", "store_view_code", "product_type", "categories", "name", "description", "product_online", "visibility", "price"),
    *("base_image", "created_at", "additional_attributes", "qty", "is_in_stock", "manage_stock", "use_config_manage_stock"),
    "configurable_variations",
]
ARTICLE_ROW = {
    "sku": "MH01",
    "product_type": "configurable",
    "categories": "Default Category/Promotions/Tees,Default Category/Men/Tops/Hoodies &amp; Sweatshirts,Default Category",
    "name": "Chaz  HeatTech&trade; Hoodie",
    "description": "<p>Warm.</p>\n<p>&bull; Two-tone<br />&bull; Hood</p>",
    "visibility": "Catalog, Search",
    "price": "52",
    "additional_attributes": "has_options=1,material=Wool|Cotton&reg;,eco_collection=Yes,sale=No,style_general=Hoodie",
    "configurable_variations": "sku=MH01-S-Red,size=S,color=Red|sku=MH01-M-Red,size=M,color=Red",
}
VARIANT = {
    "sku": "MH01-S-Red",
    "product_type": "simple",
    "categories": ARTICLE_ROW["categories"],
    "name": "Chaz  HeatTech&trade; Hoodie-S-Red",
    "description": ARTICLE_ROW["description"],
    "visibility": "Not Visible Individually",
    "price": "49.5",
    "base_image": "/m/h/red.jpg",
    "created_at": "10/25/15, 3:34 AM",
    "additional_attributes": "has_options=0,size=S,color=Red",
    "qty": "100.0000",
}
OTHER = {**VARIANT, "sku": "MH01-M-Red", "name": "Chaz HeatTech&trade; Hoodie-M-Red", "additional_attributes": "size=M,color=Red"}
BAG = {
    "sku": "24-MB01",
    "product_type": "simple",
    "categories": "Default Category/Gear/Bags",
    "name": "Duffle Bag",
    "visibility": "Catalog, Search",
    "price": "34",
    "additional_attributes": "features_bags=Zipper, with lock|Pocket,gender=Men",
}


class Shop:
    """Writes an export."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, *rows: dict[str, str], reviews: str = "") -> Path:
        with (self.folder / "products.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        if reviews:
            text = "sku,rating_code,rating_value,title,review,reviewer\n" + reviews
            (self.folder / "products_reviews.csv").write_text(text, encoding="utf-8")
        buffer = io.BytesIO()
        Image.new("RGB", (20, 20), "red").save(buffer, "JPEG")
        with zipfile.ZipFile(self.folder / "images.zip", "w") as archive:
            archive.writestr("m/h/red.jpg", buffer.getvalue())
        return self.folder


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def read(source: Path) -> tuple[list[Product], ReadSummary]:
    summary = ReadSummary(source="luma")
    return [product for product, _ in LumaReader().read(source, summary)], summary


def test_a_variant_is_a_product_with_what_its_article_tells(shop: Shop) -> None:
    products, summary = read(shop.write(VARIANT, ARTICLE_ROW))
    assert products == [
        Product(
            id="MH01-S-Red",
            title="Chaz HeatTech™ Hoodie, S, Red",
            description="Warm. Two-tone. Hood.",
            department="Men",
            category=("Men", "Tops", "Hoodies & Sweatshirts"),
            attributes={
                "material": "Wool, Cotton®",
                "eco_collection": "eco collection",
                "style": "Hoodie",
                "size": "S",
                "colour": "Red",
                "gender": "Men",
            },
            price=49.5,
            stock=100,
            variant_group="MH01",
            picture="m/h/red.jpg",
            added=datetime.date(2015, 10, 25),
        )
    ]
    assert (summary.read, summary.kept, summary.count(ARTICLE)) == (2, 1, 1)


def test_variants_share_their_group_and_picture(shop: Shop) -> None:
    products, _ = read(shop.write(VARIANT, OTHER, ARTICLE_ROW))
    assert {(product.variant_group, product.picture) for product in products} == {("MH01", "m/h/red.jpg")}
    assert [product.title for product in products] == ["Chaz HeatTech™ Hoodie, S, Red", "Chaz HeatTech™ Hoodie, M, Red"]


def test_a_product_of_its_own_is_in_no_group(shop: Shop) -> None:
    products, summary = read(shop.write(BAG))
    assert (products[0].variant_group, products[0].title, products[0].type) == ("", "Duffle Bag", "Bags")
    assert dict(products[0].attributes) == {"features_bags": "Zipper, with lock, Pocket", "gender": "Men"}
    assert summary.count(NO_PICTURE) == 1


def test_an_article_without_its_variants_is_a_product(shop: Shop) -> None:
    products, _ = read(shop.write(ARTICLE_ROW))
    assert [(product.id, product.price, product.variant_group) for product in products] == [("MH01", 52.0, "")]


def test_a_variant_without_a_price_costs_what_its_article_costs(shop: Shop) -> None:
    products, _ = read(shop.write({**VARIANT, "price": ""}, ARTICLE_ROW))
    assert products[0].price == 52.0


def test_a_name_of_its_own_stays(shop: Shop) -> None:
    products, _ = read(shop.write({**VARIANT, "name": "Red Hoodie for Small People"}, ARTICLE_ROW))
    assert products[0].title == "Red Hoodie for Small People"


@pytest.mark.parametrize(
    ("changes", "stock"),
    [
        ({"qty": "7"}, 7),
        ({"qty": "7", "is_in_stock": "0"}, 0),
        ({"qty": "7", "manage_stock": "0", "use_config_manage_stock": "0"}, None),
        ({"qty": ""}, None),
        ({"qty": "-3.0000"}, 0),
        ({"qty": "many"}, None),
    ],
)
def test_stock(shop: Shop, changes: dict[str, str], stock: int | None) -> None:
    products, summary = read(shop.write({**BAG, **changes}))
    assert products[0].stock == stock
    assert [finding.value for finding in summary.findings.get(BAD_STOCK, ())] == (["many"] if changes["qty"] == "many" else [])


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({**BAG, "sku": "24-MB02", "product_online": "2"}, HIDDEN),
        ({**BAG, "sku": "24-MB02", "visibility": "Not Visible Individually"}, HIDDEN),
        ({**BAG, "store_view_code": "de", "name": "Tasche"}, OTHER_VIEW),
        (BAG, DUPLICATE_ID),
        ({**BAG, "sku": ""}, EMPTY_ID),
        ({**BAG, "sku": "24-MB02", "name": " "}, EMPTY_TITLE),
    ],
)
def test_rows_that_are_no_products_are_named(shop: Shop, bad: dict[str, str], problem: Problem) -> None:
    products, summary = read(shop.write(BAG, bad))
    assert [product.id for product in products] == ["24-MB01"]
    assert [finding.line for finding in summary.findings[problem]] == [3]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"price": "free"}, BAD_PRICE),
        ({"created_at": "13/25/15"}, BAD_DATE),
        ({"base_image": "/../../secret.jpg"}, REFUSED_PATH),
        ({"base_image": "no_selection"}, NO_PICTURE),
    ],
)
def test_what_cannot_be_used_is_left_out(shop: Shop, changes: dict[str, str], problem: Problem) -> None:
    products, summary = read(shop.write({**BAG, **changes}))
    assert (len(products), summary.count(problem)) == (1, 1)


def test_reviews_of_an_article_rate_its_variants(shop: Shop) -> None:
    reviews = (
        "MH01,Rating,4,Good,Fits well,Ann\nMH01,Rating,5,Good,Warm,Bob\nMH01,Rating,5,Fine,Fits well,Cid\n"
        "MH01,Rating,6,Odd,Six stars,Dee\nXX,Rating,1,Bad,Lost,Eve\n"
    )
    products, summary = read(shop.write(VARIANT, OTHER, ARTICLE_ROW, BAG, reviews=reviews))
    assert [(product.rating, product.rating_count) for product in products] == [(4.5, 2), (4.5, 2), (None, 0)]
    assert [summary.count(problem) for problem in (REPEATED, BAD_REVIEW, UNKNOWN_PRODUCT)] == [1, 1, 1]
    assert "5 reviews read, 2 counted, for 1 articles" in summary.notes[0]


def test_a_row_that_does_not_parse_costs_itself(shop: Shop) -> None:
    table = shop.write(BAG) / "products.csv"
    table.write_text(table.read_text(encoding="utf-8") + "too,short\n", encoding="utf-8")
    products, summary = read(shop.folder)
    assert (len(products), summary.count(BAD_ROW)) == (1, 1)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"products\.csv is missing"):
        read(tmp_path)
    (tmp_path / "products.csv").write_text("sku,name\n", encoding="utf-8")
    with pytest.raises(DataError, match="additional_attributes, categories, price, product_type are missing"):
        read(tmp_path)


@pytest.mark.data
@pytest.mark.slow
def test_the_real_catalogue(real_data: Any) -> None:
    summary = ReadSummary(source="luma")
    found = list(LumaReader().read(real_data / "luma", summary))
    products = [product for product, _ in found]
    assert (summary.read, summary.kept, summary.count(ARTICLE)) == (1_994, 1_847, 147)
    assert (summary.count(UNKNOWN_PRODUCT), summary.count(REPEATED)) == (231, 1)
    assert len({product.variant_group for product in products}) == 147
    assert sum(product.rating is not None for product in products) == 1_251
    assert len({product.category for product in products}) == 12
    assert all(picture for _, picture in found)
    assert len({product.picture for product in products}) == 417  # three of the 420 show articles only
    assert all({"colour", "size", "gender"} <= product.attributes.keys() for product in products)
    assert Counter(product.department for product in products) == {"Women": 937, "Men": 910}
    assert not any(re.search(r"<\w|&\w+;", product.title + product.description) for product in products)
