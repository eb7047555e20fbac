"""Single fields of raw catalogues."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.fields import attribute_name, known, parse_date, parse_price, parse_whole, tidy


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


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-12-31", (2024, 12, 31)),
        ("2009-12-10T00:00:00Z", (2009, 12, 10)),
        ("2024/1/2 10:00", (2024, 1, 2)),
        ("31.12.2024", (2024, 12, 31)),
        ("03/04/2024", None),
        ("2023-02-29", None),
        ("0000-00-00", None),
        ("yesterday", None),
    ],
)
def test_dates_that_mean_one_day_are_read(written: str, day: tuple[int, int, int] | None) -> None:
    assert parse_date(written) == (datetime.date(*day) if day else None)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("12.0", 12),
        ("-1", None),
        ("1.5", None),
        ("many", None),
        ("9" * 30, None),
        ("1,000", None),
        ("1.234", None),
        ("1,000,000", 1_000_000),
    ],
)
def test_whole_numbers(written: str, number: int | None) -> None:
    assert parse_whole(written) == number


@pytest.mark.parametrize(("decimal", "number"), [(".", 1_000), (",", 1)])
def test_the_decimal_mark_tells_what_three_digits_behind_a_mark_are(decimal: str, number: int) -> None:
    assert parse_whole("1,000", decimal=decimal) == number
    assert parse_whole("12.0000") == 12, "as databases export it"


@pytest.mark.parametrize(("written", "told"), [("n/a", ""), ("None", ""), ("-", ""), ("NA-KD", "NA-KD"), ("Nan Ya", "Nan Ya")])
def test_marks_of_what_is_unknown_are_no_values(written: str, told: str) -> None:
    assert known(written) == told


@pytest.mark.parametrize(
    ("written", "name"), [("Color", "colour"), ("Screen Size (cm)", "screen_size_cm"), (" farbe ", "farbe"), ("!", "")]
)
def test_attributes_have_one_spelling(written: str, name: str) -> None:
    assert attribute_name(written) == name


def test_half_a_character_is_left_out() -> None:
    assert tidy("a\ud800b").encode() == b"a b"
