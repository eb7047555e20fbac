"""Changes to texts: rewriting, back-translation, draw weights."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.augmentation.back_translation import apertium, back_translate
from training.augmentation.resampling import draw_weights
from training.augmentation.rewriting import add_function_word, join_words, reorder

TEXT = st.lists(st.text("abcxyz", min_size=1, max_size=6), min_size=1, max_size=6).map(" ".join)


@given(TEXT, st.integers(0, 99))
def test_rewriting_keeps_every_letter_of_the_wish(text: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    assert sorted(reorder(text, generator).split()) == sorted(text.split())
    assert add_function_word(text, generator).endswith(f" {text}")
    assert join_words(text, generator).replace("-", "").replace(" ", "") == text.replace(" ", "")


def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    return np.array([[1.0, 0.0] if "shoe" in text else [0.0, 1.0] for text in texts], dtype=np.float32)


def test_what_comes_back_is_kept_when_it_is_new_known_and_alike() -> None:
    there = {"red shoe": "1", "blue shoe": "2", "green shoe": "3", "old shoe": "4"}
    back = {"1": "shoe that is red", "2": "blue shoes", "3": "green *zapato", "4": "old hat"}
    kept, dropped = back_translate(
        list(there), lambda texts: [there[text] for text in texts], lambda texts: [back[text] for text in texts], encode
    )
    assert kept == {"red shoe": "shoe that is red"}
    assert dropped == {"a word that the translator does not know": 1, "came back as it was": 1, "similarity below 0.8": 1}


@pytest.mark.skipif(shutil.which("apertium") is None, reason="apertium is not installed")
def test_apertium_translates_each_text_by_itself() -> None:
    spanish = apertium("eng-spa")(["red shoes", "black leather belt"])
    assert len(spanish) == 2
    assert "zapatos" in spanish[0]
    assert "negr" in spanish[1]


def test_rare_types_are_drawn_more_often_than_their_share() -> None:
    types = ["common"] * 9 + ["rare"]
    assert np.allclose(draw_weights(types, 0.0), 1.0)
    even = draw_weights(types, 1.0)
    assert np.isclose(even[:9].sum(), even[9])
    root = draw_weights(types, 0.5)
    assert root[9] / root[0] == pytest.approx(3.0)
