"""Brands read off titles."""

from __future__ import annotations

import pytest

from assortment.catalogue.brands import BrandFinder

TITLES = [
    *(f"Peter England Men Shirt {i}" for i in range(6)),
    *(f"Turtle Men Shirt {i}" for i in range(9)),
    *(f"Turtle Check Men Shirt {i}" for i in range(6)),
    *(f"Basics Check Men Shirt {i}" for i in range(9)),
    *(f"Lee Men Jeans {i}" for i in range(9)),
    *(f"Lee Cooper Men Jeans {i}" for i in range(6)),
    *(f"ADIDAS Women Shoes {i}" for i in range(6)),
    "Adidas Men Shoes",
    *(f"Kids Ville Girls Top {i}" for i in range(5)),
    "Rare Men Shirt",
]


@pytest.mark.parametrize(
    ("title", "brand"),
    [
        ("Peter England Party Jeans", "Peter England"),
        ("Turtle Check Men Navy Shirt", "Turtle"),
        ("Lee Cooper Men Jeans", "Lee Cooper"),
        ("Lee Men Jeans", "Lee"),
        ("adidas Women Running Shoes", "ADIDAS"),
        ("Kids Ville Boys Flip Flops", "Kids Ville"),
        ("Rare Men Shirt", ""),
        ("Men Shirt", ""),
        ("", ""),
    ],
)
def test_a_brand_is_what_several_titles_start_with(title: str, brand: str) -> None:
    assert BrandFinder(TITLES).find(title) == brand
