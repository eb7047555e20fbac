"""Halves and thirds of what products of one type cost; halves by the filter that asks for them are in test_filter_table.py."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.serving.price_levels import price_levels

UNKNOWN = float("nan")


def bands(types: list[int], price: list[float]) -> list[str]:
    _, _, facet = price_levels(np.array(types, dtype=np.int32), np.array(price, dtype=np.float64))
    assert facet.codes.dtype == np.int32
    return ["" if code < 0 else facet.values[code] for code in facet.codes.tolist()]


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ([], []),
        ([UNKNOWN], [""]),
        ([7], ["middle"]),
        ([2, 1], ["high", "low"]),
        ([3, 1, 2], ["high", "low", "middle"]),
        ([4, 3, UNKNOWN, 2, 1], ["high", "middle", "", "middle", "low"]),
        ([1, 2, 3, 4, 5], ["low", "low", "middle", "high", "high"]),
        ([1, 2, 3, 4, 5, 6], ["low", "low", "middle", "middle", "high", "high"]),
        ([5, 5, 5, 5], ["middle"] * 4),
        ([5, 5, 5, 9], ["low", "low", "low", "high"]),
        ([1, 5, 5, 5, 5, 9], ["low", "middle", "middle", "middle", "middle", "high"]),
    ],
)
def test_bands_are_thirds_and_equal_prices_share_one(price: list[float], expected: list[str]) -> None:
    assert bands([0] * len(price), price) == expected


def test_each_type_has_its_own_bands_and_products_without_a_type_are_one() -> None:
    assert bands([1, 0, -1, 1, 0, -1, -1], [9, 900, 5, 5, 300, 6, 7]) == ["high", "high", "low", "low", "low", "middle", "high"]


@given(
    st.lists(
        st.tuples(st.integers(-1, 2), st.none() | st.integers(1, 9)),
        max_size=30,
    )
)
def test_a_dearer_product_of_the_same_type_is_never_in_a_lower_band(products: list[tuple[int, int | None]]) -> None:
    types = [kind for kind, _ in products]
    found = bands(types, [UNKNOWN if price is None else price for _, price in products])
    place = {"low": 0, "middle": 1, "high": 2}
    for (kind, price), band in zip(products, found, strict=True):
        assert (band == "") == (price is None)
        others = [
            (other_price, place[other_band])
            for (other_kind, other_price), other_band in zip(products, found, strict=True)
            if other_kind == kind and other_price is not None
        ]
        if price is None:
            continue
        assert all(other_band == place[band] for other_price, other_band in others if other_price == price)
        assert all(other_band >= place[band] for other_price, other_band in others if other_price > price)
        if min(others)[0] < max(others)[0]:
            assert (min(others)[1], max(others)[1]) != (1, 1), "where prices differ, bands do"
