"""Filters in a query's words: what is read, what is left to be encoded, and what looks like a filter and is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.serving.filters import Filters
from assortment.serving.understanding.understand import understand
from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.understanding.words import stem, words_of
from assortment_client import contract as public

KNOWN = ValueWords(
    {
        "category": ["Apparel", "Topwear", "Shirts", "Casual Shoes", "Sandals", "Watches", "Heels"],
        "brand": ["Nike", "Puma", "Adidas", "Only", "No Fear", "Cheap Monday", "High End", "United Colors of Benetton Kids"],
        "colour": ["Black", "White", "Navy Blue", "Blue", "Red"],
        "material": ["Leather", "Faux Leather", "Cotton"],
        "gender": ["Men", "Women"],
        "pattern": ["Striped", "Checked", "None"],
        "size": ["9", "M"],
        "genre": ["Blues"],
    }
)
NO_PRICE = (None, None)


@pytest.mark.parametrize(
    ("query", "text", "without"),
    [
        ("shirts not black", "shirts", {"colour": ("Black",)}),
        ("Shirts, but not BLACK or white", "Shirts", {"colour": ("Black", "White")}),
        ("sandals other than Nike, Puma or Adidas", "sandals", {"brand": ("Nike", "Puma", "Adidas")}),
        ("non-black watch for men", "watch for men", {"colour": ("Black",)}),
        ("shoes -red -nike", "shoes", {"colour": ("Red",), "brand": ("Nike",)}),
        ("watches without a leather strap", "watches strap", {"material": ("Leather",)}),
        ("blue shirt that is not navy blue", "blue shirt", {"colour": ("Navy Blue",)}),
        ("anything but blue", "anything but blue", {"colour": ("Navy Blue", "Blue")}),
        ("shoes except heels and sandals", "shoes", {"category": ("Heels", "Sandals")}),
        ("shirt not made of cotton", "shirt", {"material": ("Cotton",)}),
        ("shirts for men, no stripes or checks", "shirts for men", {"pattern": ("Striped", "Checked")}),
        ("sandals aren\u2019t for women", "sandals", {"gender": ("Women",)}),
        ("i do not want black shoes", "shoes", {"colour": ("Black",)}),
        ("neither red nor blue shirt", "shirt", {"colour": ("Red", "Navy Blue", "Blue")}),
        ("sandals, not men's", "sandals", {"gender": ("Men",)}),
        ("shirt not blue", "shirt", {"colour": ("Navy Blue", "Blue")}),  # the genre is called otherwise
        ("no blues", "no blues", {"genre": ("Blues",)}),
        ("shoes not casual shoes", "shoes", {"category": ("Casual Shoes",)}),
        ("not black and cotton", "and cotton", {"colour": ("Black",)}),  # a list goes on with values of the same kind
    ],
)
def test_values_that_are_turned_down(query: str, text: str, without: dict[str, tuple[str, ...]]) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert understood.without == without
    assert understood.price == NO_PRICE
    assert understood.text == text


@pytest.mark.parametrize(
    ("query", "text", "price"),
    [
        ("shirts under 50", "shirts", (None, 50.0)),
        ("under 50 shirts", "shirts", (None, 50.0)),
        ("Shoes that cost less than \u20b91,999 for men", "Shoes for men", (None, 1999.0)),
        ("laptop below 49,99 euros", "laptop", (None, 49.99)),
        ("perfume up to \u20ac2k", "perfume", (None, 2000.0)),
        ("shirt no more than 30", "shirt", (None, 30.0)),
        ("jeans between 40 and 20 euros", "jeans", (20.0, 40.0)),
        ("shoes from 20 to 50 euros", "shoes", (20.0, 50.0)),
        ("phone 20-30 \u20ac", "phone", (20.0, 30.0)),
        ("dress over $100", "dress", (100.0, None)),
        ("watch at least 80 pounds", "watch", (80.0, None)),
        ("tv 55 inch under 600", "tv 55 inch", (None, 600.0)),
        ("shoes for kids under 40", "shoes for kids", (None, 40.0)),
        ("under 5", "under 5", (None, 5.0)),
    ],
)
def test_limits_of_the_price(query: str, text: str, price: tuple[float | None, float | None]) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.price, understood.without) == (text, price, {})


@pytest.mark.parametrize(
    "query",
    [
        "shirts",
        "",
        "non-stick pan",
        "t-shirt without sleeves",
        "no fear t-shirt",
        "t-shirt",
        "not",
        "shoes not",
        "size not 9 or m",
        "pattern none not none",
        "not only for the office",
        "not too black",
        "tv under 50 inch",
        'monitor under 27"',
        "toys for kids under 12",
        "cables under 50cm",
        "face cream for over 50",
        "iphone 12-13",
        "501-550 ink",
        "under 0",
        "1," * 500 + "5 euros",
        "under 1234567890123456 euros",
        "version 1.2-1.3.4",
        "under armour shirt",
        "from 1984",
    ],
)
def test_what_is_no_filter_is_left_alone(query: str) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert not understood
    assert (understood.text, understood.told()) == (query, "")


@pytest.mark.parametrize(
    ("query", "text", "level", "sort"),
    [
        ("cheap shirts", "shirts", "low", ""),
        ("a cheap shirt", "shirt", "low", ""),
        ("Very affordable shoes", "shoes", "low", ""),
        ("low-priced watches", "watches", "low", ""),
        ("shoes that are not too expensive", "shoes", "low", ""),
        ("not cheap watches", "watches", "high", ""),
        ("watches, expensive ones", "watches, ones", "high", ""),
        ("gifts on a budget", "gifts", "low", ""),
        ("the cheapest shoes", "shoes", "", "price_ascending"),
        ("least expensive nike shoes", "nike shoes", "", "price_ascending"),
        ("most expensive watch", "watch", "", "price_descending"),
        ("top-rated sandals", "sandals", "", "rating"),
        ("newest cheap sandals", "sandals", "low", "newest"),
        ("cheap shirt, the cheaper the better", "shirt, the cheaper the better", "low", ""),
        ("cheap", "cheap", "low", ""),
        ("cheap monday shirts", "cheap monday shirts", "", ""),
        ("cheap high end shoes", "high end shoes", "low", ""),  # a brand
        ("shoes cheaper than mine", "shoes cheaper than mine", "", ""),
        ("premium luxury watch", "premium luxury watch", "", ""),
        ("budget planner", "budget planner", "", ""),
        ("lowest rated shoes", "lowest rated shoes", "", ""),
    ],
)
def test_levels_of_the_price_and_orders(query: str, text: str, level: str, sort: str) -> None:
    understood = understand(query, KNOWN, has_prices=True, sorts=public.SORTS)
    assert (understood.text, understood.price_level, understood.sort) == (text, level, sort)
    assert (understood.without, understood.price) == ({}, NO_PRICE)


@pytest.mark.parametrize(
    "query",
    [
        "not that expensive shoes",
        "not overly expensive shoes",
        "isn't expensive shoes",
        "shoes that aren't expensive",
        "non-expensive shoes",
        "shoes -expensive",
        "shoes without expensive zips",
        "no cheap shoes",
        "don't want cheap shoes",
        "shoes -cheap",
        "neither cheap nor expensive",
        "not less expensive",
        "not the cheapest shoes",
        "shoes -newest",
        "too expensive shoes",
        "shirts less than cheap",
        "expensive looking dress",
        "dress that looks expensive",
        "cheap or expensive",
        "low price high price",
        "high end table",
        "vitamin a high end",
    ],
)
def test_what_is_turned_down_or_compared_or_part_of_a_value_asks_for_nothing(query: str) -> None:
    known = ValueWords({"category": ["Shoes", "End Tables"], "brand": ["A High End"]})
    assert not understand(query, known, has_prices=True, sorts=public.SORTS)


def test_words_of_a_value_do_not_go_with_a_phrase() -> None:
    known = ValueWords({"category": ["Shirts"], "brand": ["Vitamin A", "So"], "colour": ["Black"]})
    assert understand("vitamin a cheap", known, has_prices=True).text == "vitamin a"
    assert understand("shirts by so, cheap", known, has_prices=True).text == "shirts by so"
    both = understand("shirts not black, cheap", known, has_prices=True)
    assert (both.text, both.price_level, both.without) == ("shirts", "low", {"colour": ("Black",)})


def test_what_is_left_has_no_emptied_brackets_and_may_be_nothing_beside_a_picture() -> None:
    assert understand("(cheap) shoes", KNOWN, has_prices=True).text == "shoes"
    assert understand('"cheap" shoes', KNOWN, has_prices=True).text == "shoes"
    assert understand("shoes at the lowest price", KNOWN, has_prices=False, sorts=public.SORTS).text == "shoes"
    assert understand("cheapest", KNOWN, has_prices=True, sorts=public.SORTS, may_be_empty=True).text == ""


def test_limits_and_levels_stand_side_by_side() -> None:
    understood = understand(
        "cheapest cheap shirts under 50, not black, cheaper than 40", KNOWN, has_prices=True, sorts=public.SORTS
    )
    assert understood.text == "shirts, cheaper than 40"
    told = "a price up to 50; a price in the lower half of its type; colour other than Black; cheapest first"
    assert understood.told() == told


def test_orders_that_there_is_no_data_for_stay_words() -> None:
    understood = understand("cheapest top rated shirts", KNOWN, has_prices=False, sorts=("rating",))
    assert (understood.text, understood.sort) == ("cheapest shirts", "rating")
    assert not understand("cheap and expensive", KNOWN, has_prices=False)


def test_what_shoppers_call_values() -> None:
    also = {
        "type": {"Shirts": ["dress shirts", "blouses", "heels"], "Hats": ["caps"]},
        "gender": {"Men": ["gentlemen"], "Women": ["ladies"]},
        "colour": {"Red": ["crimson", "warm colours"], "White": ["warm colours"]},
    }
    known = ValueWords({"category": ["Shirts", "Heels"], "gender": ["Men", "Women"], "colour": ["Red", "White"]}, also)
    asked = ("shoes not for ladies", "shoes, not crimson", "not warm colours", "no blouses please", "no heels", "no caps")
    assert [understand(query, known, has_prices=False).without for query in asked] == [
        {"gender": ("Women",)},
        {"colour": ("Red",)},
        {"colour": ("Red", "White")},
        {"category": ("Shirts",)},
        {"category": ("Heels",)},  # a value's own name goes first
        {},  # a value that this catalogue does not have
    ]


def test_both_are_told_in_one_line() -> None:
    understood = understand("t-shirt not made of cotton under \u00a320, not red", KNOWN, has_prices=True)
    assert understood.text == "t-shirt"
    assert understood.told() == "a price up to 20; material other than Cotton; colour other than Red"


def test_where_prices_are_unknown_their_words_stay() -> None:
    understood = understand("shirts under 50, not black", KNOWN, has_prices=False)
    assert (understood.text, understood.price) == ("shirts under 50", NO_PRICE)
    assert understood.without == {"colour": ("Black",)}


def test_filters_of_the_caller_stand() -> None:
    given = Filters(price=(None, 30.0), without={"colour": ("Red", "Black")}, brand=("Nike",))
    joined = understand("shirts under 50 not black or white", KNOWN, has_prices=True).added_to(given)
    assert joined == Filters(price=(None, 30.0), without={"colour": ("Red", "Black", "White")}, brand=("Nike",))


@given(
    st.lists(
        st.sampled_from(
            [
                "not",
                "no",
                "-",
                "under",
                "50",
                "$",
                "black",
                "shoes",
                "cheap",
                "monday",
                "cheapest",
                "than",
                "or",
                ",",
                "and",
                " ",
                "kids",
                "-red",
            ]
        )
    )
)
def test_any_words_leave_some(parts: list[str]) -> None:
    query = " ".join(parts)
    understood = understand(query, KNOWN, has_prices=True, sorts=public.SORTS)
    assert bool(words_of(understood.text)) == bool(words_of(query))
    assert bool(understood.told()) == bool(understood)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("watches", "watch"),
        ("shoes", "shoe"),
        ("dresses", "dress"),
        ("stripes", "striped"),
        ("berries", "berry"),
        ("tops", "top"),
    ],
)
def test_endings_make_no_difference(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_short_words_keep_theirs() -> None:
    assert [stem(word) for word in ("red", "gas", "blue", "dress")] == ["red", "gas", "blue", "dress"]
