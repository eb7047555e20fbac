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
    assert words.like("shirtz", 1)["shirts"] > 1


def test_languages_count_alike(tmp_path: Path) -> None:
    of_both, of_one = tmp_path / "both", tmp_path / "one"
    for folder, languages in ((of_both, ["en", "fa"]), (of_one, ["fa"])):
        folder.mkdir()
        dictionary.write(folder, languages)
    both, one = (
        WordList.open(folder, artefacts.DICTIONARY).like("\u06a9\u062a\u0627\u0628", 1, least=1_000)
        for folder in (of_both, of_one)
    )
    assert both == one != {}


def test_without_a_language_it_is_empty(tmp_path: Path) -> None:
    dictionary.write(tmp_path, [])
    assert "shirts" not in WordList.open(tmp_path, artefacts.DICTIONARY)


def test_an_unknown_language_is_refused_with_those_that_are_known() -> None:
    dictionary.check(["en", "de"])
    with pytest.raises(InputError, match=r"languages: 'xx' is not allowed; allowed: .*\bde, en\b"):
        dictionary.check(["en", "xx"])
