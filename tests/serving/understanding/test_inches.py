"""What "in" is behind a number: inches or a word of its own."""

from __future__ import annotations

import pytest

from assortment.serving.understanding.understand import understand
from assortment.serving.understanding.value_words import ValueWords

KNOWN = ValueWords(
    {
        "category": ["Shoes", "Jackets", "Laptops", "Televisions"],
        "colour": ["Black", "Red", "Orange"],
        "brand": ["Samsung", "Red"],
        "connection": ["USB"],
        "length": ["Long"],
    }
)


@pytest.mark.parametrize(
    ("query", "text", "price"),
    [
        ("shoes under 50 in black", "shoes in black", (None, 50.0)),
        ("shoes under 50 In  Black", "shoes In Black", (None, 50.0)),
        ("shoes under 50 in red", "shoes in red", (None, 50.0)),  # a colour, though a brand is called so, too
        ("shoes up to 50 in black", "shoes in black", (None, 50.0)),
        ("shoes between 20 and 50 in black", "shoes in black", (20.0, 50.0)),
        ("shoes over $20 and under 50 in black", "shoes in black", (20.0, 50.0)),
        ("jacket under 100 in size m", "jacket in size m", (None, 100.0)),
        ("jacket under 100 in a size 10", "jacket in a size 10", (None, 100.0)),
        ("jacket under 100 in stock", "jacket in stock", (None, 100.0)),
        ("hooded jacket under 50 in black", "hooded jacket in black", (None, 50.0)),  # a hood would be told in inches
        ("canvas shorts under 50 in black", "canvas shorts in black", (None, 50.0)),
        ("wired headphones under 50 in black", "wired headphones in black", (None, 50.0)),
        ("tv under 600 in black", "tv in black", (None, 600.0)),  # nothing is so many inches
        ("laptop under $500 in black", "laptop in black", (None, 500.0)),
    ],
)
def test_in_is_a_word_before_a_value_of_what_is_not_told_in_inches(
    query: str, text: str, price: tuple[float | None, float | None]
) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (text, price)


@pytest.mark.parametrize(
    "query",
    [
        *("tv 55 in", "15 in laptop", "monitor under 27 in", "shoes under 50 in", "under 15 in laptop"),
        *("bed under 80 in black", "led strips under 80 in black", "range hoods under 36 in black"),
        *("monitor under 27-in black", "monitor under 27 in black", "televisions under 55 in red", "tv under 27 in size m"),
        *("monitor between 24 and 27 in black", "under 50 in samsung", "rope under 50 in long", "usb cable under 10 in usb"),
        *("shoes under 50 in purple", "heels under 4 in red", "shoes under 50 in shoes", "shoes size under 42 in black"),
        *("toys for kids under 12 in red", "shoes under \u20ac1 000 in black", "shoes under 50 in, black"),
    ],
)
def test_in_doubt_it_is_inches(query: str) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (query, (None, None))
