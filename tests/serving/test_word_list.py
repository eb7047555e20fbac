from pathlib import Path

import pytest

from assortment.errors import StepError
from assortment.serving.word_list import LONGEST, WordList, counted, is_listed

FILES = ("words.npy", "counts.npy")


@pytest.mark.parametrize("word", ["coat", "tücher", "платье", "a" * LONGEST])
def test_words_of_four_letters_and_more_are_listed(word: str) -> None:
    assert is_listed(word)


@pytest.mark.parametrize("word", ["", "tie", "b2b9", "men's", "连衣裙长款", "カーディガン", "a" * (LONGEST + 1), "12345"])
def test_others_are_not(word: str) -> None:
    assert not is_listed(word)


def test_a_word_counts_once_a_text() -> None:
    assert counted(["Blue blue Kurta\u2122", "blue kur\u00adta-set", "R\u00e9d Re\u0301d"]) == {
        "blue": 2,
        "kurta": 2,
        "set": 1,
        "r\u00e9d": 1,
    }


def test_it_contains_its_words_alone() -> None:
    words = WordList.of({"shirt": 3, "skirt": 1, "tie": 9, "rare": 0})
    assert {word for word in ("shirt", "shir", "shirts", "shirting", "zzzz", "tie", "rare") if word in words} == {"shirt", "rare"}


def test_what_is_like_a_word_begins_as_it_does_and_is_about_as_long() -> None:
    words = WordList.of({"shoes": 5, "shorts": 3, "hosen": 2, "shirt": 1, "slippery": 8, "shop": 4, "élan": 1, "rare": 0})
    assert words.like("hsoes", 1) == {"shoes": 5, "shorts": 3, "hosen": 2, "shirt": 1, "shop": 4}
    assert words.like("hsoes", 1, least=3) == {"shoes": 5, "shorts": 3, "shop": 4}
    assert set(words.like("slipper", 2)) == {"slippery", "shoes", "shorts", "shirt"}  # of 5 to 9 letters
    assert words.like("élam", 1) == {"élan": 1}
    assert words.like("rari", 1) == {}
    assert words.like("xxxx", 1) == {}


def test_an_empty_list_is_like_nothing() -> None:
    words = WordList.of({})
    assert "shoe" not in words
    assert words.like("shoe", 2) == {}


def test_what_is_saved_is_opened_again(tmp_path: Path) -> None:
    WordList.of({"skirt": 1, "shirt": 3, "café": 2, "tücher": 4}).save(tmp_path, FILES)
    read = WordList.open(tmp_path, FILES)
    assert [word[1:].decode() for word in read.words.tolist()] == ["café", "shirt", "skirt", "tücher"]
    assert read.counts.tolist() == [2, 3, 1, 4]
    (tmp_path / FILES[1]).unlink()
    with pytest.raises(StepError, match=r"counts\.npy"):
        WordList.open(tmp_path, FILES)
