"""Filters are checked before anything is sent, and travel as the server reads them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from tritonclient.utils import deserialize_bytes_tensor

from assortment.serving import filters as served
from assortment.serving import page_rules
from assortment_client import Filters, InvalidRequest, SearchClient, SearchRequest, contract
from assortment_client.testing import FakeServer

PRICE = "allowed: (from, to), each None or a number from 0 to 1e+12, the first not above the second"
VALUE = "allowed: a str of 1 to 128 characters, not all of them spaces"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"price": 50}, f"filters.price: 50 is not allowed; {PRICE}"),
        ({"price": (10, 20, 30)}, f"filters.price: (10, 20, 30) is not allowed; {PRICE}"),
        ({"price": (20, 10)}, f"filters.price: (20, 10) is not allowed; {PRICE}"),
        ({"price": (None, float("nan"))}, f"filters.price[1]: nan is not allowed; {PRICE}"),
        ({"price": (-1, None)}, f"filters.price[0]: -1 is not allowed; {PRICE}"),
        ({"price": ("10", None)}, f"filters.price[0]: '10' is not allowed; {PRICE}"),
        ({"price": "10"}, f"filters.price: '10' is not allowed; {PRICE}"),
        ({"brand": 3}, "filters.brand: 3 is not allowed; allowed: at most 50 values, a str or a sequence of str"),
        ({"brand": ["Puma", " "]}, f"filters.brand[1]: ' ' is not allowed; {VALUE}"),
        ({"category": ["\ud800"]}, f"filters.category[0]: '\\ud800' is not allowed; {VALUE}"),
        ({"department": ["x"] * 51}, "filters.department: '51 values' is not allowed; allowed: at most 50 values"),
        (
            {"attributes": ["colour"]},
            "filters.attributes: ['colour'] is not allowed; allowed: a mapping from attribute to values, as in "
            '{"colour": ["Blue"]}',
        ),
        (
            {"attributes": {str(i): "x" for i in range(9)}},
            "filters.attributes: '9 attributes' is not allowed; allowed: at most 8 attributes",
        ),
        ({"attributes": {"": "x"}}, "filters.attributes: '' is not allowed; allowed: an attribute's name of 1 to 64 characters"),
        ({"attributes": {"colour": ["Blue", 3]}}, f"filters.attributes.colour[1]: 3 is not allowed; {VALUE}"),
        (
            {"without": "black"},
            'filters.without: \'black\' is not allowed; allowed: a mapping from attribute to values, as in {"brand": ["Puma"]}',
        ),
        ({"without": {"brand": [""]}}, f"filters.without.brand[0]: '' is not allowed; {VALUE}"),
        ({"in_stock": 1}, "filters.in_stock: 1 is not allowed; allowed: True or False"),
        ({"min_rating": 5.1}, "filters.min_rating: 5.1 is not allowed; allowed: a number from 0 to 5"),
        ({"price_level": "cheap"}, "filters.price_level: 'cheap' is not allowed; allowed: low, high"),
        ({"min_rating": True}, "filters.min_rating: True is not allowed; allowed: a number from 0 to 5"),
    ],
)
def test_a_wrong_filter_names_field_value_and_what_is_allowed(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Filters(**fields)
    assert str(caught.value) == message
    assert caught.value.field == message.partition(":")[0]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"filters": {"brand": "Puma"}}, "filters: {'brand': 'Puma'} is not allowed; allowed: Filters, as in"),
        ({"sort": "cheapest"}, "sort: 'cheapest' is not allowed; allowed: relevance, price_ascending, price_descending, rating"),
        ({"sort": 3}, "sort: 3 is not allowed"),
        ({"literal": 1}, "literal: 1 is not allowed; allowed: True or False"),
        (
            {"sort": "newest", "diversity": 0.0},
            "sort: 'newest' is not allowed; diversity is given too, and a sorted page is not diversified; allowed: one",
        ),
        ({"sort": "rating", "strategy": "mmr"}, "sort: 'rating' is not allowed; strategy is given too"),
        ({"sort": "rating", "max_relevance_loss": 0.1}, "sort: 'rating' is not allowed; max_relevance_loss is given too"),
    ],
)
def test_a_wrong_search(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        SearchRequest(query="shoes", **fields)
    assert str(caught.value).startswith(message)


def test_filters_are_frozen_copies_and_one_value_may_stand_alone() -> None:
    colours, brands = {"colour": ["Blue"], "season": []}, ["Puma"]
    filters = Filters(brand=brands, category="Shoes", attributes=colours, price=[None, np.float32(50)])
    brands.append("Nike")
    colours["colour"] = ["Red"]
    assert (filters.brand, filters.category, filters.price) == (("Puma",), ("Shoes",), (None, 50.0))
    assert dict(filters.attributes) == {"colour": ("Blue",)}
    with pytest.raises(TypeError):
        filters.attributes["colour"] = ("Red",)  # type: ignore[index]
    request = SearchRequest(query="shoes", filters=filters, sort="rating")
    assert hash(request) == hash(dataclasses.replace(request))


def test_what_the_client_sends_is_what_the_server_reads(client, scripted) -> None:
    wanted: dict[str, Any] = {
        "price": (10.0, 49.99),
        "price_level": "low",
        "department": ("Apparel",),
        "category": ("Topwear", "Schuhe ☂"),
        "brand": ("Puma",),
        "attributes": {"colour": ("Blue", "Navy"), "a: b[2]": ("x",)},
        "in_stock": True,
        "min_rating": 4.0,
        "without": {"brand": ("Nike",), "colour": ("Black", "Red")},
    }
    client.search("shoes", filters=Filters(**wanted), sort="price_descending")
    client.search("shoes", filters=Filters(brand=[], in_stock=False))
    client.search("cheapest shoes", sort="relevance")
    first, second, third = scripted.requests
    assert page_rules.parse(deserialize_bytes_tensor(third.raw_input_contents[-1])[0]).ordered, "no word sorts this page"
    names = [tensor.name for tensor in first.inputs]
    sent = deserialize_bytes_tensor(first.raw_input_contents[names.index("RULES")])[0]
    assert set(json.loads(sent)["filters"]) == set(contract.FILTER_FIELDS)
    assert page_rules.parse(sent) == page_rules.PageRules(filters=served.Filters(**wanted), sort="price_descending")
    assert "RULES" not in [tensor.name for tensor in second.inputs]


def test_words_that_are_taken_as_they_are_travel_as_such() -> None:
    with FakeServer() as server, SearchClient(server.endpoint) as client:
        client.search("not black", literal=True)
        client.search("cheapest shoes", sort="relevance")
        client.search("cheapest shoes")
    assert [(request.literal, request.sort) for request in server.requests] == [
        (True, None),
        (False, "relevance"),
        (False, None),
    ]


def test_filters_of_json() -> None:
    assert Filters.of({"price": [None, 5], "attributes": {"colour": "Blue"}}) == Filters(
        price=(None, 5.0), attributes={"colour": ["Blue"]}
    )
    with pytest.raises(
        InvalidRequest, match=r"^filters\.colour: 'Blue' is not allowed; it is no filter; allowed: price, price_level, "
    ):
        Filters.of({"colour": "Blue"})
