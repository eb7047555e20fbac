"""Values that a query turns down: none that its other words ask for, and values of several parts."""

from __future__ import annotations

import pytest

from assortment.serving.understanding import phrases
from assortment.serving.understanding.understand import understand
from assortment.serving.understanding.value_words import ValueWords
from assortment_client import contract

KNOWN = ValueWords(
    {
        "category": [
            *("Tea", "Nuts", "Jeans", "Juices", "Jackets", "Casual Shoes", "Belts", "Bananas", "Caps", "Hats", "Shirts"),
            *("Tables & Chairs", "Skirts and Dresses"),
        ],
        "gender": ["Boys", "Girls"],
        "material": ["Leather"],
    },
    {
        "type": {
            "Tea": ["green tea", "infusions"],
            "Nuts": ["peanuts", "nut mix"],
            "Jeans": ["skinny jeans", "denims"],
            "Juices": ["orange juice"],
            "Jackets": ["leather jackets"],
            "Casual Shoes": ["loafers", "skate shoes"],
            "Belts": ["leather belts"],
            "Caps": ["headwear"],
            "Hats": ["headwear", "fedoras"],
            "Tables & Chairs": ["bar tables", "stools"],
        },
        "gender": {"Boys": ["kids"], "Girls": ["kids"]},
    },
)
COLOURS = ValueWords({"colour": ["Black", "White", "Off-white", "Navy Blue", "Black/White", "White/Black", "Grey and White"]})
BOTH = ("Black/White", "White/Black")


@pytest.mark.parametrize(
    "query",
    [
        "tea but not green tea",
        "nuts without peanuts",
        "nut mix without peanuts",
        "jeans but not skinny jeans",
        "denim, no skinny jeans",
        "juice, not orange juice",
        "shoes not loafers",
        "casual shoes not skate shoes",
        "headwear, no fedoras",
        "infusions but no tea",
        "tables without bar tables",
    ],
)
def test_a_narrower_kind_does_not_turn_down_what_is_asked_for(query: str) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.without) == (query, {})


@pytest.mark.parametrize(
    ("query", "text", "without"),
    [
        ("shoes not casual shoes", "shoes", {"category": ("Casual Shoes",)}),
        ("shirts, no loafers", "shirts", {"category": ("Casual Shoes",)}),
        ("snacks without peanuts", "snacks", {"category": ("Nuts",)}),
        ("nuts, no peanuts or bananas", "nuts", {"category": ("Bananas",)}),
        ("jacket not leather jacket", "jacket jacket", {"material": ("Leather",)}),
        ("no leather belt", "belt", {"material": ("Leather",)}),
        ("kids shirts not for boys", "kids shirts", {"gender": ("Boys",)}),  # "kids" names others, too
        ("headwear not caps", "headwear", {"category": ("Caps",)}),
    ],
)
def test_what_nothing_else_asks_for_is_turned_down(query: str, text: str, without: dict[str, tuple[str, ...]]) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert (understood.text, understood.without) == (text, without)


@pytest.mark.parametrize(
    ("query", "without"),
    [
        ("table not chair", ()),
        ("chair not table", ()),
        ("skirt, no dress", ()),
        ("stools not chairs", ()),
        ("jeans not chairs", ("Tables & Chairs",)),
        ("jeans not tables", ("Tables & Chairs",)),
        ("shirts, no skirts and dresses", ("Skirts and Dresses",)),
    ],
)
def test_a_value_of_several_kinds_stays_when_one_is_asked_for(query: str, without: tuple[str, ...]) -> None:
    understood = understand(query, KNOWN, has_prices=True)
    assert tuple(understood.without.get("category", ())) == without
    assert (understood.text == query) == (not without)


def test_a_brand_that_is_called_as_a_kind_does_not_hide_it() -> None:
    known = ValueWords({"category": ["Coats & Jackets"], "brand": ["Coat"]})
    assert not understand("coat not jacket", known, has_prices=True)


@pytest.mark.parametrize(
    ("query", "colours"),
    [
        ("sneakers not black", {"Black", *BOTH}),
        ("white sneakers not black", {"Black", *BOTH}),
        ("shirts not white", {"White", "Off-white", "Grey and White", *BOTH}),
        ("off-white shoes not white", {"White", "Grey and White", *BOTH}),
        ("black/white shoes not black", {"Black", "White/Black"}),
        ("black shoes not black/white", {"Black/White"}),
        ("shirts not blue", {"Navy Blue"}),
        ("shirts not grey", {"Grey and White"}),
    ],
)
def test_what_has_a_colour_among_others_goes_with_it(query: str, colours: set[str]) -> None:
    assert set(understand(query, COLOURS, has_prices=True).without["colour"]) == colours


@pytest.mark.parametrize(
    ("query", "brands"),
    [
        ("drill not the north face", ("The North Face",)),
        ("drill, not by the north face", ("The North Face",)),
        ("drill not the north", ("North",)),
        ("not for a loom drill", ("A Loom",)),
    ],
)
def test_a_brand_may_begin_with_a_word_that_mostly_means_nothing(query: str, brands: tuple[str, ...]) -> None:
    known = ValueWords({"brand": ["North", "The North Face", "A Loom"]})
    assert understand(query, known, has_prices=True).without == {"brand": brands}


def test_a_value_that_is_called_as_a_cue_does_not_switch_it_off() -> None:
    known = ValueWords({"hood": ["With", "Without"], "colour": ["Black"], "brand": ["No Fear", "Without Walls"]})
    assert understand("shirt without black", known, has_prices=True).without == {"colour": ("Black",)}
    assert not understand("no fear without walls shirt", known, has_prices=True)


MIXED = ValueWords(
    {
        "category": ["Shirts", "Socks", "USB Hubs", "Power Adapters", "Keyboards", "Cables", "Heels", "Natural Color"],
        "colour": ["White", "Blue", "Brown", "Colour"],
        "pattern": ["Striped"],
        "material": ["Leather", "Cotton"],
        "audience": ["Children"],
        "genre": ["Family"],
    },
    {"genre": {"Family": ["for children", "for everybody"]}, "pattern": {"Striped": ["pattern"]}},
)


@pytest.mark.parametrize(
    ("query", "text", "without"),
    [
        ("shirts but not white, blue or striped", "shirts", {"colour": ("White", "Blue"), "pattern": ("Striped",)}),
        ("shirts not white, blue, or striped", "shirts", {"colour": ("White", "Blue"), "pattern": ("Striped",)}),
        ("t-shirts but not white or striped", "t-shirts", {"colour": ("White",), "pattern": ("Striped",)}),
        ("shoes not leather or brown", "shoes", {"material": ("Leather",), "colour": ("Brown",)}),
        ("shirts not brown nor cotton", "shirts", {"colour": ("Brown",), "material": ("Cotton",)}),
        ("socks not white, cotton", "socks , cotton", {"colour": ("White",)}),
        ("socks not white and cotton", "socks and cotton", {"colour": ("White",)}),
        ("shirts not white or baggy", "shirts baggy", {"colour": ("White",)}),
        ("shirts not white or not striped", "shirts", {"colour": ("White",), "pattern": ("Striped",)}),
        ("shirts not white or", "shirts", {"colour": ("White",)}),
    ],
)
def test_a_list_goes_on_behind_or_with_values_of_any_facet(query: str, text: str, without: dict[str, tuple[str, ...]]) -> None:
    understood = understand(query, MIXED, has_prices=True)
    assert (understood.text, understood.without) == (text, without)


@pytest.mark.parametrize(
    ("query", "without"),
    [
        ("books not for children", {"audience": ("Children",)}),
        ("video games not for children", {"audience": ("Children",)}),
        ("video games not for everybody", {"genre": ("Family",)}),
    ],
)
def test_a_name_that_begins_with_a_word_between_hides_no_value(query: str, without: dict[str, tuple[str, ...]]) -> None:
    assert understand(query, MIXED, has_prices=True).without == without


@pytest.mark.parametrize(
    ("query", "text", "without"),
    [
        ("usb hub without power adapter", "usb hub without power adapter", {}),
        ("keyboard without cable", "keyboard without cable", {}),
        ("keyboard without cables or white", "keyboard", {"colour": ("White",)}),
        ("keyboard not cable", "keyboard", {"category": ("Cables",)}),
        ("gadgets without cable", "gadgets", {"category": ("Cables",)}),
        ("heels and shirts without brown", "heels and shirts", {"colour": ("Brown",)}),
    ],
)
def test_what_a_product_comes_without_is_no_other_product(query: str, text: str, without: dict[str, tuple[str, ...]]) -> None:
    understood = understand(query, MIXED, has_prices=True)
    assert (understood.text, understood.without) == (text, without)


POWER = ValueWords(
    {
        "category": ["Power and Cables", "Cables", "Shoes", "Dresses", "Skirts", "Chocolate"],
        "colour": ["White"],
        "material": ["Leather"],
        "flavour": ["Chocolate"],
    }
)


@pytest.mark.parametrize(
    "query",
    [
        *("usb hub without power adapter", "usb hub without a power-adapter", "usb hub, no power adapter or cable"),
        *("usb hub not power supply", "shelf, no shoe rack", "bag not dress bag"),
    ],
)
def test_a_category_that_tells_the_kind_of_another_thing_is_not_turned_down(query: str) -> None:
    understood = understand(query, POWER, has_prices=True)
    assert (understood.text, understood.without) == (query, {})


@pytest.mark.parametrize(
    ("query", "text", "without"),
    [
        ("gadgets without power", "gadgets", {"category": ("Power and Cables",)}),
        ("no shoes thanks", "thanks", {"category": ("Shoes",)}),
        ("socks, no shoes waterproof", "socks, waterproof", {"category": ("Shoes",)}),
        ("socks, no shoe please", "socks, please", {"category": ("Shoes",)}),
        ("skirt not dress comfortable", "skirt comfortable", {"category": ("Dresses",)}),
        ("skirt not dress size 40", "skirt size 40", {"category": ("Dresses",)}),
        ("skirt not dress under 50", "skirt", {"category": ("Dresses",)}),
        ("skirt not dress white", "skirt white", {"category": ("Dresses",)}),
        ("skirt not dress or shoe", "skirt", {"category": ("Dresses", "Shoes")}),
        ("skirt not dress, shoe rack", "skirt , shoe rack", {"category": ("Dresses",)}),
        ("watch without leather strap", "watch strap", {"material": ("Leather",)}),  # other fields' values do tell a kind
        ("cake without chocolate chips", "cake chips", {"flavour": ("Chocolate",)}),
    ],
)
def test_a_category_by_itself_is_turned_down(query: str, text: str, without: dict[str, tuple[str, ...]]) -> None:
    understood = understand(query, POWER, has_prices=True)
    assert (understood.text, understood.without) == (text, without)


@pytest.mark.parametrize(
    "behind",
    [
        *map(" ".join, phrases._MEANINGS),
        *("really cheap", "maximum 50", "starting at $20", "upwards of $20", "nothing over $20", "sorted by price"),
        *("size m", "m", "xl", "i have one", "they are ugly", "this time", "again", "needed"),
    ],
)
def test_a_price_an_order_or_a_sentence_behind_a_category_is_nothing_that_it_goes_with(behind: str) -> None:
    understood = understand(f"skirt not dress {behind}", POWER, has_prices=True, sorts=contract.SORTS)
    assert understood.without == {"category": ("Dresses",)}
    assert understood.text.startswith("skirt")
    assert "dress" not in understood.text


@pytest.mark.parametrize("query", ["shirts not colour", "shirts not color", "shirts, no pattern"])
def test_what_a_facet_is_called_turns_down_nothing(query: str) -> None:
    assert not understand(query, MIXED, has_prices=True)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (10, " or Ware 9"),
        (11, " or Ware 9 or Ware 10"),  # as short as "and 1 more"
        (12, " or Ware 9 and 2 more"),
        (77, " or Ware 9 and 67 more"),
    ],
)
def test_many_values_are_told_by_the_first_ones(number: int, told: str) -> None:
    values = [f"Ware {place}" for place in range(number)]
    known = ValueWords({"brand": values}, {"brand": {value: ["junk"] for value in values}})
    understood = understand("shirts not junk", known, has_prices=True)
    assert len(understood.without["brand"]) == number
    assert understood.told().startswith("brand other than Ware 0 or Ware 1")
    assert understood.told().endswith(told)


def test_things_that_colours_are_named_after_are_lacked_and_turn_down_no_colour() -> None:
    known = ValueWords({"colour": ["Cream", "Black"]}, {"colour": {"Cream": ["pearl", "vanilla"]}})
    for query in ("earrings without pearls", "ice cream without vanilla"):
        understood = understand(query, known, has_prices=False)
        assert (understood.text, understood.without) == (query, {})
    for query in ("shirt not pearl", "shirt without cream"):
        assert understand(query, known, has_prices=False).without == {"colour": ("Cream",)}
