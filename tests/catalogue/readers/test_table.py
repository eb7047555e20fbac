"""The table reader: anybody's shop, in three formats, with the values people write."""

from __future__ import annotations

import datetime
import decimal
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from assortment.catalogue.product import Product
from assortment.catalogue.summary import (
    BAD_ATTRIBUTES,
    BAD_CURRENCY,
    BAD_DATE,
    BAD_PRICE,
    BAD_RATING,
    BAD_RATING_COUNT,
    BAD_ROW,
    BAD_STOCK,
    DUPLICATE_ID,
    EMPTY_ID,
    EMPTY_TITLE,
    LONG_ID,
    NO_PICTURE,
    NO_RATING,
    REFUSED_PATH,
    TWO_NUMBERS,
    TWO_PRICES,
    Problem,
)
from assortment.errors import DataError
from tests.catalogue.readers.shop_table import csv, jsonl, read

WHOLE = Product(
    id="7",
    title="Wool hat",
    description="Warm. Soft.",
    department="Clothing",
    category=("Clothing", "Hats"),
    brand="Alba",
    attributes={"colour": "Red", "size": "M"},
    price=19.9,
    currency="EUR",
    rating=4.5,
    rating_count=12,
    stock=3,
    variant_group="hat",
    picture="hats/7.jpg",
    added=datetime.date(2024, 12, 31),
)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(buffer, "JPEG")
    folder = tmp_path / "pictures"
    (folder / "hats").mkdir(parents=True)
    (folder / "hats" / "7.jpg").write_bytes(buffer.getvalue())
    return folder


def test_every_column_of_csv(tmp_path: Path, pictures: Path) -> None:
    table = csv(
        tmp_path,
        "ID;Title;description;department;category;brand;price;rating;rating_count;stock;variant_group;picture;added;"
        "attributes.color;attributes\n"
        "7;Wool  hat;<p>Warm</p><p>Soft</p>;Clothing;Clothing > Hats;Alba;19,90 €;4,5;12;3.0;hat;7.jpg;31.12.2024;Red;"
        '"{""Size"": ""M""}"\n',
    )
    products, summary = read(table, pictures=pictures)
    assert products == [WHOLE]
    assert (summary.findings, summary.unused_columns) == ({}, {})


@pytest.mark.parametrize("name", ["shop.jsonl", "shop.jsonl.gz", "shop.ndjson"])
def test_every_column_of_json_lines(tmp_path: Path, pictures: Path, name: str) -> None:
    row = {
        "id": 7,
        "title": "Wool hat",
        "description": "<p>Warm</p><p>Soft</p>",
        "department": "Clothing",
        "category": ["Clothing", "Hats"],
        "brand": "Alba",
        "price": 19.9,
        "currency": "eur",
        "rating": 4.5,
        "rating_count": 12,
        "stock": 3,
        "variant_group": "hat",
        "picture": "hats/7.jpg",
        "added": "2024-12-31T10:00:00Z",
        "attributes": {"Color": "Red", "size": "M"},
    }
    products, summary = read(jsonl(tmp_path, row, name=name), pictures=pictures)
    assert products == [WHOLE]
    assert (summary.findings, summary.unused_columns) == ({}, {})


def test_every_column_of_parquet(tmp_path: Path, pictures: Path) -> None:
    table = pa.table(
        {
            "id": [7],
            "title": ["Wool hat"],
            "description": ["<p>Warm</p><p>Soft</p>"],
            "department": pa.array(["Clothing"]).dictionary_encode(),
            "category": [["Clothing", "Hats"]],
            "brand": ["Alba"],
            "price": [decimal.Decimal("19.90")],
            "currency": ["EUR"],
            "rating": [4.5],
            "rating_count": [12.0],
            "stock": [3],
            "variant_group": ["hat"],
            "picture": ["hats/7.jpg"],
            "added": [datetime.datetime(2024, 12, 31, 10)],
            "attributes": pa.array([[("Color", "Red"), ("size", "M")]], pa.map_(pa.string(), pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "shop.parquet")
    products, summary = read(tmp_path / "shop.parquet", pictures=pictures)
    assert products == [WHOLE]
    assert (summary.findings, summary.unused_columns) == ({}, {})


@pytest.mark.parametrize(
    ("column", "value", "problem", "field", "left"),
    [
        ("price", "gratis", BAD_PRICE, "price", None),
        ("price", "-3", BAD_PRICE, "price", None),
        ("price", "1.299", TWO_PRICES, "price", None),
        ("currency", "bottle caps", BAD_CURRENCY, "currency", ""),
        ("rating", "9", BAD_RATING, "rating", None),
        ("rating", "good", BAD_RATING, "rating", None),
        ("rating_count", "some", BAD_RATING_COUNT, "rating_count", 0),
        ("stock", "-1", BAD_STOCK, "stock", None),
        ("added", "03/04/2024", BAD_DATE, "added", None),
        ("attributes", "colour: red", BAD_ATTRIBUTES, "attributes", {}),
    ],
)
def test_a_value_that_cannot_be_used_is_left_out_and_named(
    tmp_path: Path, column: str, value: str, problem: Problem, field: str, left: object
) -> None:
    price = "" if column == "price" else ";price"
    table = csv(tmp_path, f"id;title;{column}{price}\n1;Hat;{value}{';5' if price else ''}\n")
    products, summary = read(table)
    assert getattr(products[0], field) == left
    assert [(finding.line, finding.value) for finding in summary.findings[problem]] == [(2, value)]


def test_the_decimal_mark_may_be_told(tmp_path: Path) -> None:
    products, summary = read(csv(tmp_path, "id;title;price\n1;Hat;1.299\n"), decimal=",")
    assert (products[0].price, summary.findings) == (1299.0, {})


@pytest.mark.parametrize(
    ("row", "problem"),
    [(",Hat", EMPTY_ID), ("1,Again", DUPLICATE_ID), ("2,NA", EMPTY_TITLE), ("2,Hat,more", BAD_ROW), ("2", BAD_ROW)],
)
def test_a_bad_row_is_skipped_and_named_by_line(tmp_path: Path, row: str, problem: Problem) -> None:
    products, summary = read(csv(tmp_path, f"id,title\n1,Hat\n{row}\n3,Cap\n"))
    assert [product.id for product in products] == ["1", "3"]
    assert [finding.line for finding in summary.findings[problem]] == [3]
    assert (summary.read, summary.kept) == (3, 2)


def test_bad_lines_of_json_are_skipped_and_named(tmp_path: Path) -> None:
    path = jsonl(tmp_path, {"id": 1, "title": "Hat"}, ["no", "object"], {"id": 2, "title": "half \ud800 a letter"})
    path.write_bytes(path.read_bytes() + b'{"id": 3, "title"\n\xff\n')
    products, summary = read(path)
    assert [product.title for product in products] == ["Hat", "half a letter"]
    assert [finding.line for finding in summary.findings[BAD_ROW]] == [2, 4, 5]


def test_a_category_path_has_the_shops_own_separator(tmp_path: Path) -> None:
    products, _ = read(csv(tmp_path, "id,title,category\n1,Hat,Clothing / Hats / \n"), category_separator="/")
    assert products[0].category == ("Clothing", "Hats")


def test_pictures_are_found_by_id_where_no_column_names_them(tmp_path: Path, pictures: Path) -> None:
    products, summary = read(csv(tmp_path, "id,title\n7,Hat\n8,Cap\n"), pictures=pictures)
    assert [product.picture for product in products] == ["7.jpg", ""]
    assert [finding.line for finding in summary.findings[NO_PICTURE]] == [3]


def test_paths_of_pictures_cannot_lead_out(tmp_path: Path, pictures: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes((pictures / "hats" / "7.jpg").read_bytes())
    rows = f"1,Hat,../secret.jpg\n2,Hat,{tmp_path / 'secret.jpg'}\n"
    products, summary = read(csv(tmp_path, f"id,title,picture\n{rows}"), pictures=pictures)
    assert [product.picture for product in products] == ["", ""]
    assert [finding.line for finding in summary.findings[REFUSED_PATH]] == [2, 3]


def test_pictures_named_in_vain_are_told(tmp_path: Path) -> None:
    _, summary = read(csv(tmp_path, "id,title,picture\n1,Hat,1.jpg\n"))
    assert "column picture names pictures, but --pictures was not given" in summary.notes


@pytest.mark.parametrize(("name", "data"), [("shop.parquet", b"PAR1 no"), ("shop.csv", b""), ("shop.jsonl", b'[{"id": 1}]')])
def test_a_file_of_another_format_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=name):
        read(tmp_path / name)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no file; give one table: CSV"):
        read(tmp_path)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
nested = st.recursive(values, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2))
columns = st.sampled_from(["category", "price", "currency", "rating", "rating_count", "stock", "added", "attributes", "other"])


@given(rows=st.lists(st.dictionaries(columns, nested, max_size=5), max_size=5))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_values_are_read_or_counted_and_never_fatal(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    path = jsonl(tmp_path, *({**row, "id": place, "title": "T"} for place, row in enumerate(rows)), {"id": "last", "title": "T"})
    products, summary = read(path, rest_as_attributes=True)
    assert len(products) == summary.kept == len(rows) + 1


def test_a_number_with_three_digits_behind_a_mark_is_read_as_prices_are(tmp_path: Path) -> None:
    table = csv(tmp_path, 'id,title,stock,rating_count\n1,Mug,"1,000","2,000"\n')
    (product,), summary = read(table)
    assert (product.stock, product.rating_count, summary.count(TWO_NUMBERS)) == (None, 0, 2)
    (product,), summary = read(table, decimal=".")
    assert (product.stock, product.rating_count, summary.findings) == (1_000, 2_000, {})


def test_an_id_that_no_search_could_name_is_skipped(tmp_path: Path) -> None:
    products, summary = read(csv(tmp_path, f"id,title\n{'a' * 256},Mug\n{'b' * 257},Mug\n"))
    assert [product.id for product in products] == ["a" * 256]
    assert [finding.line for finding in summary.findings[LONG_ID]] == [3]


@pytest.mark.parametrize("separator", [">", "&gt;"])
def test_entities_in_a_category_path_are_read_before_it_is_split(tmp_path: Path, separator: str) -> None:
    table = csv(tmp_path, "id,title,category\n1,Mug,Kitchen &gt; Mugs &amp; Cups\n2,Mug,Kitchen > Mugs &amp; Cups\n")
    products, _ = read(table, category_separator=separator)
    assert [product.category for product in products] == [("Kitchen", "Mugs & Cups")] * 2


def test_a_rating_of_nobody_is_unknown(tmp_path: Path) -> None:
    table = csv(tmp_path, "id,title,rating,rating_count\n1,Mug,0,0\n2,Mug,0.0,\n3,Mug,0,2\n4,Mug,4,0\n")
    products, summary = read(table)
    assert [product.rating for product in products] == [None, None, 0.0, 4.0]
    assert [finding.line for finding in summary.findings[NO_RATING]] == [2, 3]
    (product,), _ = read(csv(tmp_path, "id,title,rating\n1,Mug,0\n"))
    assert product.rating is None


def test_marks_of_what_is_unknown_are_brands_and_values_no_more(tmp_path: Path) -> None:
    rows = "".join(f"{place},{mark},{mark},{mark}\n" for place, mark in enumerate(["n/a", "None", "-"]))
    products, _ = read(csv(tmp_path, f"id,title,brand,attributes.size\n{rows}"))
    assert [(product.title, product.brand, product.attributes) for product in products] == [
        ("n/a", "", {}),
        ("None", "", {}),
        ("-", "", {}),
    ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("shop.xlsx", b"PK\3\4 and so on", "is a spreadsheet: save it as CSV"),
        ("shop.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a spreadsheet: save it as CSV"),
        ("shop.csv", b"PK\3\4 and so on", "is a zip file or a spreadsheet: unpack it, or save it as CSV"),
        ("shop.csv", b"PAR1 and so on", "is Parquet: give it a name that ends with .parquet"),
    ],
)
def test_a_file_of_another_format_is_told_by_what_it_is(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=message):
        read(tmp_path / name)
