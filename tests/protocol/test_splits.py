from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.protocol.splits import (
    TEST_COMBINATIONS,
    TEST_GROUPS,
    CombinationRule,
    combinations,
    common_pairs,
    group_products,
    split_groups,
)


def titled(*titles: str) -> list[Product]:
    return [Product(id=str(i), title=title) for i, title in enumerate(titles)]


def test_titles_that_differ_in_case_and_punctuation_are_one_group() -> None:
    products = titled("Nike Men's T-Shirt", "nike mens t shirt", "Puma Cap")
    assert group_products(products, ["", "", ""]).tolist() == [0, 0, 2]


def test_groups_join_over_title_picture_and_variant() -> None:
    products = [
        Product(id="a", title="one"),
        Product(id="b", title="One"),  # the title of a
        Product(id="c", title="two"),  # the picture of b
        Product(id="d", title="three", variant_group="g"),
        Product(id="e", title="two!", variant_group="g"),  # the title of c and the variants of d
        Product(id="f", title="four"),
    ]
    assert group_products(products, ["", "same", "same", "", "", ""]).tolist() == [0, 0, 0, 0, 0, 5]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", "1", "2", "3"])), max_size=30))
def test_products_that_share_anything_share_a_group(rows: list[tuple[str, str]]) -> None:
    groups = group_products(titled(*(title for title, _ in rows)), [digest for _, digest in rows]).tolist()
    for i, (title, digest) in enumerate(rows):
        for j, (other_title, other_digest) in enumerate(rows):
            if title == other_title or (digest and digest == other_digest):
                assert groups[i] == groups[j]


def test_a_group_lies_in_one_split_and_shares_are_as_asked(shop: list[Product]) -> None:
    groups = group_products(shop, [""] * len(shop))
    split_of = split_groups(shop, groups, seed=3)
    assert len(set(zip(groups.tolist(), split_of, strict=True))) == len(set(groups.tolist()))
    assert Counter(split_of)["test"] / len(shop) == pytest.approx(TEST_GROUPS, abs=0.03)
    assert split_of == split_groups(shop, groups, seed=3)
    assert split_of != split_groups(shop, groups, seed=4)


def test_a_wish_is_where_its_most_reserved_combination_is() -> None:
    rule = CombinationRule(seed=1, common=frozenset())
    values = [f"v{i}" for i in range(400)]
    split_of = {value: rule.split({"type": "Shirts", "colour": value}) for value in values}
    assert Counter(split_of.values())["test"] / len(values) == pytest.approx(TEST_COMBINATIONS, abs=0.05)
    reserved = next(value for value, split in split_of.items() if split == "test")
    assert rule.split({"type": "Shirts", "colour": reserved, "gender": "Men"}) == "test"


def test_a_facet_named_alone_is_a_combination() -> None:
    assert list(combinations({"brand": "Alba"})) == [(("brand", "Alba"),)]
    assert list(combinations({"type": "Shirts", "brand": "Alba"})) == [(("brand", "Alba"), ("type", "Shirts"))]


def test_pairs_that_very_many_products_carry_are_never_reserved() -> None:
    brands = ["Alba"] * 90 + ["Brio"] * 10 + ["Corvo"] * 2
    genders = ["Men"] * 100 + ["Women"] * 2
    both = zip(brands, genders, strict=True)
    products = [Product(id="x", title="x", brand=brand, attributes={"gender": gender}) for brand, gender in both]
    common = common_pairs(FacetTable.from_products(products))
    assert common == {(("brand", "Alba"), ("gender", "Men")), (("brand", "Brio"), ("gender", "Men"))}
    for seed in range(50):
        assert CombinationRule(seed=seed, common=common).split({"brand": "Alba", "gender": "Men"}) == "train"
