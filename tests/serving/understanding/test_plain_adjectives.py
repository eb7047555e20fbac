"""Words behind "up to 50" that describe what is asked for, and those that the number counts or measures."""

from __future__ import annotations

import pytest

from assortment.serving.understanding.plain_adjectives import num_adjectives
from assortment.serving.understanding.understand import understand
from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.understanding.words import words_of

KNOWN = ValueWords({"category": ["Jackets", "Laptops", "Books"], "colour": ["Black"]})


@pytest.mark.parametrize(
    ("query", "text", "high"),
    [
        ("jacket max 50 waterproof", "jacket waterproof", 50.0),
        ("laptop up to 500 light", "laptop light", 500.0),
        ("max. 50 waterproof", "waterproof", 50.0),
        ("at most 50 waterproof jacket", "waterproof jacket", 50.0),
        ("max 50 waterproof black jacket", "waterproof black jacket", 50.0),
        ("max 50 jackets", "jackets", 50.0),
        ("jacket max 50 waterproof breathable", "jacket waterproof breathable", 50.0),
        ("jacket max 50 waterproof for hiking", "jacket waterproof for hiking", 50.0),
        ("jacket max 50 light, padded", "jacket light, padded", 50.0),
        ("jacket max 50 light-weight", "jacket light-weight", 50.0),
        ("headphones max 100 noise cancelling", "headphones noise cancelling", 100.0),
        ("shirt up to 20 cotton", "shirt cotton", 20.0),
        ("mouse at most 30 wireless", "mouse wireless", 30.0),
    ],
)
def test_words_that_only_describe_may_follow_a_price(query: str, text: str, high: float) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (text, (None, high))


@pytest.mark.parametrize(
    "query",
    [
        *("tent up to 5 people", "puzzle max 50 pieces", "backpack up to 20 kg", "puzzle max 500 parts", "shed up to 20 doors"),
        *("max 50 waterproof pouches", "up to 20 wireless devices", "up to 50 light bulbs", "max 50 cotton pads", "max 50 noise"),
        *("max 2 waterproof", "up to 4 wireless controllers", "max 2 light books", "up to 12 large"),
        *("max 50 waterproof jackets", "up to 500 used books"),
        *("shelf max 50 wide", "wardrobe up to 200 tall", "table up to 120 long", "rope max 50 thick", "up to 80 old"),
        *("garden up to 50 vegetable", "up to 50% off", "up to 50 off", "laptop up to 4k light", "max 50 kg light"),
    ],
)
def test_what_is_counted_or_measured_is_no_price(query: str) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price) == (query, (None, None))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("table", 0),
        ("cable portable", 0),
        ("portable cable", 1),
        ("quick-drying waterproof jacket", 3),
        ("long sleeve", 2),
        ("long", 0),
        ("wireless", 1),
    ],
)
def test_how_many_there_are(text: str, number: int) -> None:
    assert num_adjectives(words_of(text)) == number
