"""Several values in one attribute."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalogue.readers.shop_table import jsonl, read


def test_a_list_in_an_attribute_is_told_with_its_column(tmp_path: Path) -> None:
    rows = [{"id": 1, "title": "Hat", "attributes": {"size": ["S", "M"], "fit": ["wide"]}}, {"id": 2, "title": "Hat"}]
    products, summary = read(jsonl(tmp_path, *rows))
    assert products[0].attributes == {"size": "S, M", "fit": "wide"}
    assert [finding.value for findings in summary.findings.values() for finding in findings] == ["S, M"]
    assert {problem.name: len(findings) for problem, findings in summary.findings.items()} == {"list in attributes.size": 1}


@pytest.mark.parametrize("values", [["Red"], ["Red", "red", " RED "], [None, "Red", "n/a", ""], ["<b>Red</b>", "Red"]])
def test_a_list_of_one_value_that_is_known_is_that_value(tmp_path: Path, values: list[str | None]) -> None:
    products, summary = read(jsonl(tmp_path, {"id": 1, "title": "Hat", "attributes.colour": values}))
    assert (products[0].attributes, summary.findings) == ({"colour": "Red"}, {})


def test_values_of_a_list_keep_their_order_and_come_once(tmp_path: Path) -> None:
    rows = [{"id": 1, "title": "Hat", "attributes.colour": ["Red", "Blue", "-", "red"]}, {"id": 2, "title": "Hat", "size": ["-"]}]
    products, summary = read(jsonl(tmp_path, *rows), columns={"attributes.size": "size"})
    assert [product.attributes for product in products] == [{"colour": "Red, Blue"}, {}]
    assert {problem.name: len(findings) for problem, findings in summary.findings.items()} == {"list in attributes.colour": 1}


def test_objects_in_a_list_are_no_values_and_are_told(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "title": "Hat", "attributes.colour": [{"name": "Red"}]},
        {"id": 2, "title": "Hat", "variants": [{"sku": 8}]},
    ]
    products, summary = read(jsonl(tmp_path, *rows))
    assert [product.attributes for product in products] == [{}, {}]
    assert dict(summary.unused_columns) == {"attributes.colour": 1, "variants": 1}
