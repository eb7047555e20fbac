"""The inverted index of words: who says what, who is found by it."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from assortment.catalogue.product import Product
from assortment.serving.product_words import MOST_WORDS, ProductWords, text_of, words_said

TEXTS = ["Puma Men Printed Tee", "Puma Women Kurta", "", "Kurtas, printed: by W", "PUMA puma"]


def rows(*numbers: int) -> npt.NDArray[np.int32]:
    return np.array(numbers, dtype=np.int32)


def test_words_are_compared_without_endings_and_fillers() -> None:
    assert words_said("Looking for the printed Kurtas and a kurta, please") == words_said("print kurta")
    assert words_said("buy shop the") == ()
    assert words_said("t0321-magenta") == ("t0321", "magenta")


def test_words_that_are_turned_down_are_not_looked_for() -> None:
    assert words_said("kurta not embroidered") == ("kurta",)
    assert words_said("jacket without hood or zip for men") == words_said("jacket men")
    assert words_said("bag except leather, in red") == ("bag", "red")
    assert words_said("kurta other than embroidered, anything but silk") == ("kurta",)
    assert words_said("non-stick pan") == ("non", "stick", "pan")
    assert ProductWords.of(["non-stick pan", "pan"]).find(words_said("non-stick"), 2).tolist() == [0]


def test_one_word_is_one_however_it_is_written() -> None:
    assert words_said("T-shirt") == words_said("t shirts") == words_said("tshirts")
    assert words_said("v-neck") == words_said("V neck")
    assert words_said("W kurta") == ("w", "kurta")
    assert words_said("cr\u00e8me") == words_said("cre\u0300me")


def test_only_so_many_words_of_a_long_query_count() -> None:
    assert len(words_said(" ".join(f"word{number}" for number in range(100)))) == MOST_WORDS


def test_a_product_says_its_title_and_its_values() -> None:
    path, colour = ("Bags", "Duffel Bag"), {"colour": "Navy Blue"}
    product = Product(id="1", title="Weekend bag", brand="Puma", category=path, attributes=colour)
    assert set(words_said("weekend puma duffel navy")) <= set(words_said(text_of(product)))


def test_the_share_is_that_of_the_words_by_how_rare_they_are() -> None:
    words = ProductWords.of(TEXTS)
    puma, kurta = np.log1p(5 / 3), np.log1p(5 / 2)
    expected = [puma, puma + kurta, 0.0, kurta, puma]
    shares = words.shares(words_said("puma kurta"), rows(0, 1, 2, 3, 4))
    np.testing.assert_allclose(shares, np.array(expected) / (puma + kurta), atol=1e-6)


def test_a_word_that_nobody_says_lessens_every_share() -> None:
    words = ProductWords.of(TEXTS)
    assert words.shares(words_said("puma"), rows(0))[0] == 1.0
    assert 0 < words.shares(words_said("puma sneakers"), rows(0))[0] < 0.5
    assert words.shares(words_said("sneakers"), rows(0, 1)).tolist() == [0.0, 0.0]
    assert words.shares((), rows(0, 1)).tolist() == [0.0, 0.0]


def test_those_that_say_most_are_found_first() -> None:
    words = ProductWords.of(TEXTS)
    assert words.find(words_said("puma kurta"), 10).tolist() == [1, 3, 0, 4]
    assert words.find(words_said("puma kurta"), 2).tolist() == [1, 3]
    assert words.find(words_said("sneakers"), 2).tolist() == []
    assert words.find((), 2).tolist() == []


def test_only_allowed_rows_are_found() -> None:
    words = ProductWords.of(TEXTS)
    allowed = np.packbits(np.array([1, 0, 1, 1, 0], dtype=np.uint8), bitorder="little")
    assert words.find(words_said("puma kurta"), 10, allowed).tolist() == [3, 0]


def test_common_words_bring_nobody_but_tell_who_comes_first() -> None:
    texts = ["common blue"] * 200 + ["common kite red", "common kite blue", "kite blue"]
    words = ProductWords.of(texts)
    assert words.find(words_said("common blue"), 64).tolist() == []
    assert words.find(words_said("common blue kite"), 1).tolist() == [201]


def test_of_many_the_best_are_found() -> None:
    """More than are weighed in all words: those with the rare words win."""
    texts = ["kite"] * 60 + ["harbour"] * 60 + ["kite harbour"] * 3 + ["other"] * 5_000
    assert set(ProductWords.of(texts).find(words_said("harbour kite"), 3).tolist()) == {120, 121, 122}


@pytest.mark.parametrize("texts", [TEXTS, ["", ""], []])
def test_written_and_read_it_is_the_same(texts: list[str], tmp_path: Path) -> None:
    made = ProductWords.of(texts)
    made.save(tmp_path)
    read = ProductWords.open(tmp_path, num_rows=len(texts))
    asked = words_said("puma kurta")
    every = np.arange(len(texts), dtype=np.int32)
    assert read.num_rows == len(texts)
    assert read.find(asked, 9).tolist() == made.find(asked, 9).tolist()
    assert read.shares(asked, every).tolist() == made.shares(asked, every).tolist()


def test_it_is_the_same_whatever_the_order_of_words_in_memory() -> None:
    one, other = ProductWords.of(["a1 b1", "b1"]), ProductWords.of(["b1 a1", "b1"])
    assert one.keys.tolist() == other.keys.tolist()
    assert one.rows.tolist() == other.rows.tolist()
