"""Page rules through the client and the real server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log2

import pytest

from assortment.catalogue.store import Catalogue
from assortment_client import Filters, InvalidRequest, Reason, SearchClient, SearchResponse, contract

pytestmark = [pytest.mark.slow, pytest.mark.triton]
QUERY = "something blue"


@pytest.fixture(scope="module")
def client(served):
    with SearchClient(served.url) as connected:
        yield connected


def test_every_strategy_answers(client: SearchClient) -> None:
    plain = client.search(QUERY, k=10, diversity=0.0)
    for strategy in contract.STRATEGIES:
        answer = client.search(QUERY, k=10, strategy=strategy, diversity=0.6)
        assert len(set(answer.ids)) == 10
        assert client.search(QUERY, k=10, strategy=strategy, diversity=0.0).ids == plain.ids


def test_three_pages_repeat_nothing_and_are_one_long_page(client: SearchClient) -> None:
    pages = [client.search(QUERY, k=10)]
    for _ in range(2):
        pages.append(client.search(QUERY, k=10, shown=pages[-1].shown))
    ids = [product_id for page in pages for product_id in page.ids]
    assert len(set(ids)) == 30
    assert ids == list(client.search(QUERY, k=30).ids)


def test_a_relevance_budget_is_kept(client: SearchClient) -> None:
    def discounted(answer: SearchResponse) -> float:
        return sum(result.relevance / log2(place + 1) for place, result in enumerate(answer, start=1))

    best = discounted(client.search(QUERY, k=10, diversity=0.0))
    for loss in (0.0, 0.01, 0.1):
        assert discounted(client.search(QUERY, k=10, max_relevance_loss=loss)) >= (1 - loss) * best - 1e-5


def test_caps_pins_and_exclusions_hold(client: SearchClient, small_build) -> None:
    catalogue = Catalogue.open(small_build.catalogue)
    plain = client.search(QUERY, k=10, diversity=0.0)
    pinned, excluded = catalogue.products[-1].id, plain.ids[0]
    answer = client.search(QUERY, k=10, caps={"type": 2}, pinned=[pinned], excluded=[excluded])
    assert answer.ids[0] == pinned
    assert answer.results[0].reason is Reason.PINNED
    assert excluded not in answer.ids
    types = Counter(catalogue.products[catalogue.row(product_id)].type for product_id in answer.ids)
    assert max(types.values()) <= 2


def test_collapsed_pages_have_no_variants(client: SearchClient, small_build) -> None:
    catalogue = Catalogue.open(small_build.catalogue)
    answer = client.search(QUERY, k=20, collapse=True)
    products = [catalogue.products[catalogue.row(product_id)] for product_id in answer.ids]
    groups = [product.variant_group for product in products if product.variant_group]
    assert len(set(groups)) == len(groups)
    assert len({product.title.casefold() for product in products}) == len(products)
    assert sum(result.num_collapsed for result in answer) > 0


def test_results_tell_what_they_open(client: SearchClient, small_build) -> None:
    catalogue = Catalogue.open(small_build.catalogue)
    answer = client.search(QUERY, k=10, diversity=0.5)
    opened = [
        (result.product_id, result.opens) for result in answer if result.opens and not result.opens.startswith("price_band=")
    ]
    assert opened
    for product_id, told in opened:
        facet, _, value = told.partition("=")
        assert catalogue.products[catalogue.row(product_id)].facets()[facet] == value


def test_pages_mix_prices_when_asked_to(client: SearchClient) -> None:
    def in_band(band: str, ids: Sequence[str]) -> int:
        return len(client.search(QUERY, candidates=ids, filters=Filters(attributes={"price_band": [band]})))

    ids = client.search(QUERY, k=100, diversity=0.0).ids
    for page in (
        client.search(QUERY, k=10, caps={"price_band": 4}),
        client.search(QUERY, candidates=ids, caps={"price_band": 4}),
    ):
        assert len(page) == 10
        assert sorted(in_band(band, page.ids) for band in ("low", "middle", "high")) in ([2, 4, 4], [3, 3, 4])
    assert not [result for result in client.search(QUERY, sort="price_ascending") if result.opens.startswith("price_band=")]


def test_rerank_keeps_rules_too(client: SearchClient) -> None:
    ids = client.search(QUERY, k=50, diversity=0.0).ids
    answer = client.search(QUERY, candidates=ids, k=10, caps={"type": 1}, excluded=ids[:1])
    assert ids[0] not in answer.ids
    assert len(answer) == 10 or answer.unmet.startswith(f"{len(answer)} of 10")


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"caps": {"no such facet": 1}}, "no such facet"),
        ({"caps": {"price": 1}}, "'price' is not allowed; allowed: a facet of this catalogue: .*price_band"),
        ({"pinned": ["no such product"]}, "no such product"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused_by_name(client: SearchClient, rules, told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        client.search(QUERY, **rules)
