"""The Icecat reader: cents, kinds read off titles, few facets of many attributes."""

from __future__ import annotations

import datetime
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from assortment.catalogue.product import Product
from assortment.catalogue.readers.icecat import IcecatReader
from assortment.catalogue.readers.icecat_facets import FacetChooser
from assortment.catalogue.readers.icecat_types import TypeFinder
from assortment.catalogue.summary import BAD_DATE, BAD_PRICE, BAD_ROW, DUPLICATE_ID, EMPTY_ID, EMPTY_TITLE, Problem, ReadSummary
from assortment.errors import DataError

TONER = {
    "id": "1",
    "title": "Xerox 006R toner cartridge Original 90&deg;",
    "name": "006R",
    "supplier": "Xerox",
    "price": 4995,
    "short_description": "Toner <br />for <b>CopyCentre</b>",
    "date_released": "2009-12-10T00:00:00Z",
    "ean": ["0095205603217"],
    "img_high": "http://images.example/1.jpg",
    "attr_t_product_colour": "Black",
    "attr_n_weight": 3.0,
    "attr_b_colour": True,
}


def write(folder: Path, *rows: object, name: str = "products.jsonl.gz") -> Path:
    lines = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows).encode()
    (folder / name).write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    return folder


def read(source: Path) -> tuple[list[Product], ReadSummary]:
    summary = ReadSummary(source="icecat")
    found = list(IcecatReader().read(source, summary))
    assert all(picture is None for _, picture in found)
    return [product for product, _ in found], summary


def rows(number: int, **changes: object) -> list[dict[str, object]]:
    return [{**TONER, "id": str(place), **changes} for place in range(1, number + 1)]


@pytest.mark.parametrize("name", ["products.jsonl", "products.jsonl.gz"])
def test_a_line_becomes_a_product(tmp_path: Path, name: str) -> None:
    products, summary = read(write(tmp_path, *rows(3), name=name))
    assert products[0] == Product(
        id="1",
        title="Xerox 006R toner cartridge Original 90°",
        description="Toner. for CopyCentre.",
        category=("cartridge", "toner cartridge"),
        brand="Xerox",
        attributes={"colour": "Black"},
        price=49.95,
        added=datetime.date(2009, 12, 10),
    )
    assert any("pictures are web addresses" in note for note in summary.notes)


def test_the_file_itself_may_be_given(tmp_path: Path) -> None:
    products, _ = read(write(tmp_path, *rows(2)) / "products.jsonl.gz")
    assert len(products) == 2


def test_a_description_that_repeats_the_title_is_left_out(tmp_path: Path) -> None:
    products, _ = read(write(tmp_path, *rows(2, short_description=TONER["title"])))
    assert products[0].description == ""


@pytest.mark.parametrize(
    ("bad", "problem", "kept"),
    [
        ("{broken", BAD_ROW, False),
        ("[1, 2]", BAD_ROW, False),
        ({**TONER, "id": "1"}, DUPLICATE_ID, False),
        ({**TONER, "id": None}, EMPTY_ID, False),
        ({**TONER, "id": "9", "title": ""}, EMPTY_TITLE, False),
        ({**TONER, "id": "9", "price": 0}, BAD_PRICE, True),
        ({**TONER, "id": "9", "price": "49.95"}, BAD_PRICE, True),
        ({**TONER, "id": "9", "date_released": "soon"}, BAD_DATE, True),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_read(tmp_path: Path, bad: object, problem: Problem, kept: bool) -> None:
    products, summary = read(write(tmp_path, TONER, bad, {**TONER, "id": "2"}))
    assert [product.id for product in products] == (["1", "9", "2"] if kept else ["1", "2"])
    assert [finding.line for finding in summary.findings[problem]] == [2]
    assert (summary.read, summary.kept) == (3, 2 + kept)


def test_kinds_are_learnt_from_titles_and_found_in_others() -> None:
    learnt = [("Acme X1 networking cable Blue", "Acme", "X1"), ("Bolt Y2 networking cable 2 m", "Bolt", "Y2")]
    learnt += [("Acme A1 audio cable", "Acme", "A1"), ("Acme A2 audio cable Black", "Acme", "A2"), ("Acme A3", "Acme", "A3")]
    finder = TypeFinder(learnt)
    assert finder.find("6 ft Networking Cable, blue") == ("cable", "networking cable")
    assert finder.find("Acme 6 ft Cat5e Patch Cables with clip for cameras") == ("cable", "cable")
    assert finder.find("Acme A3") == ()


def test_facets_are_common_shared_words() -> None:
    chooser = FacetChooser()
    for place in range(200):
        common = {"attr_t_material": "Steel" if place % 2 else "steel ", "attr_t_finish": "Matte" if place % 3 else "Gloss"}
        own = {"attr_t_oem_code": f"X{place}", "attr_n_length": 2.0, "attr_b_wireless": True, "attr_t_country_of_origin": "Peru"}
        chooser.add({**common, **own, **({"attr_t_rare": "Yes, rare"} if place == 0 else {})})
    facets = chooser.choose()
    assert facets.names == ["finish"]  # everything is of steel, so it tells nothing
    assert facets.of({"attr_t_finish": "matte", "attr_t_cable_colour": "Red"}) == {"colour": "Red", "finish": "Matte"}


def test_the_same_value_in_other_letters_is_the_same() -> None:
    chooser = FacetChooser()
    for colour in ("Black", "Black", "black", "White"):
        chooser.add({"attr_t_product_colour": colour})
    assert chooser.choose().of({"attr_t_product_colour": "black"}) == {"colour": "Black"}


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"products\.jsonl is missing"):
        read(tmp_path)
    with pytest.raises(DataError, match="no line is an object with a title"):
        read(write(tmp_path, {"sku": 1}))
    with pytest.raises(DataError, match="one JSON array"):
        read(write(tmp_path, "[", json.dumps(TONER), "]"))


def test_a_file_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, *rows(50)) / "products.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.data
@pytest.mark.slow
def test_the_real_catalogue(real_data: Any) -> None:
    products, summary = read(real_data / "icecat")
    assert (summary.read, summary.kept, summary.findings) == (19_406, 19_406, {})
    assert all(product.price and product.brand and product.added for product in products)
    assert sum(bool(product.type) for product in products) > 0.65 * len(products)
    assert sum("colour" in product.attributes for product in products) > 0.65 * len(products)
    assert len({name for product in products for name in product.attributes}) <= 41
    assert not any("<br" in product.description or "&deg;" in product.title for product in products)
