from pathlib import Path

import pytest

from assortment import artefacts
from assortment.errors import InputError
from assortment.serving.word_list import WordList
from export import dictionary


def test_it_has_the_words_of_every_language_that_is_asked_for(tmp_path: Path) -> None:
    dictionary.write(tmp_path, ["en", "de"])
    words = WordList.open(tmp_path, artefacts.DICTIONARY)
    assert "shirts" in words
    assert "hemden" in words
    assert dict(words.like("shirtz", 1))["shirts"] > 1


def test_without_a_language_it_is_empty(tmp_path: Path) -> None:
    dictionary.write(tmp_path, [])
    assert "shirts" not in WordList.open(tmp_path, artefacts.DICTIONARY)


def test_an_unknown_language_is_refused_with_those_that_are_known() -> None:
    dictionary.check(["en", "de"])
    with pytest.raises(InputError, match=r"languages: 'xx' is not allowed; allowed: .*\bde, en\b"):
        dictionary.check(["en", "xx"])
