"""Sorted pages: what comes first, what comes last, and what a catalogue cannot sort by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assortment.errors import InputError
from assortment.serving import sorting
from assortment.serving.offers import ROW, UNKNOWN_DATE, Offers
from assortment_client.contract import SORTS

NAN = float("nan")
OFFERS = Offers(
    price=np.array([20.0, 10.0, NAN, 40.0, 20.0]),
    rating=np.array([5.0, 4.9, NAN, 3.0, 4.0]),
    rating_count=np.array([1, 400, 0, 50, 0], dtype=np.int32),
    stock=np.ones(5, dtype=np.int32),
    added=np.array([100, 300, UNKNOWN_DATE, -5, 100], dtype=np.int32),
    mean_rating=4.0,
)
ROWS = np.arange(5, dtype=np.int32)
RELEVANCE = np.array([0.5, 0.6, 0.9, 0.7, 0.8], dtype=np.float32)


def order(sort: str, offers: Offers = OFFERS) -> list[int]:
    scores = sorting.scores(sort, offers, ROWS, RELEVANCE)
    assert ((scores > 0) & (scores <= 1)).all()
    assert len(set(scores)) == len(scores)
    found: list[int] = np.argsort(-scores).tolist()
    return found


@pytest.mark.parametrize(
    ("sort", "rows"),
    [
        ("price_ascending", [1, 4, 0, 3, 2]),
        ("price_descending", [3, 4, 0, 1, 2]),
        ("newest", [1, 4, 0, 3, 2]),
        ("rating", [1, 0, 4, 3, 2]),
    ],
)
def test_equal_values_stand_by_relevance_and_unknown_ones_last(sort: str, rows: list[int]) -> None:
    assert order(sort) == rows


def test_places_say_the_same_order_of_a_whole_catalogue() -> None:
    places = sorting.places(OFFERS)
    assert places.dtype == np.int32
    assert not places[SORTS.index("relevance")].any()
    for sort in SORTS[1:]:
        place = places[SORTS.index(sort)]
        assert np.lexsort((-RELEVANCE, place)).tolist() == order(sort)
    prices = places[SORTS.index("price_ascending")]
    assert prices[0] == prices[4]
    assert prices.argmax() == 2


def test_ratings_without_counts_are_sorted_by_their_mean() -> None:
    assert order("rating", replace(OFFERS, rating_count=np.zeros(5, dtype=np.int32))) == [0, 1, 4, 3, 2]


def test_products_less_than_half_as_relevant_as_the_best_only_fill_a_page_that_would_be_short() -> None:
    relevance = np.array([0.8, 0.4, 0.39, 0.1, 0.0], dtype=np.float32)
    assert sorting.relevant(relevance, 1).tolist() == [True, True, False, False, False]
    assert sorting.relevant(relevance, 3).tolist() == [True, True, True, False, False]
    assert sorting.relevant(relevance, 100).all()
    assert sorting.relevant(np.zeros(2, dtype=np.float32), 1).all()
    assert sorting.relevant(relevance[:0], 10).tolist() == []


def test_an_order_without_data_is_refused_with_those_there_are() -> None:
    nothing = np.full(5, NAN)
    bare = replace(OFFERS, price=nothing, added=np.full(5, UNKNOWN_DATE, dtype=np.int32))
    for sort in ("price_ascending", "price_descending", "newest"):
        with pytest.raises(InputError) as caught:
            sorting.check(sort, bare)
        assert str(caught.value) == (
            f"RULES.sort: '{sort}' is not allowed; this catalogue has no data for it; allowed here: relevance, rating"
        )
    sorting.check("rating", bare)
    sorting.check("relevance", replace(bare, rating=nothing))


def test_words_may_ask_for_what_half_of_the_products_know() -> None:
    rows = np.zeros(4, dtype=ROW)
    rows["price"], rows["rating"], rows["added"] = [1.0, 2.0, NAN, NAN], [4.0, NAN, NAN, NAN], UNKNOWN_DATE
    offers = Offers.of(rows)
    assert sorting.possible(offers) == ["relevance", "price_ascending", "price_descending", "rating"]
    assert sorting.possible(offers, least=0.5) == ["relevance", "price_ascending", "price_descending"]
    assert sorting.possible(Offers.of(rows[:0]), least=0.5) == ["relevance"]
