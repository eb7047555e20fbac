"""JSON that is no lines: a list, or an object that has one, and what is told about others."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from assortment.catalogue.offers import Offer, read_offers
from assortment.catalogue.readers.table import TableReader
from assortment.catalogue.readers.table_columns import TableSettings
from assortment.catalogue.summary import BAD_ROW, EMPTY_TITLE, ReadSummary
from assortment.errors import DataError
from tests.catalogue.readers.shop_table import read

MUG, HAT = {"id": 1, "title": "Mug"}, {"id": 2, "title": "Hat", "price": {"amount": 5}}


def written(folder: Path, text: str, name: str = "shop.json") -> Path:
    data = text.encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder / name


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["shop.json", "shop.jsonl", "shop.json.gz"])
@pytest.mark.parametrize(
    ("value", "note"),
    [
        ([MUG, HAT], None),
        ({"products": [MUG, HAT]}, "read from the list products"),
        ({"total": 2, "products": [MUG, HAT]}, "read from the list products; passed over: total"),
        (
            {"products": [MUG, HAT], "tags": ["a"], "page": {"number": 1}, "facets": []},
            "read from the list products; passed over: tags, page.number, facets",
        ),
        ({"data": {"id": 7, "items": [MUG, HAT]}}, "read from the list data.items; passed over: data.id"),
        ({"title": "My shop", "items": [MUG, HAT]}, "read from the list items; passed over: title"),
    ],
)
def test_the_one_list_of_objects_is_the_table(
    tmp_path: Path, value: object, note: str | None, name: str, indent: int | None
) -> None:
    path = written(tmp_path, json.dumps(value, indent=indent) + "\n", name)
    products, summary = read(path, columns={"price": "price.amount"})
    assert [(product.id, product.title, product.price) for product in products] == [("1", "Mug", None), ("2", "Hat", 5.0)]
    assert (summary.read, summary.kept, summary.findings) == (2, 2, {})
    assert summary.notes[1:] == ([note] if note else [])
    assert TableReader(TableSettings()).count(path) == 2


def test_of_many_fields_the_first_ones_are_named(tmp_path: Path) -> None:
    value = {**{f"field {place}": place for place in range(12)}, "products": [MUG]}
    _, summary = read(written(tmp_path, json.dumps(value)))
    assert summary.notes[-1].endswith("passed over: " + ", ".join(f"field {place}" for place in range(10)) + " and 2 more")


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("columns", [{}, {"id": "SKU", "title": "offer.name"}])
def test_a_product_with_a_list_is_a_product(tmp_path: Path, columns: dict[str, str], indent: int | None) -> None:
    named = {"sku": 3, "offer": {"name": "Cap"}} if columns else {"id": 3, "title": "Cap"}
    value = {**named, "variants": [{**MUG, "sku": 8}]}
    products, _ = read(written(tmp_path, json.dumps(value, indent=indent)), columns=columns)
    assert [(product.id, product.title) for product in products] == [("3", "Cap")]


@pytest.mark.parametrize("indent", [None, 2])
def test_several_lists_are_refused_by_name(tmp_path: Path, indent: int | None) -> None:
    value = {"total": 2, "brands": [{"id": 1}], "data": {"products": [MUG, HAT]}}
    message = r"shop.json is one object with several lists of objects: brands \(1\), data.products \(2\); give one product a line"
    with pytest.raises(DataError, match=rf"{message} instead: cat shop.json \| jq -c '\.\[\"data\"\]\[\"products\"\]\[\]' >"):
        read(written(tmp_path, json.dumps(value, indent=indent)))


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("value", [{"total": 0, "products": []}, {"total": 2, "products": ["Mug", "Hat"]}])
def test_an_object_without_a_list_of_objects_is_refused_by_its_fields(tmp_path: Path, value: object, indent: int | None) -> None:
    with pytest.raises(DataError, match="no column id and title; found: total, products"):
        read(written(tmp_path, json.dumps(value, indent=indent)))


@pytest.mark.parametrize("inner", ["", "products"])
def test_what_is_no_object_in_a_list_is_counted_by_its_place(tmp_path: Path, inner: str) -> None:
    rows = [MUG, "Hat", None, {"id": 4}]
    products, summary = read(written(tmp_path, json.dumps({inner: rows} if inner else rows, indent=1)))
    assert [product.id for product in products] == ["1"]
    assert [(finding.line, finding.value) for finding in summary.findings[BAD_ROW]] == [
        (2, "str instead of an object: Hat"),
        (3, "NoneType instead of an object: None"),
    ]
    assert [finding.line for finding in summary.findings[EMPTY_TITLE]] == [4]
    assert (summary.read, summary.skipped) == (4, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n "products": [\n', r"not one that can be read \(Expecting value: line 3"),
        ('\ufeff{"products": [\n{"id": 1},\n', r"not one that can be read \(Expecting value: line 3"),
        ('{\n "id": 1\n}\n{\n "id": 2\n}\n', r"not one that can be read \(Extra data: line 4 .*cat shop.json \| jq -c '\.' >"),
    ],
)
def test_what_does_not_parse_is_told_where(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(written(tmp_path, text))


def test_lines_stay_lines_when_the_first_is_cut(tmp_path: Path) -> None:
    products, summary = read(written(tmp_path, '{"id": 3, "title"\n{"id": 1, "title": "Mug"}\n'))
    assert [product.id for product in products] == ["1"]
    assert [finding.line for finding in summary.findings[BAD_ROW]] == [1]


def test_one_line_that_is_no_utf8_is_a_bad_line(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    path.write_bytes(b'{"id": 1, "title": "Caf\xe9", "sizes": [{"cm": 3}]}')
    with pytest.raises(DataError, match="no column id and title; found: none"):
        read(path)


def test_offers_are_read_from_a_list_too(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"day": "2024-12-31", "offers": [{"sku": "A", "price": 5}]}, indent=1))
    summary = ReadSummary(source=path.name)
    assert read_offers(path, summary, columns={"id": "sku"}) == {"A": Offer(price=5.0)}
    assert summary.notes == ["read from the list offers; passed over: day"]


@pytest.mark.parametrize("end", [",", ",\r", ""])
def test_lines_that_were_cut_from_a_list_keep_their_commas(tmp_path: Path, end: str) -> None:
    products, summary = read(
        written(tmp_path, "".join(f"{json.dumps(row)}{end}\n" for row in (MUG, HAT, {"id": 3, "title": "Cap"})))
    )
    assert ([product.id for product in products], summary.findings) == (["1", "2", "3"], {})
