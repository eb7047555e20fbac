from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.facets import MISSING, FacetTable
from assortment.catalogue.product import Product

PRODUCTS = [
    Product(id="1", title="a", category=("Apparel", "Topwear", "Shirts"), attributes={"colour": "Blue"}),
    Product(id="2", title="b", category=("Apparel", "Topwear", "Tops"), brand="Alba"),
    Product(id="3", title="c", category=("Watches",), attributes={"colour": "Red"}),
]


def test_a_product_without_a_facet_has_the_missing_code() -> None:
    table = FacetTable.from_products(PRODUCTS)
    assert table.facets == ("brand", "colour", "type")
    assert table.values("colour") == ("Blue", "Red")
    np.testing.assert_array_equal(table.column("colour").codes, [0, MISSING, 1])
    assert [table.value("brand", row) for row in range(3)] == ["", "Alba", ""]


def test_nothing_equals_a_value_that_no_product_has() -> None:
    table = FacetTable.from_products(PRODUCTS)
    assert not table.column("colour").equals("Green").any()
    assert not table.column("pattern").equals("Striped").any()
    assert table.values("pattern") == ()


def test_parents_are_the_category_above_the_type() -> None:
    parents = FacetTable.from_products(PRODUCTS).parents
    assert parents.codes[0] == parents.codes[1]
    assert parents.codes[2] == MISSING


def test_shares_are_of_all_products() -> None:
    np.testing.assert_allclose(FacetTable.from_products(PRODUCTS).column("colour").shares(), [1 / 3, 1 / 3])


@given(st.lists(st.sampled_from(["", "Red", "Blue", "Green"]), max_size=20))
def test_codes_give_back_every_value(colours: list[str]) -> None:
    products = [Product(id=str(i), title="x", attributes={"colour": colour}) for i, colour in enumerate(colours)]
    table = FacetTable.from_products(products)
    assert len(table) == len(colours)
    assert [table.value("colour", row) for row in range(len(table))] == colours
