"""Filters as a caller sends them: what is wrong is told by place, what is right has one canonical spelling."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assortment.errors import InputError
from assortment.serving.filters import NO_FILTERS, Filters, fold
from assortment.serving.page_rules import NO_RULES, parse
from assortment_client import contract as public

PRICE = "allowed: [from, to], each null or a number from 0 to 1e+12, the first not above the second"
VALUE = "allowed: a string of 1 to 128 characters, not all of them spaces"

BAD: list[tuple[Any, str]] = [
    (["Puma"], ": 'a JSON list' is not allowed; allowed: an object of filters, as in {\"brand\": [\"Puma\"]}"),
    (None, ": None is not allowed; allowed: an object of filters"),
    ({"colour": ["Blue"]}, ".colour: 'a JSON list' is not allowed; it is no filter; allowed: price, price_level, dep"),
    ({"price": 50}, f".price: 50 is not allowed; {PRICE}"),
    ({"price": [50]}, f".price: 'a JSON list' is not allowed; {PRICE}"),
    ({"price": [None, "50"]}, f".price[1]: '50' is not allowed; {PRICE}"),
    ({"price": [True, None]}, f".price[0]: True is not allowed; {PRICE}"),
    ({"price": [-1, None]}, f".price[0]: -1 is not allowed; {PRICE}"),
    ({"price": [None, 10**400]}, ".price[1]: 1000"),
    ({"price": [20, 10]}, f".price: '20 to 10' is not allowed; {PRICE}"),
    ({"price_level": "cheap"}, ".price_level: 'cheap' is not allowed; allowed: low, high"),
    ({"price_level": []}, ".price_level: 'a JSON list' is not allowed; allowed: low, high"),
    ({"brand": "Puma"}, ".brand: 'Puma' is not allowed; allowed: at most 50 values, as a list of strings"),
    ({"brand": ["x"] * 51}, ".brand: '51 values' is not allowed; allowed: at most 50 values"),
    ({"brand": ["Puma", 3]}, f".brand[1]: 3 is not allowed; {VALUE}"),
    ({"department": [" \t"]}, f".department[0]: ' \\t' is not allowed; {VALUE}"),
    ({"category": ["x" * 129]}, ".category[0]: 'xxx"),
    ({"category": ["\ud800"]}, f".category[0]: '\\ud800' is not allowed; {VALUE}"),
    ({"attributes": ["Blue"]}, ".attributes: 'a JSON list' is not allowed; allowed: an object from attribute to values"),
    ({"attributes": {str(i): [] for i in range(9)}}, ".attributes: '9 attributes' is not allowed; allowed: at most 8"),
    ({"attributes": {"": ["x"]}}, ".attributes: '' is not allowed; allowed: an attribute's name of 1 to 64 characters"),
    ({"attributes": {"a\nb": "x"}}, ".attributes.a\\nb: 'x' is not allowed; allowed: at most 50 values, as a list of strings"),
    ({"without": ["Blue"]}, ".without: 'a JSON list' is not allowed; allowed: an object from attribute to values, as in"),
    ({"without": {"brand": "Puma"}}, ".without.brand: 'Puma' is not allowed; allowed: at most 50 values, as a list of strings"),
    ({"in_stock": 1}, ".in_stock: 1 is not allowed; allowed: true or false"),
    ({"min_rating": 5.5}, ".min_rating: 5.5 is not allowed; allowed: a number from 0 to 5"),
    ({"min_rating": None}, ".min_rating: None is not allowed; allowed: a number from 0 to 5"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), BAD)
def test_a_wrong_filter_is_told_by_its_place(value: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(json.dumps({"filters": value}))
    assert f"RULES.filters{message}" in str(caught.value)


def test_what_filters_nothing_is_no_filter() -> None:
    nothing = {"price": [None, None], "brand": [], "attributes": {"colour": []}, "in_stock": False, "without": {"brand": []}}
    assert parse(json.dumps({"filters": nothing, "sort": "relevance"})) == NO_RULES
    assert parse(b'{"filters": {}}').canonical() == b""
    assert not NO_FILTERS
    assert Filters(min_rating=0.0)


def test_limits_are_inside() -> None:
    values = [f"{i:0{public.MAX_FILTER_VALUE_CHARACTERS}}" for i in range(public.MAX_FILTER_VALUES)]
    attributes = {"a" * (public.MAX_FACET_CHARACTERS - 1) + str(i): ["x"] for i in range(public.MAX_FILTER_ATTRIBUTES)}
    told = {"brand": values, "attributes": attributes, "price": [0, public.MAX_PRICE], "min_rating": public.MAX_RATING}
    assert len(parse(json.dumps({"filters": told})).filters.brand) == public.MAX_FILTER_VALUES


def test_values_are_compared_without_regard_to_case_and_spacing() -> None:
    assert fold("  Navy \t BLUE ") == fold("navy blue")
    assert fold("STRASSE") == fold("straße")
