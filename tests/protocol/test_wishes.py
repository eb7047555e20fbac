from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.protocol.grades import MAX_GRADE
from assortment.protocol.splits import CombinationRule, common_pairs
from assortment.protocol.wishes import MAX_ANSWERS, OPEN_FACETS, Draft, Kind, WishDrafter, seed_order


def drafted(table: FacetTable, kind: Kind, main_open: str = "") -> tuple[list[Draft], WishDrafter]:
    rule = CombinationRule(seed=5, common=common_pairs(table))
    drafter = WishDrafter(table=table, rule=rule, split="test", random=random.Random(1))
    drafts = [drafter.draft(kind, main_open, row) for row in range(0, len(table), 3)]
    return [draft for draft in drafts if draft is not None], drafter


def test_an_unambiguous_wish_names_the_type_and_two_or_three_more(table: FacetTable) -> None:
    drafts, _ = drafted(table, "unambiguous")
    assert drafts
    assert all("type" in draft.wish and 3 <= len(draft.wish) <= 4 and draft.open == () for draft in drafts)


@pytest.mark.parametrize("main_open", OPEN_FACETS)
def test_an_ambiguous_wish_leaves_its_main_facet_open(table: FacetTable, main_open: str) -> None:
    drafts, _ = drafted(table, "ambiguous", main_open)
    assert drafts
    for draft in drafts:
        assert draft.open[0] == main_open
        assert not set(draft.open) & set(draft.wish)
        values = {table.value(main_open, row) for row in (draft.grades >= 2).nonzero()[0]}
        assert 3 <= len(values) <= 30


def test_every_wish_is_asked_once_and_has_answers_enough_but_not_too_many(table: FacetTable) -> None:
    drafts, drafter = drafted(table, "ambiguous", "colour")
    wishes = Counter(tuple(sorted(draft.wish.items())) for draft in drafts)
    assert set(wishes.values()) == {1}
    for draft in drafts:
        assert draft.grades[draft.seed_row] == MAX_GRADE
        assert 3 <= (draft.grades == MAX_GRADE).sum() <= MAX_ANSWERS * len(table)
        assert drafter.rule.split(draft.wish) == "test"


def test_what_is_rejected_is_counted(table: FacetTable) -> None:
    drafts, drafter = drafted(table, "unambiguous")
    assert len(drafts) + sum(drafter.rejected.values()) == len(range(0, len(table), 3))
    assert "no combination in it is reserved for test" in drafter.rejected


def test_values_that_tell_nothing_are_not_named(table: FacetTable) -> None:
    drafts, _ = drafted(table, "unambiguous")
    named = {value for draft in drafts for value in draft.wish.values()}
    assert "Casual" not in named  # three products in five
    assert "Unisex" not in named
    assert "Formal" in named


def test_long_lists_are_not_named(shop: list[Product]) -> None:
    climates = ("Indoor", "Cool, Indoor", "Cool, Indoor, Spring")
    products = [
        replace(product, attributes={**product.attributes, "climate": climates[row // 3 % 3]}) for row, product in enumerate(shop)
    ]
    drafts, _ = drafted(FacetTable.from_products(products), "unambiguous")
    assert {draft.wish["climate"] for draft in drafts if "climate" in draft.wish} == set(climates[:2])


def test_seeds_are_drawn_from_the_rows_given(table: FacetTable) -> None:
    assert set(seed_order(table, [4, 8, 15], random.Random(0), 50)) == {4, 8, 15}
