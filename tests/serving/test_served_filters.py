"""Filters and sort orders on the real server: against the steps in one process, and against a look at every product."""

from __future__ import annotations

import concurrent.futures
import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tritonclient.utils import InferenceServerException

from assortment.catalogue.product import Product
from assortment.serving.filters import Filters
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import Answer, SearchRequest
from assortment.serving.sorting import LEAST_SHARE
from assortment_client.contract import Reason, candidate_key

pytestmark = pytest.mark.triton

Ask = Callable[..., Any]
Passes = Callable[[Product, Filters], bool]


@pytest.fixture(scope="module")
def wide(products: dict[str, Product]) -> Filters:
    """More products than a page holds."""
    prices = sorted(product.price for product in products.values() if product.price is not None)
    return Filters(price=(None, prices[len(prices) // 2]), in_stock=True, min_rating=4.0)


@pytest.fixture(scope="module")
def narrow(products: dict[str, Product]) -> Filters:
    """Fewer products than a page of 100 holds: those of one type, asked for in another spelling."""
    return Filters(category=(next(iter(products.values())).type.upper(),), price=(0.0, None))


def rules(filters: Filters, **more: Any) -> str:
    return json.dumps({"filters": filters.told(), **more})


def answer(result: Any) -> Answer:
    names = ("ID", "RELEVANCE", "RANK", "REASON", "COLLAPSED", "OPENS", "UNMET", "UNDERSTOOD", "CATALOGUE_VERSION")
    return Answer.of({name: result.as_numpy(name) for name in names})


def assert_same(served: Answer, expected: Answer) -> None:
    assert served.ids == expected.ids
    assert np.allclose(served.relevance, expected.relevance, atol=1e-5)
    for name in ("rank", "reason", "collapsed"):
        assert getattr(served, name).tolist() == getattr(expected, name).tolist()
    assert (served.opens, served.unmet, served.understood) == (expected.opens, expected.unmet, expected.understood)


def keys(products: dict[str, Product], num: int) -> np.ndarray:
    return np.array([candidate_key(product_id) for product_id in list(products)[:num]], dtype=np.int64)


def requests(filters: Filters, png: bytes, candidates: np.ndarray, **more: Any) -> list[SearchRequest]:
    """One for each way of asking."""
    told = rules(filters, **more)
    return [
        SearchRequest(query="something blue", rules=told, k=20),
        SearchRequest(query="something blue", picture=png, rules=told, k=20),
        SearchRequest(query="something blue", candidates=candidates, rules=told, k=20),
    ]


def test_filtered_pages_are_full_and_hold_only_what_passes(
    ask: Ask, pipeline: Pipeline, products: dict[str, Product], passes: Passes, wide: Filters, png: bytes
) -> None:
    for request in requests(wide, png, keys(products, 300)):
        served = answer(ask(request))
        assert len(served.ids) == 20
        assert all(passes(products[product_id], wide) for product_id in served.ids)
        assert_same(served, *pipeline.search([request]))


def test_a_narrow_filter_finds_every_product_that_passes(
    ask: Ask, pipeline: Pipeline, products: dict[str, Product], passes: Passes, narrow: Filters
) -> None:
    expected = {product_id for product_id, product in products.items() if passes(product, narrow)}
    assert 0 < len(expected) < 100
    request = SearchRequest(query="a gift", k=100, diversity=0.0, rules=rules(narrow))
    served = answer(ask(request))
    assert set(served.ids) == expected
    assert served.rank.tolist() == list(range(1, len(expected) + 1))
    assert served.unmet.startswith(f"{len(expected)} of 100: filters leave {len(expected)} product")
    assert_same(served, *pipeline.search([request]))


def test_an_unsatisfiable_filter_gives_an_empty_page_that_says_which(
    ask: Ask, pipeline: Pipeline, products: dict[str, Product], png: bytes
) -> None:
    nobody = Filters(brand=("Nobody",), in_stock=True)
    told = [(answer(ask(request)), *pipeline.search([request])) for request in requests(nobody, png, keys(products, 9))]
    assert [served.ids for served, _ in told] == [[]] * 3
    assert [served.unmet for served, _ in told] == [
        f"0 of 20: no {noun} has brand=Nobody" for noun in ("product", "product", "candidate")
    ]
    for served, expected in told:
        assert_same(served, expected)


def test_what_the_words_turn_down_is_not_on_the_page(
    ask: Ask, pipeline: Pipeline, products: dict[str, Product], png: bytes
) -> None:
    query, cheap = "shirts but not black, under 40", 40.0
    for picture, candidates in ((None, None), (png, None), (None, keys(products, 300))):
        request = SearchRequest(query=query, picture=picture, candidates=candidates, k=20)
        served = answer(ask(request))
        assert served.understood.startswith("a price up to 40; colour other than ")
        found = [products[product_id] for product_id in served.ids]
        assert len(found) == 20
        assert all(product.price is not None and product.price <= cheap for product in found)
        assert not [product for product in found if product.attributes.get("colour", "").endswith("Black")]
        assert_same(served, *pipeline.search([request]))
    literal = SearchRequest(query=query, rules='{"literal": true}', k=20)
    taken = answer(ask(literal))
    assert not taken.understood
    assert any((products[product_id].price or 0.0) > cheap for product_id in taken.ids)
    assert_same(taken, *pipeline.search([literal]))


def test_the_cheapest_is_first_and_the_cheap_are_of_the_lower_half(
    ask: Ask, pipeline: Pipeline, products: dict[str, Product], png: bytes
) -> None:
    for picture, candidates in ((None, None), (png, None), (None, keys(products, 300))):
        for query, told in (("cheapest shirts", "cheapest first"), ("cheap shirts", "a price in the lower half of its type")):
            request = SearchRequest(query=query, picture=picture, candidates=candidates, k=20)
            served = answer(ask(request))
            assert served.understood == told
            assert_same(served, *pipeline.search([request]))
            prices = [products[product_id].price or 0.0 for product_id in served.ids]
            assert (prices == sorted(prices)) == (query == "cheapest shirts")


@pytest.mark.parametrize("sort", ["price_ascending", "price_descending", "rating"])
def test_sorted_pages(
    ask: Ask, pipeline: Pipeline, products: dict[str, Product], passes: Passes, wide: Filters, png: bytes, sort: str
) -> None:
    for request in requests(wide, png, keys(products, 300), sort=sort):
        served = answer(ask(request))
        assert len(served.ids) == 20
        assert set(served.reason.tolist()) == {Reason.SORTED}
        assert all(passes(products[product_id], wide) for product_id in served.ids)
        if sort != "rating":
            prices = [products[product_id].price or 0.0 for product_id in served.ids]
            assert prices == sorted(prices, reverse=sort == "price_descending")
        assert_same(served, *pipeline.search([request]))


def in_order(
    pipeline: Pipeline, request: SearchRequest, filters: Filters, passes: Passes, of: dict[str, Product]
) -> list[tuple[float, str]]:
    """A look at every product: prices and ids of the relevant ones that pass, cheapest first, equal ones by relevance."""
    every = replace(request, candidates=keys(of, len(of)), rules=None)
    (scored,) = pipeline.score([every])
    ids = list(of)
    found = [(float(relevance), of[ids[row]]) for row, relevance in zip(scored["ROW"][0], scored["RELEVANCE"][0], strict=True)]
    found = [(relevance, product) for relevance, product in found if passes(product, filters)]
    least = LEAST_SHARE * max(relevance for relevance, _ in found)
    ordered = [(product.price or math.inf, -relevance, product.id) for relevance, product in found if relevance >= least]
    return [(price, product_id) for price, _, product_id in sorted(ordered)]


@pytest.mark.parametrize("with_picture", [False, True])
@pytest.mark.parametrize("query", ["clothes", "apparel", "books"])
def test_pages_of_a_sorted_search_go_through_every_relevant_product(
    ask: Ask,
    pipeline: Pipeline,
    products: dict[str, Product],
    passes: Passes,
    png: bytes,
    query: str,
    with_picture: bool,
) -> None:
    in_stock = Filters(in_stock=True)
    request = SearchRequest(query=query, picture=png if with_picture else None, k=25)
    expected = in_order(pipeline, request, in_stock, passes, products)
    assert len(expected) >= 50
    shown: list[str] = []
    while len(shown) < 100 and len(shown) + 25 <= len(expected):
        served = answer(ask(replace(request, rules=rules(in_stock, sort="price_ascending", shown=shown))))
        assert not set(served.ids) & set(shown)
        shown += served.ids
    assert len(shown) == len(set(shown))
    prices = [products[product_id].price or math.inf for product_id in shown]
    assert prices == [price for price, _ in expected[: len(shown)]]


def test_pages_of_sorted_candidates(ask: Ask, pipeline: Pipeline, products: dict[str, Product], passes: Passes) -> None:
    request = SearchRequest(query="apparel", k=25)
    expected = in_order(pipeline, request, Filters(), passes, products)
    assert len(expected) >= 50
    first = replace(request, candidates=keys(products, len(products)), rules=rules(Filters(), sort="price_ascending"))
    shown = answer(ask(first)).ids
    shown += answer(ask(replace(first, rules=rules(Filters(), sort="price_ascending", shown=shown)))).ids
    assert len(set(shown)) == 50
    assert [products[product_id].price or math.inf for product_id in shown] == [price for price, _ in expected[:50]]


def test_what_cannot_be_filtered_or_sorted_by_is_refused_by_name(ask: Ask, products: dict[str, Product], png: bytes) -> None:
    unknown = Filters(attributes={"no such attribute": ("x",)})
    for request in requests(unknown, png, keys(products, 9)):
        with pytest.raises(
            InferenceServerException, match=r"RULES\.filters\.attributes: 'no such attribute' is not allowed"
        ) as caught:
            ask(request)
        assert caught.value.status() == "StatusCode.INVALID_ARGUMENT"
    with pytest.raises(InferenceServerException, match=r"RULES\.sort: 'newest' is not allowed; STRATEGY is given too"):
        ask(SearchRequest(query="blue", strategy="mmr", rules='{"sort": "newest"}'))


@pytest.mark.parametrize("with_picture", [False, True])
def test_filtered_and_unfiltered_requests_at_once(
    ask: Ask, products: dict[str, Product], passes: Passes, narrow: Filters, png: bytes, with_picture: bool
) -> None:
    """In one batch, a request without a filter sees the whole catalogue, and none sees another's filter."""
    given = {"query": "something blue", "picture": png if with_picture else None, "k": 30, "diversity": 0.0}
    mixed = [SearchRequest(**given, rules=rules(narrow) if i % 3 == 0 else None) for i in range(48)]  # type: ignore[arg-type]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        served = [answer(result) for result in pool.map(ask, mixed)]
    for request, page in zip(mixed, served, strict=True):
        if request.rules is None:
            assert len(page.ids) == 30
            assert not all(passes(products[product_id], narrow) for product_id in page.ids)
        else:
            assert page.ids
            assert all(passes(products[product_id], narrow) for product_id in page.ids)


def test_one_batch_in_process(pipeline: Pipeline, products: dict[str, Product], passes: Passes, narrow: Filters) -> None:
    plain = SearchRequest(query="something blue", k=30, diversity=0.0)
    filtered = SearchRequest(query="something blue", k=30, diversity=0.0, rules=rules(narrow))
    beside, found, again = pipeline.search([plain, filtered, plain])
    (alone,) = pipeline.search([plain])
    assert beside.ids == again.ids
    assert len(set(beside.ids) & set(alone.ids)) >= 20, "8-bit encoders move scores a little in another batch"
    assert all(passes(products[product_id], narrow) for product_id in found.ids)


def test_a_slip_of_the_keyboard_is_read_as_what_was_meant(
    ask: Ask, pipeline: Pipeline, products: dict[str, Product], png: bytes
) -> None:
    for picture, candidates in ((None, None), (png, None), (None, keys(products, 300))):
        right, slip, literal = (
            SearchRequest(query=query, picture=picture, candidates=candidates, k=20, rules=rules)
            for query, rules in (("shirts", None), ("shirst", None), ("shirst", '{"literal": true}'))
        )
        served = answer(ask(slip))
        assert served.understood == '"shirst" read as "shirts"'
        assert served.ids == answer(ask(right)).ids
        assert_same(served, *pipeline.search([slip]))
        taken = answer(ask(literal))
        assert not taken.understood
        assert_same(taken, *pipeline.search([literal]))
