"""Limits of the price: how they are turned round, joined and written, and numbers that are no prices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.serving.understanding.understand import understand
from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.understanding.words import words_of

KNOWN = ValueWords({"category": ["Shoes", "Laptops"], "colour": ["Red", "Black"], "gender": ["Men"]})
NO_PRICE = (None, None)


@pytest.mark.parametrize(
    ("query", "text", "price"),
    [
        ("no less than $100 headphones", "headphones", (100.0, None)),
        ("headphones not less than $100", "headphones", (100.0, None)),
        ("headphones not below 100 euros", "headphones", (100.0, None)),
        ("laptops not under $500", "laptops", (500.0, None)),
        ("shoes, nothing under $50", "shoes", (50.0, None)),
        ("shoes that cost no less than 50 euros", "shoes", (50.0, None)),
        ("shoes, nothing over 50", "shoes", (None, 50.0)),
        ("shoes not more than 50", "shoes", (None, 50.0)),
        ("shoes not costing above $50", "shoes", (None, 50.0)),
        ("shoes not black under 50", "shoes", (None, 50.0)),
    ],
)
def test_a_comparison_is_turned_round(query: str, text: str, price: tuple[float | None, float | None]) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (text, price)


@pytest.mark.parametrize(
    "query",
    [
        "shoes not up to $50",
        "shoes not from $50",
        "shoes not between $20 and $50",
        "i don't want to spend more than $50",
        "not costing not more than $50",
        "shoes not under 50",  # a lower limit without a currency
        "over $50 and under $20 shoes",
    ],
)
def test_what_is_turned_down_otherwise_or_contradicts_itself_stays(query: str) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (query, NO_PRICE)


@pytest.mark.parametrize(
    "query",
    [
        *("shoes from 38 to 42", "shoes size between 38 and 42", "running shoes size under 42", "bra between 75 and 80"),
        *("records from 1970 to 1979", "films between 1990 and 2000", "led strip up to 5 meters", "shoes height: under 5"),
        *("flashlight up to 1000 lumens", "tent up to 4 man", "rug up to 20 sqm", "laptop up to 32 gigabytes"),
        *("monitor up to 4k", "bulb between 2700 and 3000k", "perfume up to 2k", "shed up to 4 doors", "table up to 4-seater"),
        *("sizes 40-42 \u20ac50", "iphone 12-13 $20", "usb 2.0 - 3.0 $10", "iphone 12-13 $ 20", "sizes 40-42 \u20ac"),
        *("shoes under \u20ac1 000", "shoes under $1 000.50", "shoes under 1 000", "up to 50% off", "up to 50 off"),
    ],
)
def test_numbers_that_are_no_prices_stay(query: str) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (query, NO_PRICE)


@pytest.mark.parametrize(
    ("query", "text", "price"),
    [
        ("under 50 red shoes", "red shoes", (None, 50.0)),
        ("under 50 men's shoes", "men's shoes", (None, 50.0)),
        ("shoes under 50 for men", "shoes for men", (None, 50.0)),
        ("shoes under 50 please", "shoes please", (None, 50.0)),
        ("shoes (under 50)", "shoes", (None, 50.0)),
        ("under 50, sneakers", "sneakers", (None, 50.0)),
        ("shoes between 20 and 50", "shoes", (20.0, 50.0)),
        ("shoes size 42 under 50", "shoes size 42", (None, 50.0)),
        ("toy for 3 years under 50", "toy for 3 years", (None, 50.0)),
        ("laptops under 2000", "laptops", (None, 2000.0)),
        ("laptops between $2k and 3k", "laptops", (2000.0, 3000.0)),
    ],
)
def test_prices_without_a_currency_are_read_all_the_same(query: str, text: str, price: tuple[float, float]) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (text, price)


@pytest.mark.parametrize(
    ("query", "price"),
    [
        ("shoes under 1.299 \u20ac", (None, 1299.0)),
        ("shoes under 1.000 euro", (None, 1000.0)),
        ("shoes under 1 000 \u20ac", (None, 1000.0)),
        ("shoes under 1\u00a0299,50 \u20ac", (None, 1299.5)),
        ("shoes between 1.000 and 2.000 euros", (1000.0, 2000.0)),
        ("shoes between 1 000 and 2 000 euros", (1000.0, 2000.0)),
        ("shoes under $1,299.99", (None, 1299.99)),
        ("shoes under 1.299,99 \u20ac", (None, 1299.99)),
        ("shoes under 12.345.678 \u20ac", (None, 12_345_678.0)),
        ("shoes under 0.500 \u20ac", (None, 0.5)),
        ("laptops under \u20ac500 256 gb", (None, 500.0)),
        ("laptops under 500 \u20ac 256 gb", (None, 500.0)),
    ],
)
def test_marks_between_thousands(query: str, price: tuple[float | None, float | None]) -> None:
    assert understand(query, KNOWN, has_prices=True).price == price


@pytest.mark.parametrize(
    ("query", "text", "price"),
    [
        ("shoes over $20 and under $50", "shoes", (20.0, 50.0)),
        ("min $20 max $50 t-shirt", "t-shirt", (20.0, 50.0)),
        ("shoes at least 20 euros but less than 50 euros", "shoes", (20.0, 50.0)),
        ("over 20 and under 50 euros shoes", "shoes", (20.0, 50.0)),
        ("shoes under $50 and over $20", "shoes", (20.0, 50.0)),
        ("under $50 red shoes over $20", "red shoes", (20.0, 50.0)),
        ("shoes under $50, under $40", "shoes , under $40", (None, 50.0)),
    ],
)
def test_one_upper_and_one_lower_limit(query: str, text: str, price: tuple[float | None, float | None]) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (text, price)


def test_a_limit_inside_of_a_value_is_none() -> None:
    known = ValueWords({"category": ["Gifts under 50", "Shoes"]})
    assert not understand("gifts under 50", known, has_prices=True)
    turned_down = understand("shoes, not gifts under 50", known, has_prices=True)
    assert (turned_down.price, turned_down.without) == (NO_PRICE, {"category": ("Gifts under 50",)})
    assert understand("shoes under 50", known, has_prices=True).price == (None, 50.0)
    assert understand("shoes not under $50", known, has_prices=True).without == {}


SHOP = ValueWords(
    {"category": ["Shoes", "Shirts", "Books"], "colour": ["Black"], "gender": ["Men"]}, {"type": {"Books": ["cookbooks"]}}
)


@pytest.mark.parametrize(
    ("query", "text", "high"),
    [
        ("shoes under 60 waterproof", "shoes waterproof", 60.0),
        ("jeans under 40 slim fit", "jeans slim fit", 40.0),
        ("shirts under 50 size m", "shirts size m", 50.0),
        ("shirts under 1000 size 42", "shirts size 42", 1000.0),
        ("perfume for men under 500 long lasting", "perfume for men long lasting", 500.0),
        ("kurta below 800 cotton", "kurta cotton", 800.0),
        ("laptop less than 800 gaming", "laptop gaming", 800.0),
        ("printer under 100 duplex", "printer duplex", 100.0),
        ("printer not over 100 duplex", "printer duplex", 100.0),
        ("shoes priced under 60 waterproof", "shoes waterproof", 60.0),
        ("shoes cheaper than 60 waterproof", "shoes waterproof", 60.0),
        ("headphones costing less than 100 noise cancelling", "headphones noise cancelling", 100.0),
        ("headphones costing at most 100 noise cancelling", "headphones noise cancelling", 100.0),
    ],
)
def test_any_words_may_follow_a_price_that_is_compared(query: str, text: str, high: float) -> None:
    understood = understand(query, SHOP, has_prices=True)
    assert (understood.text, understood.price) == (text, (None, high))


@pytest.mark.parametrize(
    "query",
    [
        *("up to 5 cookbooks", "up to 3 shirts", "max 2 books", "at most 12 shirts", "for up to 2 books"),
        *("shed up to 5 doors", "tent for up to 4 sleepers", "at most 6 seater table", "max 3 shelf bookcase"),
    ],
)
def test_a_number_of_things_is_no_price(query: str) -> None:
    assert not understand(query, SHOP, has_prices=True)


@pytest.mark.parametrize(
    ("query", "high"),
    [
        *(("up to 50 shirts", 50.0), ("max \u20ac2 books", 2.0), ("max 5.5 books", 5.5), ("up to 5 black shirts", 5.0)),
        *(("under 5 shirts", 5.0), ("costing up to 5 shirts", 5.0)),
    ],
)
def test_what_follows_a_price_that_counts_nothing(query: str, high: float) -> None:
    assert understand(query, SHOP, has_prices=True).price == (None, high)


@pytest.mark.parametrize(
    ("query", "text", "price"),
    [
        ("toys for ages over 3 under $20", "toys for ages over 3", (None, 20.0)),
        ("trainers size over 40 under 80 euros", "trainers size over 40", (None, 80.0)),
        ("trainers size over 40 and under 80 euros", "trainers size over 40", (None, 80.0)),
        ("tv over 50 under 500 euros", "tv over 50", (None, 500.0)),
        ("books for teens over 12 and under \u20ac15", "books for teens over 12", (None, 15.0)),
        ("books for teens over 12 and under 15 euros", "books for teens over 12", (None, 15.0)),
        ("books for kids over 3 under 10 euros", "books for kids over 3", (None, 10.0)),
        ("shoes over 20 and under \u20ac50", "shoes over 20", (None, 50.0)),
        ("shoes over 20 and under $2k", "shoes over 20", (None, 2000.0)),
        ("table over $20 under 50 cm", "table under 50 cm", (20.0, None)),
        ("over $20 and under 50 shoes", "shoes", (20.0, 50.0)),
        ("at least 20 but at most 50 euros shoes", "shoes", (20.0, 50.0)),
        ("black shoes and under 50", "black shoes", (None, 50.0)),
    ],
)
def test_a_currency_of_one_limit_is_not_always_of_the_other(
    query: str, text: str, price: tuple[float | None, float | None]
) -> None:
    understood = understand(query, SHOP, has_prices=True)
    assert (understood.text, understood.price) == (text, price)


PARTS = [
    "not",
    "no",
    "under",
    "over",
    "between",
    "from",
    "and",
    "to",
    "-",
    "50",
    "1 000",
    "1.299",
    "$",
    "\u20ac",
    "4k",
    "max",
    "red",
]


@given(st.lists(st.sampled_from([*PARTS, "size", "shoes", "euros", ",", "\u0665\u0660", "but"]), max_size=12))
def test_any_words_are_taken_and_leave_some(parts: list[str]) -> None:
    query = " ".join(parts)
    understood = understand(query, KNOWN, has_prices=True)
    assert bool(words_of(understood.text)) == bool(words_of(query))
    low, high = understood.price
    assert low is None or high is None or 0 < low <= high
