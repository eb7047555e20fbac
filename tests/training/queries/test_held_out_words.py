"""Words of the test are held out of training in both numbers, and no others with them."""

from __future__ import annotations

import pytest

from assortment.protocol.lexicon import is_held_out
from assortment.protocol.lexicon import test_words_in as words_of_the_test_in


@pytest.mark.parametrize("word", ["sundress", "sleep dress", "smoothie"])
def test_both_numbers_of_a_test_word_are_held_out(word: str) -> None:
    plural = f"{word}es" if word.endswith("ss") else f"{word}s"
    for form in (word, plural):
        assert words_of_the_test_in(f"red {form} for mum")
        assert is_held_out(form)


@pytest.mark.parametrize("word", ["dress", "dresses", "hoodie", "hoodies", "glossy lips"])
def test_words_of_training_are_not(word: str) -> None:
    assert not words_of_the_test_in(word)
