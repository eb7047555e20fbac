"""How much of an error is told."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.serving.error_length import bounded


def test_an_error_of_up_to_2000_characters_is_told_whole() -> None:
    assert bounded("x" * 2000) == "x" * 2000
    assert bounded("x" * 2001) == "x" * 1999 + "…"


@pytest.mark.parametrize("sign", ["é", "€", "👟", "%", "\n"])
def test_other_signs_than_ascii_take_more_room(sign: str) -> None:
    told = bounded("é" + sign * 1999)
    assert told.endswith(sign + "…")
    assert len(told) < 2000


@given(st.text(max_size=50), st.integers(1, 300))
def test_what_is_told_has_room_in_the_metadata(text: str, times: int) -> None:
    told = bounded(text * times)
    assert len(quote(told, safe="", errors="replace")) <= 6010 or len(told) <= 2000
    assert told == text * times or (told.endswith("…") and (text * times).startswith(told[:-1]))
