from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assortment.catalogue.titles import normalised_title


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Nike  Men's T-Shirt!", "nike mens t shirt"),
        ("Nike Men\u2019s T\u2013Shirt", "nike mens t shirt"),
        ("\tRed\u00a0Shoe \n", "red shoe"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("1.5 l", "1 5 l"),
        ("Ｒｅｄ Ｓｈｏｅ", "red shoe"),  # noqa: RUF001 - full-width letters are the point
        ("Acme® Hat", "acme hat"),
        ("कुर्ता", "कुर्ता"),
        ("?!", ""),
        ("", ""),
    ],
)
def test_titles_are_compared_by_their_words(title: str, expected: str) -> None:
    assert normalised_title(title) == expected


@settings(max_examples=500)
@given(st.text())
def test_a_normalised_title_stays_as_it_is(title: str) -> None:
    found = normalised_title(title)
    assert normalised_title(found) == found
    assert found == " ".join(found.split())
    assert all(c == " " or unicodedata.category(c)[0] in "LMN" for c in found)


@given(st.text(st.characters(max_codepoint=127)))
def test_case_does_not_count(title: str) -> None:
    assert normalised_title(title.upper()) == normalised_title(title.lower())
