from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.protocol.grades import anchor, grade_products, satisfies


def product(kind: str, parent: str = "Topwear", brand: str = "Alba", **attributes: str) -> Product:
    return Product(id=kind, title=kind, category=("Apparel", parent, kind), brand=brand, attributes=attributes)


def grades(wish: dict[str, str], *products: Product) -> list[int]:
    return [int(grade) for grade in grade_products(wish, FacetTable.from_products(products))]


WISH = {"type": "Shirts", "colour": "Blue", "gender": "Men"}


@pytest.mark.parametrize(
    ("offered", "grade"),
    [
        (product("Shirts", colour="Blue", gender="Men"), 3),
        (product("Shirts", colour="Navy Blue", gender="Men"), 3),  # a shade satisfies its colour
        (product("Shirts", colour="Blue", gender="Unisex"), 3),  # for everybody
        (product("Shirts", colour="Red", gender="Men"), 2),
        (product("Shirts", colour="Blue", gender="Women"), 1),  # another gender is no substitute
        (product("Shirts", colour="Red", gender="Women"), 1),
        (product("Shirts"), 1),
        (product("Tops", colour="Blue", gender="Men"), 1),  # a sibling with the rest right
        (product("Tops", colour="Red", gender="Men"), 0),
        (product("Jeans", parent="Bottomwear", colour="Blue", gender="Men"), 0),
        (Product(id="x", title="x"), 0),
    ],
)
def test_a_wish_with_a_type(offered: Product, grade: int) -> None:
    reference = product("Shirts", colour="Blue", gender="Men")  # tells the siblings of shirts
    assert grades(WISH, offered, reference)[0] == grade


def test_a_colour_does_not_satisfy_its_shade() -> None:
    assert grades({"type": "Shirts", "colour": "Navy Blue"}, product("Shirts", colour="Blue")) == [1]


def test_one_further_wish_has_no_grade_between_type_and_all() -> None:
    offered = (product("Shirts", colour="Blue"), product("Shirts", colour="Red"), product("Tops", colour="Blue"))
    assert grades({"type": "Shirts", "colour": "Blue"}, *offered) == [3, 1, 0]


def test_a_type_alone() -> None:
    assert grades({"type": "Shirts"}, product("Shirts"), product("Tops")) == [3, 0]


def test_without_a_type_the_brand_is_what_it_is_about() -> None:
    offered = (product("Shirts", colour="Red"), product("Tops", colour="Blue"), product("Tops", brand="Brio", colour="Red"))
    assert grades({"brand": "Alba", "colour": "Red"}, *offered) == [3, 1, 0]


def test_without_type_and_brand_it_is_about_the_rarest() -> None:
    offered = (
        product("Shirts", pattern="Striped", gender="Women"),
        product("Shirts", pattern="Striped", gender="Men"),
        product("Shirts", pattern="Plain", gender="Women"),
        product("Tops", pattern="Plain", gender="Women"),
    )
    assert anchor({"pattern": "Striped", "gender": "Women"}, FacetTable.from_products(offered)) == "pattern"
    assert grades({"pattern": "Striped", "gender": "Women"}, *offered) == [3, 1, 0, 0]


def test_an_empty_wish_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one facet"):
        grades({}, product("Shirts"))


facet_values = {
    "type": ["Tshirts", "Shirts", "Jeans"],
    "colour": ["Blue", "Navy Blue", "Red"],
    "brand": ["Alba", "Brio"],
    "gender": ["Men", "Women"],
}
wishes = st.fixed_dictionaries({}, optional={facet: st.sampled_from(values) for facet, values in facet_values.items()})


@given(wishes.filter(bool))
def test_grade_3_is_exactly_every_wish_satisfied(table: FacetTable, wish: dict[str, str]) -> None:
    found = grade_products(wish, table)
    every = [all(satisfies(table, facet, value)[row] for facet, value in wish.items()) for row in range(0, len(table), 37)]
    assert [grade == 3 for grade in found[::37]] == every


@given(wishes.filter(lambda wish: "type" in wish), st.sampled_from(["colour", "brand"]))
def test_asking_for_more_never_adds_full_answers(table: FacetTable, wish: dict[str, str], facet: str) -> None:
    fewer = {name: value for name, value in wish.items() if name != facet}
    more = {**fewer, facet: facet_values[facet][0]}
    assert ((grade_products(more, table) == 3) <= (grade_products(fewer, table) == 3)).all()
