from __future__ import annotations

import itertools
from typing import Literal

import pytest

from assortment.catalogue.generated.departments import DEPARTMENTS
from assortment.protocol import lexicon

EVERY = [
    (facet, value, split, word)
    for facet, values in lexicon.lexicon().items()
    for value, words in values.items()
    for split in ("train", "dev", "test")
    for word in getattr(words, split)
]


def contains(text: str, phrase: str) -> bool:
    """Whether the words of ``phrase`` stand in ``text``, singular or plural."""
    words, searched = lexicon.fold(text), lexicon.fold(phrase)
    return any(words[i : i + len(searched)] == searched for i in range(len(words) - len(searched) + 1))


def test_no_test_word_stands_in_a_training_or_dev_word() -> None:
    tests = [word for _, _, split, word in EVERY if split == "test"]
    others = [word for _, _, split, word in EVERY if split != "test"]
    assert [(word, other) for word, other in itertools.product(tests, others) if contains(other, word)] == []


def test_no_test_word_is_the_catalogue_name_of_anything() -> None:
    tests = [word for _, _, split, word in EVERY if split == "test"]
    names = {value for _, value, _, _ in EVERY}
    assert [(word, name) for word, name in itertools.product(tests, names) if contains(name, word)] == []


def test_no_test_word_is_a_name_in_the_generated_catalogue() -> None:
    types = [made for department in DEPARTMENTS for made in department.types]
    names = {made.name for made in types} | {brand for department in DEPARTMENTS for brand in department.brands}
    names |= {value for made in types for values in made.attributes.values() for value in values}
    assert {name: lexicon.test_words_in(name) for name in names if lexicon.test_words_in(name)} == {}


def test_every_type_of_the_generated_catalogue_has_everyday_words() -> None:
    names = {made.name.lower() for department in DEPARTMENTS for made in department.types}
    assert names - lexicon.lexicon()["type"].keys() == set()


def test_no_dev_word_stands_in_a_training_word() -> None:
    devs = [word for _, _, split, word in EVERY if split == "dev"]
    trains = [word for _, _, split, word in EVERY if split == "train"]
    assert [(word, other) for word, other in itertools.product(devs, trains) if contains(other, word)] == []


def test_every_entry_has_words_for_each_split() -> None:
    assert all(words.train and words.dev and words.test for values in lexicon.lexicon().values() for words in values.values())


def test_the_catalogues_own_name_comes_first_in_every_split() -> None:
    splits: list[Literal["train", "dev", "test"]] = ["train", "dev", "test"]
    assert [lexicon.words("type", "Trousers", split)[0] for split in splits] == ["trousers"] * 3
    assert lexicon.train_words("type", "Trousers") == ("trousers", "pants", "slacks")
    assert lexicon.train_words("brand", "Fennick & Rye") == ("fennick & rye",)


@pytest.mark.parametrize("text", ["Chinos in blue", "a CHINO", "blue chinos", "men's kicks"])
def test_held_out_words_are_found_in_any_form(text: str) -> None:
    assert len(lexicon.test_words_in(text)) == 1


@pytest.mark.parametrize("text", ["", "trousers", "machinos", "jean and pants apart"])
def test_parts_of_words_are_not_words(text: str) -> None:
    assert lexicon.test_words_in(text) == ()


def test_words_of_several_words_are_found() -> None:
    assert lexicon.test_words_in("Dark-Blue jean pants") == ("dark blue", "jean pant")


def test_words_of_other_scripts_stay_whole_and_chinese_stands_by_itself() -> None:
    assert lexicon.fold("Grüne Größe") == ("grüne", "größe")
    assert lexicon.fold("café décaféiné") == ("café", "décaféiné")
    assert lexicon.fold("红色tees 衬衫") == ("红色", "tee", "衬衫")
