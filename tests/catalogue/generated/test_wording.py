"""Patterns of titles leave no trace of what is missing."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.generated.departments import DEPARTMENTS
from assortment.catalogue.generated.wording import fill, in_running_text, words_of

PATTERNS = sorted({pattern for department in DEPARTMENTS for pattern in (*department.titles, *department.openings)})
NAMES = sorted({name for pattern in PATTERNS for _, name, _, _ in string.Formatter().parse(pattern) if name})


@given(pattern=st.sampled_from(PATTERNS), words=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["red", "apple", "2 l"])))
def test_whatever_is_missing_the_title_reads_well(pattern: str, words: dict[str, str]) -> None:
    text = fill(pattern, words)
    assert text == " ".join(text.split())
    for trace in ("{", " ,", ",,", "()", "( ", " )", ":,", ",:", " ."):
        assert trace not in text
    assert not text.endswith((",", ":", "-"))


def test_an_article_fits_its_noun() -> None:
    assert fill("A {colour} coat", {"colour": "orange"}) == "An orange coat"


@pytest.mark.parametrize(
    ("value", "told"),
    [("Navy Blue", "navy blue"), ("USB-C", "USB-C"), ("4K", "4K"), ("E-book", "e-book"), ("10000 mAh", "10000 mAh")],
)
def test_values_in_running_text(value: str, told: str) -> None:
    assert in_running_text(value) == told


def test_a_plain_pattern_is_not_worth_a_word() -> None:
    words = words_of({"pattern": "Plain", "gender": "Girls"}, {"noun": "skirt"})
    assert (words["pattern"], words["pattern_or_plain"], words["genders"], words["for_gender"]) == (
        "",
        "plain",
        "girls'",
        "for girls",
    )
