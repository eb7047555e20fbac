"""Which column of a table is which field: found by name, mapped, or told to be missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assortment.catalogue.product import Product
from assortment.catalogue.readers.table_columns import TableSettings, parse_map
from assortment.errors import DataError, InputError
from tests.catalogue.readers.shop_table import csv, jsonl, read


def test_columns_are_mapped(tmp_path: Path) -> None:
    table = csv(tmp_path, "sku,name,cost,farbe\n1,Hat,5,rot\n")
    pairs = ["id=sku", "title = name", "variant_group=name", "price=cost", "attributes.colour=farbe", "attributes.tone=farbe"]
    columns = parse_map(pairs)
    products, summary = read(table, columns=columns)
    assert products == [Product(id="1", title="Hat", price=5.0, variant_group="Hat", attributes={"colour": "rot", "tone": "rot"})]
    assert not summary.unused_columns


def test_columns_inside_others_are_mapped_with_a_dot(tmp_path: Path) -> None:
    row = {"id": 1, "title": "Hat", "offer": {"price": 5, "unit": "EUR"}, "specs": {"material": "wool", "warm": True}}
    columns = {"price": "offer.price", "currency": "offer.unit", "attributes": "specs"}
    products, summary = read(jsonl(tmp_path, row), columns=columns)
    expected = Product(id="1", title="Hat", price=5.0, currency="EUR", attributes={"material": "wool", "warm": "yes"})
    assert (products, summary.unused_columns) == ([expected], {})


def test_columns_that_are_not_understood_are_named_and_may_become_attributes(tmp_path: Path) -> None:
    table = csv(tmp_path, "id,title,farbe,note,type\n1,Hat,rot,,x\n2,Cap,blau,old,\n")
    products, summary = read(table)
    assert summary.unused_columns == {"farbe": 2, "note": 1, "type": 1}
    assert "3 columns not used: farbe (2 rows), type (1 rows), note (1 rows)" in summary.remarks()
    products, summary = read(table, rest_as_attributes=True)
    assert [dict(product.attributes) for product in products] == [{"farbe": "rot"}, {"farbe": "blau", "note": "old"}]
    assert summary.unused_columns == {"type": 1}  # a column of its own: the narrowest category


def test_a_missing_column_is_told_with_what_was_found_and_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r'no column id and title; found: SKU, label\. Say which it is: --map id="SKU" --map title="COLUMN"'
    ):
        read(csv(tmp_path, "SKU,label\n1,Hat\n"))


def test_a_map_folds_case_as_column_names_do(tmp_path: Path) -> None:
    row = {"ArtikelNummer": "A", "NAME": "Mug", "Specs": {"Size": "M"}, "Offer": {"Amount": 5}}
    columns = {"id": "artikelnummer", "title": "name", "attributes": "specs", "price": "offer.amount"}
    (product,), summary = read(jsonl(tmp_path, row), columns=columns)
    assert (product.id, product.title, product.price, product.attributes) == ("A", "Mug", 5.0, {"size": "M"})
    assert summary.unused_columns == {}


def test_a_map_takes_the_exact_name_before_another_case(tmp_path: Path) -> None:
    (product,), _ = read(csv(tmp_path, "SKU,sku,title\n1,2,Mug\n"), columns={"id": "sku"})
    assert product.id == "2"


def test_a_mapped_column_must_exist(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such column for --map title=nmae; found: id, name"):
        read(csv(tmp_path, "id,name\n1,Hat\n"), columns={"title": "nmae"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"columns": {"titel": "name"}}, "--map: 'titel'"),
        ({"columns": {"attributes.brand": "x"}}, "columns of their own"),
        ({"decimal": ";"}, "--decimal"),
        ({"category_separator": ""}, "--category-separator"),
        ({"pictures": Path("no such folder")}, "--pictures"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TableSettings(**settings)


@pytest.mark.parametrize("written", [["title"], ["title="], ["=name"], ["title=a", "title=b"]])
def test_a_map_has_two_sides_and_comes_once(written: list[str]) -> None:
    with pytest.raises(InputError, match="--map"):
        parse_map(written)
