"""Single fields of raw catalogues."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.fields import parse_price, tidy


@pytest.mark.parametrize(
    ("raw", "tidied"), [("  Navy\t Blue ", "Navy Blue"), ("NA", ""), ("N/A", ""), ("Naomi", "Naomi"), ("a\0b", "a b")]
)
def test_tidy(raw: str, tidied: str) -> None:
    assert tidy(raw) == tidied


@given(st.text())
def test_tidying_twice_changes_nothing(raw: str) -> None:
    assert tidy(tidy(raw)) == tidy(raw)


@given(st.floats(min_value=0.001, max_value=1e9))
def test_a_positive_number_is_a_price(price: float) -> None:
    assert parse_price(repr(price)) == price


@given(st.text() | st.floats(max_value=0).map(str) | st.sampled_from(["nan", "inf", "-inf", "1_000", "1e999"]))
def test_whatever_is_no_positive_number_is_no_price(raw: str) -> None:
    price = parse_price(raw)
    assert price is None or (math.isfinite(price) and price > 0)
