"""The grocery reader: folders, descriptions, information files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from assortment.catalogue.product import Product
from assortment.catalogue.readers.grocery import NO_DESCRIPTION, NO_INFORMATION, GroceryReader
from assortment.catalogue.summary import DUPLICATE_ID, EMPTY_ID, NO_PICTURE, REFUSED_PATH, Problem, ReadSummary
from assortment.errors import DataError

HEADER = (
    "Class Name (str),Class ID (int),Coarse Class Name (str),Coarse Class ID (int),Iconic Image Path (str),"
    "Product Description Path (str)\n"
)
FOLDER = "iconic-images-and-descriptions"


def row(name: str, kind: str, place: str) -> str:
    path = f"/{FOLDER}/{place}/{name}/{name}"
    return f"{name},0,{kind},0,{path}_Iconic.jpg,{path}_Description.txt\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(buffer, "JPEG")
    told = {
        "Fruit/Apple/Pink-Lady": "\ufeffTitle: Apple Klass 1\nCountry and volume: Italy,\u00a0ca 180g \n",
        "Packages/Juice/Bravo-Apple-Juice": "Manufacturer and volume: BRAVO\u00a0,\u00a02l\nManufacturing country: Sweden\n",
    }
    for place, information in told.items():
        folder = tmp_path / FOLDER / place
        folder.mkdir(parents=True)
        (folder / f"{folder.name}_Iconic.jpg").write_bytes(buffer.getvalue())
        (folder / f"{folder.name}_Description.txt").write_text(f"About {folder.name}.\n", encoding="utf-8")
        (folder / f"{folder.name}-Information.txt").write_text(information, encoding="utf-8")
    rows = row("Pink-Lady", "Apple", "Fruit/Apple") + row("Bravo-Apple-Juice", "Juice", "Packages/Juice")
    (tmp_path / "classes.csv").write_text(HEADER + rows, encoding="utf-8")
    return tmp_path


def read(source: Path) -> tuple[list[tuple[Product, bytes | None]], ReadSummary]:
    summary = ReadSummary(source="grocery")
    return list(GroceryReader().read(source, summary)), summary


def test_a_row_becomes_a_product(shop: Path) -> None:
    found, summary = read(shop)
    assert [product for product, _ in found] == [
        Product(
            id="Pink-Lady",
            title="Pink Lady Apple",
            description="About Pink-Lady.",
            department="Fruit",
            category=("Fruit", "Apple"),
            attributes={"country": "Italy", "volume": "ca 180g"},
            picture=f"{FOLDER}/Fruit/Apple/Pink-Lady/Pink-Lady_Iconic.jpg",
        ),
        Product(
            id="Bravo-Apple-Juice",
            title="Bravo Apple Juice",
            description="About Bravo-Apple-Juice.",
            department="Packages",
            category=("Packages", "Juice"),
            brand="BRAVO",
            attributes={"country": "Sweden", "volume": "2l"},
            picture=f"{FOLDER}/Packages/Juice/Bravo-Apple-Juice/Bravo-Apple-Juice_Iconic.jpg",
        ),
    ]
    assert all(picture for _, picture in found)
    assert summary.findings == {}


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (row("Pink-Lady", "Apple", "Fruit/Apple"), DUPLICATE_ID),
        (row("", "Apple", "Fruit/Apple"), EMPTY_ID),
        (row("Lost", "Apple", "Fruit/Apple"), NO_PICTURE),
        (row("Lost", "Apple", "Fruit/Apple"), NO_DESCRIPTION),
        (f"Sly,0,Apple,0,/../secret.jpg,/{FOLDER}/a.txt\n", REFUSED_PATH),
    ],
)
def test_what_is_wrong_is_named_by_line(shop: Path, bad: str, problem: Problem) -> None:
    table = shop / "classes.csv"
    table.write_text(table.read_text(encoding="utf-8") + bad, encoding="utf-8")
    _, summary = read(shop)
    assert [finding.line for finding in summary.findings[problem]] == [4]


def test_a_description_outside_the_folder_is_not_read(shop: Path) -> None:
    (shop.parent / "secret.txt").write_text("secret", encoding="utf-8")
    (shop / "classes.csv").write_text(HEADER + "Sly,0,Apple,0,/a.jpg,/../secret.txt\n", encoding="utf-8")
    found, summary = read(shop)
    assert (found[0][0].description, summary.count(NO_DESCRIPTION)) == ("", 1)


def test_a_missing_information_file_is_counted(shop: Path) -> None:
    next(shop.rglob("Pink-Lady-Information.txt")).unlink()
    _, summary = read(shop)
    assert summary.count(NO_INFORMATION) == 1


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"classes\.csv is missing"):
        read(tmp_path)


@pytest.mark.data
def test_the_real_catalogue(real_data: Any) -> None:
    found, summary = read(real_data / "grocery")
    assert (summary.read, summary.kept, summary.findings) == (81, 81, {})
    assert all(picture and product.description and product.title for product, picture in found)
    assert {product.department for product, _ in found} == {"Fruit", "Packages", "Vegetables"}
    assert sum(bool(product.brand) for product, _ in found) == 31
    titles = {product.title for product, _ in found}
    assert {"Golden Delicious Apple", "Watermelon", "Arla Medium Fat Milk"} <= titles
