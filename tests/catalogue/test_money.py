"""Prices as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.money import parse_currency, parse_money


@pytest.mark.parametrize(
    ("written", "price", "currency"),
    [
        ("12.50", 12.5, ""),
        ("12,50", 12.5, ""),
        ("1299", 1299.0, ""),
        ("1.299,00 €", 1299.0, "EUR"),
        ("€1.299,00", 1299.0, "EUR"),
        ("$12.50", 12.5, "USD"),
        ("US$ 5", 5.0, "USD"),
        ("1,299.00", 1299.0, ""),
        ("1,299,000.50 usd", 1299000.5, "USD"),
        ("1.299.000", 1299000.0, ""),
        ("1 299,00", 1299.0, ""),
        ("1\u202f299,00\u00a0EUR", 1299.0, "EUR"),
        ("CHF 1'299.-", 1299.0, "CHF"),
        ("12,-", 12.0, ""),
        ("0.999", 0.999, ""),
        ("12.5000", 12.5, ""),
    ],
)
def test_prices_are_read(written: str, price: float, currency: str) -> None:
    assert parse_money(written) == (price, currency)


@pytest.mark.parametrize(
    "written",
    ["", "free", "€", "0", "0,00 €", "-3", "12 EUR 3", "12.50 each", "1.2.3", "12.345.67", "1,23,456.00", "10 kr", "nan", "1e5"],
)
def test_what_is_no_price_is_none(written: str) -> None:
    assert parse_money(written) is None


@pytest.mark.parametrize(
    ("written", "decimal", "price"),
    [("1.299", "", None), ("1,299", "", None), ("1.299", ",", 1299.0), ("1.299", ".", 1.299), ("1,299", ",", 1.299)],
)
def test_a_price_with_two_readings_needs_to_be_told_the_decimal_mark(written: str, decimal: str, price: float | None) -> None:
    found = parse_money(written, decimal=decimal)
    assert (found and found[0]) == price


@given(
    st.decimals(min_value="0.01", max_value="999999999", places=2),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]),
)
def test_a_price_is_the_same_in_every_country(price: Decimal, marks: tuple[str, str]) -> None:
    between, decimal = marks
    written = f"{price:,.2f}".translate({ord(","): between, ord("."): decimal})
    assert parse_money(written) == (float(price), "")


@given(st.text())
def test_no_text_is_fatal(written: str) -> None:
    found = parse_money(written)
    assert found is None or found[0] > 0


@pytest.mark.parametrize(("written", "code"), [("", ""), ("eur", "EUR"), ("£", "GBP"), ("euros", None), ("12", None)])
def test_currencies_are_codes_or_symbols(written: str, code: str | None) -> None:
    assert parse_currency(written) == code
