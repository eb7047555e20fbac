"""The fashion reader: what it makes of good rows, and of everything that is wrong with bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assortment.catalogue.product import Product
from assortment.catalogue.readers import READERS
from assortment.catalogue.summary import (
    BAD_PICTURE,
    BAD_PRICE,
    BAD_ROW,
    DUPLICATE_ID,
    EMPTY_ID,
    EMPTY_TITLE,
    NO_PICTURE,
    UNQUOTED_COMMA,
    Problem,
    ReadSummary,
)
from assortment.errors import DataError

PRICED = "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,price,currency,productDisplayName"


def read(source: Path, *, strict: bool = False) -> tuple[list[tuple[Product, bytes | None]], ReadSummary]:
    summary = ReadSummary(source="styles.csv", strict=strict)
    return list(READERS["fashion"].read(source, summary)), summary


def test_a_row_becomes_a_product_with_category_facets_and_picture(shop: Any) -> None:
    products, summary = read(shop.whole())
    product, picture = products[0]
    assert product.category == ("Apparel", "Topwear", "Shirts")
    assert (product.department, product.type, product.title) == ("Apparel", "Shirts", "Turtle Check Men Navy Blue Shirt")
    expected = {"gender": "Men", "colour": "Navy Blue", "season": "Fall", "usage": "Casual", "year": "2011"}
    assert dict(product.attributes) == expected
    assert (product.picture, picture) == ("1.jpg", shop.jpeg())
    assert (summary.read, summary.kept, summary.skipped, summary.findings) == (3, 3, 0, {})


@pytest.mark.parametrize("place", ["images", "images.zip", "images_224.zip", "images_60x80.zip"])
def test_pictures_come_from_a_folder_or_a_zip_file(shop: Any, place: str) -> None:
    products, _ = read(shop.whole(place=place))
    assert [picture for _, picture in products] == [shop.jpeg()] * 3


def test_pictures_nested_in_a_zip_file_are_found(shop: Any) -> None:
    shop.pictures({"dataset/images/1.jpg": shop.jpeg("red")}, place="images.zip")
    products, summary = read(shop.table(*shop.rows))
    assert products[0][1] == shop.jpeg("red")
    assert summary.count(NO_PICTURE) == 2


def test_the_sharper_of_two_pictures_is_taken(shop: Any) -> None:
    shop.pictures({"1.jpg": shop.jpeg(size=(60, 80))}, place="images_60x80.zip")
    shop.pictures({"1.jpg": shop.jpeg(size=(224, 224))}, place="images_224.zip")
    products, _ = read(shop.table(shop.rows[0]))
    assert products[0][1] == shop.jpeg(size=(224, 224))


@pytest.mark.parametrize(
    ("bad", "problem", "kept"),
    [
        ("1,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,Another Shirt", DUPLICATE_ID, False),
        (",Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,No Id Shirt", EMPTY_ID, False),
        ("9,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,", EMPTY_TITLE, False),
        ("9,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,NA", EMPTY_TITLE, False),
        ("9,Men,Apparel,Topwear,Shirts,Red", BAD_ROW, False),
        (b"9,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,Caf\xe9 Shirt", BAD_ROW, False),
        ("9,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,Tie, Cufflink and Square", UNQUOTED_COMMA, True),
    ],
)
def test_a_bad_row_is_named_by_line_and_the_rest_is_read(shop: Any, bad: str | bytes, problem: Problem, kept: bool) -> None:
    shop.pictures({f"{number}.jpg": shop.jpeg() for number in (1, 2, 3, 9)})
    products, summary = read(shop.table(shop.rows[0], bad, shop.rows[1]))
    assert [finding.line for finding in summary.findings[problem]] == [3]
    assert list(summary.findings) == [problem]
    assert [product.id for product, _ in products] == (["1", "9", "2"] if kept else ["1", "2"])
    assert (summary.read, summary.kept, summary.skipped) == (3, 2 + kept, 1 - kept)


def test_an_unquoted_comma_belongs_to_the_title(shop: Any) -> None:
    products, _ = read(shop.table("9,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,Tie, Cufflink, Square"))
    assert products[0][0].title == "Tie, Cufflink, Square"


def test_quoted_commas_and_stray_quotes_damage_nothing(shop: Any) -> None:
    quoted = '8,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,"Tie, Cufflink"'
    inches = '9,Women,Apparel,Bottomwear,Shorts,Pink,Summer,2011,Sports,Nike EM Tempo 3.5" Short'
    opened = '10,Women,Apparel,Bottomwear,Shorts,Pink,Summer,2011,Sports,"Unclosed'
    products, summary = read(shop.table(quoted, inches, opened, shop.rows[0]))
    assert [product.title for product, _ in products][:3] == ["Tie, Cufflink", 'Nike EM Tempo 3.5" Short', "Unclosed"]
    assert (summary.kept, summary.count(UNQUOTED_COMMA)) == (4, 0)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 not a picture", b"\xff\xd8\xff\xe0 cut short"])
def test_a_damaged_picture_costs_the_picture_and_not_the_product(shop: Any, data: bytes) -> None:
    shop.pictures({"1.jpg": data})
    products, summary = read(shop.table(shop.rows[0]))
    assert (products[0][0].picture, products[0][1]) == ("", None)
    assert [finding.line for finding in summary.findings[BAD_PICTURE]] == [2]


def test_a_truncated_jpeg_is_damaged(shop: Any) -> None:
    whole = shop.jpeg(size=(224, 224))
    shop.pictures({"1.jpg": whole[: len(whole) // 2]})
    _, summary = read(shop.table(shop.rows[0]))
    assert summary.count(BAD_PICTURE) == 1


def test_a_damaged_member_of_a_zip_file_is_a_damaged_picture(shop: Any) -> None:
    shop.pictures({"1.jpg": shop.jpeg()}, place="images.zip")
    archive = shop.folder / "images.zip"
    archive.write_bytes(archive.read_bytes().replace(b"JFIF", b"JFIX"))
    _, summary = read(shop.table(shop.rows[0]))
    assert summary.count(BAD_PICTURE) == 1


@pytest.mark.parametrize("price", ["free", "-3", "0", "inf", "1,5"])
def test_a_price_that_is_no_number_is_left_out(shop: Any, price: str) -> None:
    row = f'1,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,"{price}",EUR,Red Shirt'
    good = "2,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,19.90,EUR,Blue Shirt"
    products, summary = read(shop.table(row, good, header=PRICED))
    assert [(product.price, product.currency) for product, _ in products] == [(None, ""), (19.9, "EUR")]
    assert [finding.line for finding in summary.findings[BAD_PRICE]] == [2]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ((0, "1,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,Another"), DUPLICATE_ID),
        ((0, "9,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,"), EMPTY_TITLE),
        ((0, "9,Men"), BAD_ROW),
    ],
)
def test_strict_stops_at_the_first_serious_problem_and_names_its_line(shop: Any, rows: tuple[int, str], problem: Problem) -> None:
    with pytest.raises(DataError, match=rf"line 3: {problem.name}"):
        read(shop.table(shop.rows[rows[0]], rows[1]), strict=True)


def test_strict_stops_at_a_damaged_picture(shop: Any) -> None:
    shop.pictures({"2.jpg": b"no picture"})
    with pytest.raises(DataError, match="line 3: picture that cannot be decoded"):
        read(shop.table(*shop.rows), strict=True)


def test_strict_lets_repaired_rows_and_missing_pictures_pass(shop: Any) -> None:
    _, summary = read(shop.table("9,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,Tie, Cufflink"), strict=True)
    assert (summary.count(UNQUOTED_COMMA), summary.count(NO_PICTURE), summary.kept) == (1, 1, 1)


def test_a_header_without_needed_columns_is_refused_by_name(shop: Any) -> None:
    with pytest.raises(DataError, match="articleType, productDisplayName are missing"):
        read(shop.table("1,Men", header="id,gender,masterCategory,subCategory,baseColour"))


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"styles\.csv is missing"):
        read(tmp_path)


def test_an_id_cannot_reach_outside_its_folder(shop: Any) -> None:
    (shop.folder.parent / "secret.jpg").write_bytes(shop.jpeg())
    products, _ = read(shop.table("../secret,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,Shirt"))
    assert products[0][1] is None


@given(lines=st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line and line.strip() != b""), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_bytes_are_counted_and_never_fatal(shop: Any, lines: list[bytes]) -> None:
    products, summary = read(shop.table(*lines))
    assert summary.read == len(lines)
    assert summary.kept == len(products) == summary.read - summary.skipped
    assert all(2 <= finding.line <= len(lines) + 1 for findings in summary.findings.values() for finding in findings)


@pytest.mark.data
@pytest.mark.slow
def test_the_real_catalogue(real_data: Path) -> None:
    products, summary = read(real_data / "fashion")
    assert (summary.read, summary.kept) == (40_062, 40_055)
    assert {problem.name: len(found) for problem, found in summary.findings.items()} == {
        "no picture": 327,
        "empty title": 7,
        "unquoted comma": 20,
    }
    branded = sum(bool(product.brand) for product, _ in products)
    assert branded > 0.95 * len(products)
